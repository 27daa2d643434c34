package rfc2136

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	wire "github.com/miekg/dns"

	"github.com/clouddp/sdk/dns"
)

const (
	// fudge is how many seconds the clocks may differ (RFC 8945, section 10).
	fudge = 300
	// closeTimeout bounds the release of a session.
	closeTimeout = 2 * time.Second
)

// send sends an update, signed if there is a signer, and returns the response code of a reply that can be believed. If
// the server may have received the update and there is no such reply, the error matches [dns.ErrUnknown].
func (z *Zone) send(ctx context.Context, m *wire.Msg) (code int, err error) {
	if z.Signer == nil {
		packed, err := m.Pack()
		if err != nil {
			return 0, err
		}
		got, err := z.deliver(ctx, m, packed)
		if err != nil {
			return 0, err
		}
		return got.message.Rcode, nil
	}
	session, err := z.Signer.Session(ctx, z.Server)
	if err != nil {
		return 0, err
	}
	defer release(ctx, session)
	return z.sendSigned(ctx, m, session)
}

// release closes a session also if ctx has ended. Its error changes nothing about the update.
func release(ctx context.Context, session Session) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	_ = session.Close(ctx)
}

func (z *Zone) sendSigned(ctx context.Context, m *wire.Msg, session Session) (code int, err error) {
	m.SetTsig(session.KeyName(), session.Algorithm(), fudge, time.Now().Unix())
	packed, mac, err := wire.TsigGenerateWithProvider(m, provider{session}, "", false)
	if err != nil {
		return 0, fmt.Errorf("sign: %w", err)
	}
	got, err := z.deliver(ctx, m, packed)
	if err != nil {
		return 0, err
	}
	if err := z.believe(got, session, mac); err != nil {
		return 0, err
	}
	return got.message.Rcode, nil
}

// deliver sends a packed update over TCP, and over a fresh connection, so that nothing on the way repeats it.
func (z *Zone) deliver(ctx context.Context, m *wire.Msg, packed []byte) (reply, error) {
	x := exchange{zone: z, network: "tcp", request: packed, limit: z.timeout()}
	x.matches = func(got *wire.Msg) bool {
		if len(got.Question) == 0 { // a reply may leave out every section (RFC 2136, section 3.8)
			got.Question = m.Question
		}
		return answers(got, m)
	}
	got, err := x.run(ctx)
	if unsent, ok := errors.AsType[unsentError](err); ok {
		if ctx.Err() != nil {
			return reply{}, unsent.error
		}
		return reply{}, fmt.Errorf("%w: %w", dns.ErrUnavailable, unsent.error)
	}
	if err != nil {
		return reply{}, fmt.Errorf("%w: %w", dns.ErrUnknown, err)
	}
	return got, nil
}

// believe returns nil if the reply has the server's signature. RFC 8945, section 5.3, lets a server refuse a signature
// without signing; such a reply is believed, since it cannot make anybody take a change for made.
func (z *Zone) believe(got reply, session Session, requestMAC string) error {
	sig := got.message.IsTsig()
	refused := got.message.Rcode == wire.RcodeNotAuth || got.message.Rcode == wire.RcodeRefused
	switch {
	case sig == nil && refused:
		return &dns.AuthError{Server: z.Server}
	case sig == nil || sig.MACSize == 0 && !refused:
		return fmt.Errorf("%w: the reply to a signed update is not signed", dns.ErrUnknown)
	case sig.Error != wire.RcodeSuccess && refused:
		return &dns.AuthError{Server: z.Server, Code: codeName(int(sig.Error)), ServerTime: serverTime(sig)}
	case got.message.Rcode == wire.RcodeNotAuth:
		return nil // the wire package verifies no such reply; it promises nothing
	}
	if err := wire.TsigVerifyWithProvider(got.packed, provider{session}, requestMAC, false); err != nil {
		return fmt.Errorf("%w: the reply cannot be verified: %w", dns.ErrUnknown, err)
	}
	return nil
}

// serverTime is the clock of a server that found the time of a signature wrong, else zero (RFC 8945, section 5.2.3).
func serverTime(sig *wire.TSIG) time.Time {
	other, err := hex.DecodeString(sig.OtherData)
	if err != nil || sig.Error != wire.RcodeBadTime || len(other) != 6 {
		return time.Time{}
	}
	seconds := binary.BigEndian.Uint64(append([]byte{0, 0}, other...))
	return time.Unix(int64(seconds), 0) //nolint:gosec // has 48 bits
}

// provider lets a session make and check the signatures of the wire package.
type provider struct{ Session }

// Generate implements [wire.TsigProvider].
func (p provider) Generate(data []byte, _ *wire.TSIG) ([]byte, error) { return p.Sign(data) }

// Verify implements [wire.TsigProvider].
func (p provider) Verify(data []byte, sig *wire.TSIG) error {
	mac, err := hex.DecodeString(sig.MAC)
	if err != nil {
		return err
	}
	return p.Session.Verify(data, mac)
}
