package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/clouddp/sdk/dns/rfc2136"
)

// dynamicZone is the zone behind -server, changed by dynamic update and signed with the key of -tsig.
func (o options) dynamicZone() (*rfc2136.Zone, error) {
	zone := &rfc2136.Zone{Server: o.server, Name: o.zone}
	if o.tsig == "" {
		return zone, nil
	}
	key, err := parseKey(o.tsig)
	if err != nil {
		return nil, err
	}
	zone.Signer = key
	return zone, nil
}

// parseKey reads NAME:ALG:SECRET, the secret in Base64 or, after an @, in a file that holds it so.
func parseKey(text string) (rfc2136.TSIG, error) {
	fields := strings.SplitN(text, ":", 3)
	if len(fields) != 3 {
		return rfc2136.TSIG{}, errors.New("-tsig wants NAME:ALG:SECRET")
	}
	encoded := fields[2]
	if path, isFile := strings.CutPrefix(encoded, "@"); isFile {
		content, err := os.ReadFile(path)
		if err != nil {
			return rfc2136.TSIG{}, fmt.Errorf("-tsig: %w", err)
		}
		encoded = string(content)
	}
	return rfc2136.TSIG{Name: fields[0], Algorithm: fields[1], Secret: rfc2136.Base64Secret(strings.TrimSpace(encoded))}, nil
}
