package adcstest

import (
	"errors"
	"net"
	"os"
	"strings"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// forever is longer than anybody waits.
const forever = 24 * time.Hour

const startTLS = "1.3.6.1.4.1.1466.20037"

// answer does what a client asks. An error ends the connection.
func (c *connection) answer(q *request) error {
	if err := c.disturb(); err != nil {
		return err
	}
	switch op := q.operation; op.Tag {
	case unbindRequest:
		return errEnd
	case abandonRequest:
		return nil
	case bindRequest:
		return c.send(q, result(bindResponse, c.bind(op)))
	case extendedRequest:
		return c.extended(q)
	case searchRequest:
		return c.search(q)
	case modifyRequest, addRequest, deleteRequest:
		return c.write(q)
	default:
		return c.send(q, result(op.Tag+1, refuse(unwilling, "operation %d is not known here", op.Tag)))
	}
}

// disturb waits as long as an answer takes and lets go wrong what is due.
func (c *connection) disturb() error {
	s := c.server
	if s.take(FaultDropped) {
		return errEnd
	}
	s.mu.Lock()
	delay := s.delay
	s.mu.Unlock()
	if s.take(FaultSilent) {
		delay = forever
	}
	if delay == 0 {
		return nil
	}
	return c.wait(delay)
}

// wait returns after d, or when the client goes.
func (c *connection) wait(d time.Duration) error {
	if err := c.conn.SetReadDeadline(time.Now().Add(d)); err != nil {
		return err
	}
	_, err := c.reader.Peek(1)
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	return c.conn.SetReadDeadline(time.Time{})
}

func (c *connection) send(q *request, operations ...*ber.Packet) error {
	buffers := net.Buffers{}
	for _, op := range operations {
		id := ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, number(q.id), "")
		buffers = append(buffers, sequence(id, op).Bytes())
	}
	_, err := buffers.WriteTo(c.conn)
	return err
}

// bind authenticates by name and password. Of them nothing may cross the network in the clear.
func (c *connection) bind(op *ber.Packet) error {
	parts, err := fields(op, 3)
	if err != nil {
		return err
	}
	c.account = ""
	account, password := text(parts[1]), text(parts[2])
	switch {
	case number(parts[0]) != 3:
		return refuse(protocolError, "version %d", number(parts[0]))
	case parts[2].Tag != 0:
		return refuse(authMethodNotSupported, "SASL is not known here")
	case !c.encrypted:
		return refuse(strongAuthRequired, "BindSimple: Transport encryption required.")
	case password == "":
		return nil // RFC 4513, section 5.1.2: an unauthenticated bind, which says nothing about the name
	case c.server.take(FaultUnavailable):
		return refuse(unavailable, "not now")
	case !isPassword(account, password):
		return refuse(invalidCredentials, "80090308: LdapErr: comment: AcceptSecurityContext error, data 52e")
	}
	c.account = strings.ToLower(account)
	c.readOnly = c.server.take(FaultReadOnly)
	return nil
}

func (c *connection) extended(q *request) error {
	parts, err := fields(q.operation, 1)
	if err != nil {
		return err
	}
	if text(parts[0]) != startTLS {
		return c.send(q, result(extendedResponse, refuse(protocolError, "extended operation %s", text(parts[0]))))
	}
	if c.encrypted {
		return c.send(q, result(extendedResponse, refuse(operationsError, "TLS is there already")))
	}
	if err := c.send(q, result(extendedResponse, nil)); err != nil {
		return err
	}
	return c.encrypt()
}

// permit returns what a client must hear before anything but the root of the directory.
func (c *connection) permit() error {
	switch {
	case c.account == "":
		return refuse(operationsError, "00002020: Operation unavailable without authentication")
	case c.server.take(FaultUnavailable):
		return refuse(unavailable, "00002077: not now")
	}
	return nil
}

// securityParts returns the parts of security descriptors that a request is about, and refuses controls not known here.
func (q *request) securityParts() (parts int, err error) {
	parts = everyPart
	for _, control := range q.controls {
		switch {
		case control.oid == sdFlagsControl:
			value, err := ber.DecodePacketErr(control.value)
			if err != nil || len(value.Children) != 1 {
				return 0, refuse(protocolError, "the value of control %s", control.oid)
			}
			parts = int(number(value.Children[0])) & everyPart
			if parts == 0 { // as the specification says
				parts = everyPart
			}
		case control.critical:
			return 0, refuse(unavailableCritical, "00000057: control %s", control.oid)
		}
	}
	return parts, nil
}
