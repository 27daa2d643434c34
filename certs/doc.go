// Package certs obtains, exports and checks the certificates of a cloud distribution point.
package certs
