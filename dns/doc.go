// Package dns sets, reads back and checks the alias of a cloud distribution point.
package dns
