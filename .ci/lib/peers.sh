# peers tests against the software of the nested module, which nobody who imports this one has to download.
peers() {
	(cd .ci/peers && go vet -tags integration ./... && go test -count=1 -tags integration ./...)
}
