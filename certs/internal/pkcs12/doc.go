// Package pkcs12 reads and writes PKCS #12 files (RFC 7292).
//
// It reads what the tools of the field write: DER and BER, any number of parts, the old encryption with RC2 and 3DES and
// the new one with AES (PBES2), message authentication by HMAC (RFC 7292) and PBMAC1 (RFC 9579). A file is untrusted: its
// size, depth, number of elements and the cost of its key derivations are bounded before anything is derived.
//
// It writes two sets of algorithms, with the attributes that Windows looks for.
//
// # Errors
//
// Errors match a category of [github.com/clouddp/sdk/internal/errs]: ErrIntegrity for a damaged file or a wrong password,
// which the format cannot tell apart, ErrUnsupported for what is not read, ErrLimit for what is too large or too costly.
package pkcs12
