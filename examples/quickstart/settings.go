package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/clouddp/sdk/clientsettings"
)

// allowClients is step 9: a device and a user are refused by the default client setting, and allowed once a policy is
// deployed to their collections.
func allowClients(ctx context.Context, w *world) (evidence, error) {
	targets := []clientsettings.Target{
		{Kind: clientsettings.Device, Name: "PC0001", Collections: []string{"SMS00001", "PS100014"}},
		{Kind: clientsettings.User, Name: `CONTOSO\adele`, Collections: []string{"SMS00002", "PS100015"}},
	}
	facts := map[string]any{}
	for _, target := range targets {
		resolution, err := clientsettings.Check(ctx, w.policies, target)
		if _, refused := errors.AsType[*clientsettings.NotAllowedError](err); !refused {
			return evidence{}, fmt.Errorf("%s is not refused by default: %s, %w", target.Name, resolution.AllowCloudDP, err)
		}
		facts[target.Name+" before"] = resolution.AllowCloudDP.String()
	}
	if err := w.deployPolicies(); err != nil {
		return evidence{}, err
	}
	for _, target := range targets {
		resolution, err := clientsettings.Check(ctx, w.policies, target)
		if err != nil {
			return evidence{}, err
		}
		facts[target.Name+" after"] = resolution.AllowCloudDP.String() + " by " + resolution.Policy
	}
	return seen(facts, "PC0001 and CONTOSO\\adele: refused by default, allowed by the policies deployed to their collections"), nil
}

// breakSettings deploys the policies to collections that nobody is in.
func breakSettings(w *world) { w.audience = "PS100099" }

// deployPolicies sets "Allow access to cloud distribution points" to Yes for one collection of devices and one of users.
func (w *world) deployPolicies() error {
	allow := &clientsettings.CloudServices{AllowCloudDP: clientsettings.Yes}
	return errors.Join(
		w.policies.Add(clientsettings.Policy{ID: "16777217", Name: "Cloud for devices", Kind: clientsettings.Device, Priority: 1, CloudServices: allow}),
		w.policies.Add(clientsettings.Policy{ID: "16777218", Name: "Cloud for users", Kind: clientsettings.User, Priority: 2, CloudServices: allow}),
		w.policies.Deploy("16777217", w.audience),
		w.policies.Deploy("16777218", "PS100015"),
	)
}
