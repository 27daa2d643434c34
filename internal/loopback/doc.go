// Package loopback serves the stand-ins of this module over TLS on a free port of 127.0.0.1.
package loopback
