package icprtest

import (
	"context"
	"encoding/binary"

	"github.com/oiweiwei/go-msrpc/msrpc/dcetypes"
	epm "github.com/oiweiwei/go-msrpc/msrpc/epm/epm/v3"

	"github.com/clouddp/sdk/certs/adcs/icpr/internal/pdu"
)

// statusNotRegistered is ept_s_not_registered, C706 appendix E.
const statusNotRegistered = 0x16c9a0d6

// mapper is the endpoint mapper, which knows one endpoint.
type mapper struct {
	epm.UnimplementedEpmServer

	port int
}

// Map implements the interface of the server stub.
func (m *mapper) Map(_ context.Context, r *epm.MapRequest) (*epm.MapResponse, error) {
	answer := &epm.MapResponse{MaxTowers: r.MaxTowers, EntryHandle: &epm.LookupHandle{}, Status: statusNotRegistered}
	if r.MapTower == nil || r.MaxTowers == 0 {
		return answer, nil
	}
	tower, ok := m.complete(r.MapTower.TowerOctetString)
	if ok {
		answer.Towers, answer.TowersLength, answer.Status = []*dcetypes.Tower{{TowerOctetString: tower}}, 1, 0
	}
	return answer, nil
}

// complete fills the port into the tower that a client asks about: interface, encoding, RPC, TCP and IP, C706 appendix
// L.
func (m *mapper) complete(asked []byte) (tower []byte, ok bool) {
	iface, ndr := pdu.ICertPassage(), pdu.NDR()
	want := binary.LittleEndian.AppendUint16(nil, 5)
	for _, s := range []pdu.Syntax{iface, ndr} {
		want = append(append(append(want, 19, 0, 0x0d), s[:18]...), 2, 0, s[18], s[19])
	}
	want = append(want, 1, 0, 0x0b, 2, 0, 0, 0) // RPC over connections
	want = append(want, 1, 0, 0x07, 2, 0)       // TCP
	if len(asked) != len(want)+2+9 || string(asked[:len(want)]) != string(want) {
		return nil, false
	}
	want = binary.BigEndian.AppendUint16(want, uint16(m.port)) //nolint:gosec // a port
	return append(want, 1, 0, 0x09, 4, 0, 127, 0, 0, 1), true
}
