package adminservice

import "crypto/x509"

type Pin [32]byte

func PinOf(c *x509.Certificate) Pin { return Pin{} }
