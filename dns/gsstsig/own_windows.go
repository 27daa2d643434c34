package gsstsig

import (
	"fmt"

	"github.com/alexbrainman/sspi"
	"github.com/alexbrainman/sspi/negotiate"

	"github.com/clouddp/sdk/internal/kerberos"
)

// ownCredentials returns the mechanism with the process's own credentials: those of its Windows account.
func (s *Signer) ownCredentials() mechanism { return &account{} }

// account is the mechanism of Windows (SSPI).
type account struct {
	credentials *sspi.Credentials
	context     *negotiate.ClientContext
}

// begin implements mechanism.
func (a *account) begin(service string) (token []byte, err error) {
	if a.credentials, err = negotiate.AcquireCurrentUserCredentials(); err != nil {
		return nil, fmt.Errorf("%w: %w", kerberos.ErrNoCredentials, err)
	}
	a.context, token, err = negotiate.NewClientContext(a.credentials, service)
	return token, err
}

// next implements mechanism.
func (a *account) next(input []byte) (token []byte, established bool, err error) {
	established, token, err = a.context.Update(input)
	return token, established, err
}

// sign implements mechanism.
func (a *account) sign(data []byte) ([]byte, error) { return a.context.MakeSignature(data, 0, 0) }

// verify implements mechanism.
func (a *account) verify(data, mac []byte) error {
	_, err := a.context.VerifySignature(data, mac, 0)
	return err
}

// disconnect implements mechanism.
func (a *account) disconnect() {
	if a.credentials != nil {
		_ = a.credentials.Release() // the context stands on its own
		a.credentials = nil
	}
}

// close implements mechanism.
func (a *account) close() error { return a.context.Release() }
