package adcstest

import (
	"slices"
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
)

func (c *connection) isAdministrator() bool { return c.account == Administrator }

// write changes the directory.
func (c *connection) write(q *request) error {
	err := c.permit()
	switch {
	case err != nil:
	case c.server.take(FaultReferral):
		err = refuse(referral, "ldap://dc2.%s/", Domain)
	case !c.isAdministrator():
		err = refuse(insufficientAccess, "00002098: SecErr: problem 4003 (INSUFF_ACCESS_RIGHTS)")
	default:
		err = c.server.write(q)
		if err == nil && c.server.take(FaultLostAnswer) {
			return errEnd
		}
		if c.server.take(FaultSilentWrite) {
			return c.wait(forever)
		}
	}
	return c.send(q, result(q.operation.Tag+1, err))
}

func (s *Server) write(q *request) error {
	parts, err := q.securityParts()
	if err != nil {
		return err
	}
	overtaken := q.operation.Tag == modifyRequest && s.take(FaultOvertaken)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pull()
	switch q.operation.Tag {
	case addRequest:
		err = s.tree.add(q.operation, s.security)
	case modifyRequest:
		err = s.tree.modify(q.operation, parts, overtaken)
	default:
		err = s.tree.remove(text(q.operation))
	}
	s.push()
	return err
}

func (t tree) add(op *ber.Packet, security []byte) error {
	fields, err := fields(op, 2)
	if err != nil {
		return err
	}
	attributes, err := readAttributes(fields[1])
	if err != nil {
		return err
	}
	dn := text(fields[0])
	n, ok := parseName(dn)
	switch {
	case !ok || !strings.HasPrefix(n[0], "cn="):
		return refuse(invalidName, "0000208F: %s", dn)
	case t[n.key()] != nil:
		return refuse(entryAlreadyExists, "00002071: %s", dn)
	case t[n.parent().key()] == nil:
		return refuse(noSuchObject, "0000208D: the parent of %s", dn)
	}
	draft := &entry{}
	for _, a := range attributes {
		if draft.values(a.name) != nil {
			return refuse(attributeOrValueExists, "00002083: %s twice", a.name)
		}
		draft.attributes = append(draft.attributes, a)
	}
	if draft.class, ok = class(draft.values("objectClass")); !ok {
		return refuse(objectClassViolation, "0000207D: objectClass")
	}
	for _, a := range attributes {
		if err := draft.check(a); err != nil {
			return err
		}
	}
	t.put(dn, draft.class).fill(attributes, security)
	return nil
}

// fill sets the attributes that a client gives a new entry. Parts of the security descriptor that it does not give are
// those of the class.
func (e *entry) fill(attributes []attribute, security []byte) {
	e.set(securityAttribute, security)
	for _, a := range attributes {
		if d, _ := define(a.name); !strings.EqualFold(a.name, "objectClass") && !strings.EqualFold(a.name, "cn") {
			e.set(d.name, a.values...)
		}
	}
	given := e.securityDescriptor()
	for _, s := range slots {
		if len(cut(given, s.offset)) == 0 {
			e.set(securityAttribute, combine(e.securityDescriptor(), everyPart&^s.part, security))
		}
	}
}

// check returns why an entry of the class of e cannot have a.
func (e *entry) check(a attribute) error {
	d, known := define(a.name)
	switch {
	case !known:
		return refuse(noSuchAttribute, "00000057: %s is not in the schema", a.name)
	case d.system:
		return refuse(unwilling, "0000209A: %s belongs to the server", d.name)
	case !canHold(e.class, d.name):
		return refuse(objectClassViolation, "0000207D: %s cannot have %s", e.class, d.name)
	case len(a.values) == 0:
		return refuse(invalidSyntax, "%s has no value", d.name)
	case d.single && len(a.values) > 1:
		return refuse(constraintViolation, "00002081: %s has one value", d.name)
	}
	for i, v := range a.values {
		if !d.accepts(v) || d.name == securityAttribute && !isDescriptor(v) {
			return refuse(invalidSyntax, "00000057: %s: %.40q", d.name, v)
		}
		if slices.ContainsFunc(a.values[:i], func(other []byte) bool { return d.equal(v, other) }) {
			return refuse(attributeOrValueExists, "00002083: %s: %.40q twice", d.name, v)
		}
	}
	return nil
}

func (t tree) modify(op *ber.Packet, parts int, overtaken bool) error {
	fields, err := fields(op, 2)
	if err != nil {
		return err
	}
	e, ok := t.at(text(fields[0]))
	if !ok {
		return refuse(noSuchObject, "0000208D: %s", text(fields[0]))
	}
	if overtaken {
		e.overtake()
	}
	draft := e.clone()
	for _, change := range fields[1].Children {
		if err := draft.change(change, parts); err != nil {
			return err
		}
	}
	for _, a := range draft.attributes {
		if d, _ := define(a.name); d.single && len(a.values) > 1 {
			return refuse(constraintViolation, "00002081: %s has one value", d.name)
		}
	}
	*e = *draft
	return nil
}

// change makes one of the changes of a request.
func (e *entry) change(p *ber.Packet, parts int) error {
	pair, err := fields(p, 2)
	if err != nil {
		return err
	}
	a, err := readAttribute(pair[1])
	if err != nil {
		return err
	}
	kind := number(pair[0])
	if err := e.check(a); err != nil && (len(a.values) > 0 || kind == 0) {
		return err
	}
	d, _ := define(a.name)
	switch {
	case d.name == "cn":
		return refuse(notAllowedOnName, "000020B1: %s is the name", a.name)
	case d.name == "objectClass":
		return refuse(objectClassModsProhibited, "%s", a.name)
	case d.name == securityAttribute && len(a.values) == 1:
		a.values[0] = combine(a.values[0], parts, e.securityDescriptor())
		kind = 2
	}
	return e.changeValues(d, kind, a.values)
}

func (e *entry) securityDescriptor() []byte {
	if values := e.values(securityAttribute); len(values) == 1 {
		return values[0]
	}
	return nil
}

func (e *entry) changeValues(d definition, kind int64, values [][]byte) error {
	had := e.values(d.name)
	has := func(v []byte) bool {
		return slices.ContainsFunc(had, func(h []byte) bool { return d.equal(h, v) })
	}
	switch kind {
	case 0: // add
		if slices.ContainsFunc(values, has) {
			return refuse(attributeOrValueExists, "00002083: %s", d.name)
		}
		e.set(d.name, slices.Concat(had, values)...)
	case 1: // delete
		if len(had) == 0 || slices.ContainsFunc(values, func(v []byte) bool { return !has(v) }) {
			return refuse(noSuchAttribute, "00002085: %s", d.name)
		}
		left := slices.DeleteFunc(slices.Clone(had), func(h []byte) bool {
			return len(values) == 0 || slices.ContainsFunc(values, func(v []byte) bool { return d.equal(h, v) })
		})
		e.set(d.name, left...)
	case 2: // replace
		e.set(d.name, values...)
	default:
		return refuse(protocolError, "change of kind %d", kind)
	}
	return nil
}

func (t tree) remove(dn string) error {
	e, ok := t.at(dn)
	switch {
	case !ok:
		return refuse(noSuchObject, "0000208D: %s", dn)
	case len(t.below(e.dn)) > 0:
		return refuse(notAllowedOnNonLeaf, "00002015: %s", dn)
	}
	delete(t, e.name.key())
	return nil
}
