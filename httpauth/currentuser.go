package httpauth

// CurrentUser signs in as the Windows account that the process runs as, with Kerberos or NTLM as Windows sees fit. On other
// systems it is an [*AuthError] that is not supported; a [Kerberos] without a user takes the ticket cache there.
type CurrentUser struct {
	// Service is the server's principal; empty means HTTP/ and the host of the URL.
	Service string
}

func (c *CurrentUser) check(problems *InvalidError) {
	if c == nil {
		problems.Add("CurrentUser", "is nil")
	}
}

func (*CurrentUser) schemes() []string { return []string{schemeNegotiate} }

func (*CurrentUser) strength() int { return strengthCurrentUser }

func (c *CurrentUser) open(p *pool, scheme string) session {
	return newBound(p, scheme, c.exchange(servicePrincipal(c.Service, p.host)))
}
