package clouddp

import (
	"context"
	"errors"
	"fmt"

	"github.com/clouddp/sdk/dns"
)

// alias is the record that leads clients from the service FQDN to host.
func (c *Client) alias(spec *Spec, host string) dns.Record {
	return dns.Record{Name: spec.ServiceFQDN, Type: "CNAME", Value: host}
}

// pointAlias makes the alias lead to the host that the cloud serves under. A service whose certificate bears the
// cloud's own name needs none.
func (o *Operation) pointAlias(ctx context.Context) error {
	if o.status.Host == "" {
		return errors.New("the cloud does not tell the host name yet")
	}
	if o.client.Zone == nil || o.aliased || o.status.Host == o.spec.ServiceFQDN {
		return nil
	}
	options := &dns.EnsureOptions{}
	if o.record.Host != "" && o.record.Host != o.status.Host {
		options.Replaces = []string{o.record.Host}
	}
	change, err := dns.Ensure(ctx, o.client.Zone, o.client.Resolver, o.client.alias(o.spec, o.status.Host), options)
	if err != nil {
		return fmt.Errorf("alias: %w", err)
	}
	if o.client.Resolver != nil && change.Verdict == dns.AppliedUnverified {
		return errors.New("alias: not every authoritative server shows it yet")
	}
	o.client.logger().Info("alias", "service", o.Name(), "target", o.status.Host, "verdict", change.Verdict)
	o.aliased = true
	return nil
}

// supplyNeeds creates the DNS records that the cloud wants to see before it goes on.
func (o *Operation) supplyNeeds(ctx context.Context) error {
	if o.client.Zone == nil {
		return nil
	}
	for _, c := range o.status.Components {
		for _, need := range c.Needs {
			if _, err := dns.Ensure(ctx, o.client.Zone, o.client.Resolver, need, nil); err != nil {
				return fmt.Errorf("record %s that %s needs: %w", need.Name, c.Part.Kind, err)
			}
		}
	}
	return nil
}
