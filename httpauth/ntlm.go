package httpauth

import (
	"fmt"
	"strings"

	"github.com/Azure/go-ntlmssp"

	"github.com/clouddp/sdk/internal/kerberos"
)

// NTLM signs in with NTLM, version 2. It needs no domain controller and no name for the server, and proves less: prefer
// [Kerberos]. The AdminService of Configuration Manager refuses it since version 2509. It sends no channel
// binding, so that a server with Extended Protection set to Always refuses it.
type NTLM struct {
	// User is the account without its domain, "svc-clouddp", or its user principal name, "svc-clouddp@contoso.com". Required.
	User string
	// Domain is the NetBIOS or DNS name of the domain of User; empty with a user principal name or an account of the server.
	Domain string
	// Password returns the password of User. It is called for each connection. Required.
	Password func() ([]byte, error)
}

func (n *NTLM) check(problems *InvalidError) {
	if n == nil {
		problems.Add("NTLM", "is nil")
		return
	}
	checkAccount(problems, "NTLM", n.User, n.Password != nil)
	if strings.Contains(n.User, `\`) {
		problems.Add("NTLM.User", "is %q; give the bare account name, and the domain as Domain", n.User)
	}
}

func (*NTLM) schemes() []string { return []string{schemeNTLM, schemeNegotiate} }

func (*NTLM) strength() int { return strengthNTLM }

func (n *NTLM) open(p *pool, scheme string) session {
	return newBound(p, scheme, &ntlmExchange{n})
}

type ntlmExchange struct{ credential *NTLM }

func (*ntlmExchange) begin() ([]byte, error) { return ntlmssp.NewNegotiateMessage("", "") }

func (e *ntlmExchange) next(challenge []byte) (token []byte, err error) {
	defer kerberos.Guard(&err)
	password, err := kerberos.Secret(e.credential.Password)
	if err != nil {
		return nil, err
	}
	user := e.credential.User
	if e.credential.Domain != "" {
		user = e.credential.Domain + `\` + user
	}
	token, err = ntlmssp.NewAuthenticateMessage(challenge, user, password, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", kerberos.ErrMalformed, err)
	}
	return token, nil
}

func (*ntlmExchange) end() {}
