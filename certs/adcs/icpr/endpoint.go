package icpr

import (
	"context"
	"encoding/binary"
	"fmt"

	"github.com/oiweiwei/go-msrpc/msrpc/dcetypes"
	epm "github.com/oiweiwei/go-msrpc/msrpc/epm/epm/v3"
	"github.com/oiweiwei/go-msrpc/ndr"

	"github.com/clouddp/sdk/certs/adcs/icpr/internal/pdu"
	"github.com/clouddp/sdk/internal/kerberos"
)

const (
	// epmPort is where every Windows computer tells on which ports its services are.
	epmPort = 135
	// opMap is the number of ept_map, C706 appendix O.
	opMap = 3
	// maxTowers bounds the answer; one is wanted.
	maxTowers = 4
	// floor protocols, C706 appendix L.
	protocolUUID, protocolTCP, protocolIP, protocolRPC = 0x0d, 0x07, 0x09, 0x0b
)

// endpoint returns the port on which the interface is served. The answer of the endpoint mapper is not authenticated,
// so that nothing but the port is taken from it.
func (i *Issuer) endpoint(ctx context.Context, iface pdu.Syntax) (int, error) {
	if i.Port != 0 {
		return i.Port, nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, lookupTimeout, fmt.Errorf("no answer within %v", lookupTimeout))
	defer cancel()
	port, err := i.lookup(ctx, iface)
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return 0, fmt.Errorf("ask the endpoint mapper: %w", err)
	}
	return port, nil
}

func (i *Issuer) lookup(ctx context.Context, iface pdu.Syntax) (port int, err error) {
	defer kerberos.Guard(&err)
	s, done, err := i.connect(ctx, epmPort)
	if err != nil {
		return 0, err
	}
	defer done()
	if err := s.bind(ctx, pdu.EndpointMapper()); err != nil {
		return 0, err
	}
	w := ndr.NDR20(nil)
	question := &epm.MapRequest{MapTower: &dcetypes.Tower{TowerOctetString: tower(iface, 0)}, MaxTowers: maxTowers}
	if err := question.MarshalNDR(ctx, w); err != nil {
		return 0, err
	}
	stub, err := s.call(ctx, opMap, w.Bytes())
	if err != nil {
		return 0, err
	}
	var answer epm.MapResponse
	if err := answer.UnmarshalNDR(ctx, ndr.NDR20(stub)); err != nil {
		return 0, fmt.Errorf("%w: %w", errAnswer, err)
	}
	for _, t := range answer.Towers {
		if t == nil {
			continue
		}
		if port := portOf(t.TowerOctetString, iface); port != 0 {
			return port, nil
		}
	}
	return 0, fmt.Errorf("%w over TCP: status %#08x", errRefused, answer.Status)
}

// tower describes an interface over TCP, C706 appendix L.
func tower(iface pdu.Syntax, port uint16) []byte {
	encoding := pdu.NDR()
	t := binary.LittleEndian.AppendUint16(nil, 5)
	for _, syntax := range []pdu.Syntax{iface, encoding} {
		t = appendFloor(t, append([]byte{protocolUUID}, syntax[:18]...), syntax[18:])
	}
	t = appendFloor(t, []byte{protocolRPC}, []byte{0, 0})
	t = appendFloor(t, []byte{protocolTCP}, binary.BigEndian.AppendUint16(nil, port))
	return appendFloor(t, []byte{protocolIP}, make([]byte, 4))
}

func appendFloor(t, left, right []byte) []byte {
	t = binary.LittleEndian.AppendUint16(t, uint16(len(left))) //nolint:gosec // at most 19
	t = append(t, left...)
	t = binary.LittleEndian.AppendUint16(t, uint16(len(right))) //nolint:gosec // at most 4
	return append(t, right...)
}

// portOf returns the TCP port of a tower for the interface, 0 if it has none.
func portOf(t []byte, iface pdu.Syntax) int {
	want := tower(iface, 0)
	const port = 2 + 2*(2+19+2+2) + (2 + 1 + 2 + 2) + (2 + 1 + 2) // where the port stands
	if len(t) != len(want) || string(t[:port]) != string(want[:port]) {
		return 0
	}
	return int(binary.BigEndian.Uint16(t[port:]))
}
