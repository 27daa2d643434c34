package gsstsig

import (
	"fmt"

	"github.com/bodgit/gssapi"
	krb5 "github.com/jcmturner/gokrb5/v8/gssapi"

	"github.com/clouddp/sdk/internal/kerberos"
)

// flags are those that RFC 3645, section 3.1.1, asks for.
const flags = krb5.ContextFlagMutual | krb5.ContextFlagReplay | krb5.ContextFlagInteg

// goMechanism is Kerberos in Go, with the credentials of a user or of a ticket cache.
type goMechanism struct {
	// own says that the credentials are those of the process.
	own       bool
	options   []gssapi.Option[gssapi.Initiator]
	service   string
	initiator *gssapi.Initiator
}

// mechanism returns what s negotiates with.
func (s *Signer) mechanism() (mechanism, error) {
	if s.User == "" {
		return s.ownCredentials(), nil
	}
	k := s.inGo()
	k.options = append(k.options, gssapi.WithUsername(s.User), gssapi.WithRealm(s.Realm))
	if s.Keytab != "" {
		k.options = append(k.options, gssapi.WithKeytab[gssapi.Initiator](s.Keytab))
		return k, nil
	}
	password, err := kerberos.Secret(s.Password)
	if err != nil {
		return nil, err
	}
	k.options = append(k.options, gssapi.WithPassword(password))
	return k, nil
}

func (s *Signer) inGo() *goMechanism {
	return &goMechanism{options: []gssapi.Option[gssapi.Initiator]{gssapi.WithConfig(s.Config)}}
}

// begin implements mechanism: it logs in and gets a ticket.
func (k *goMechanism) begin(service string) (token []byte, err error) {
	defer kerberos.Guard(&err)
	if err := k.login(); err != nil {
		if k.own {
			err = fmt.Errorf("%w: %w", kerberos.ErrNoCredentials, err)
		}
		return nil, err
	}
	k.service = service
	token, _, err = k.initiator.Initiate(service, flags, nil)
	return token, err
}

func (k *goMechanism) login() (err error) {
	defer kerberos.Guard(&err)
	k.initiator, err = gssapi.NewInitiator(k.options...)
	return err
}

// next implements mechanism.
func (k *goMechanism) next(input []byte) (token []byte, established bool, err error) {
	defer kerberos.Guard(&err)
	token, again, err := k.initiator.Initiate(k.service, flags, input)
	return token, !again, err
}

// sign implements mechanism.
func (k *goMechanism) sign(data []byte) ([]byte, error) { return k.initiator.MakeSignature(data) }

// verify implements mechanism.
func (k *goMechanism) verify(data, mac []byte) error { return k.initiator.VerifySignature(data, mac) }

// disconnect implements mechanism. Until then a goroutine of gokrb5 waits to renew the ticket.
func (k *goMechanism) disconnect() {
	if k.initiator != nil {
		_ = k.initiator.Close() // returns nil always
	}
	k.options = nil
}

// close implements mechanism.
func (k *goMechanism) close() error { return nil }
