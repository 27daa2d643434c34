module github.com/clouddp/sdk/peers

go 1.26.0

replace github.com/clouddp/sdk => ../..

require (
	github.com/clouddp/sdk v0.0.0
	github.com/globalsign/est v1.0.6
	github.com/golang-jwt/jwt/v5 v5.3.1
	github.com/libdns/libdns v1.1.1
	github.com/libdns/rfc2136 v1.0.1
	github.com/miekg/dns v1.1.73
	go.mozilla.org/pkcs7 v0.0.0-20200128120323-432b2356ecb1
)

require (
	github.com/go-chi/chi v4.1.2+incompatible // indirect
	github.com/google/go-tpm v0.3.2 // indirect
	golang.org/x/crypto v0.58.0 // indirect
	golang.org/x/net v0.62.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/time v0.0.0-20210220033141-f8bda1e9f3ba // indirect
	software.sslmate.com/src/go-pkcs12 v0.7.4 // indirect
)
