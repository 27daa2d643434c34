module github.com/clouddp/sdk/peers

go 1.26.0

replace github.com/clouddp/sdk => ../..

require (
	github.com/clouddp/sdk v0.0.0
	github.com/libdns/libdns v1.1.1
	github.com/libdns/rfc2136 v1.0.1
	github.com/miekg/dns v1.1.73
)

require (
	golang.org/x/net v0.62.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
)
