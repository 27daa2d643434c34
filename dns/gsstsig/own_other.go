//go:build !windows

package gsstsig

// ownCredentials returns the mechanism with the process's own credentials: its ticket cache.
func (s *Signer) ownCredentials() mechanism {
	k := s.inGo()
	k.own = true
	return k
}
