package classic_test

import (
	"errors"
	"testing"

	"github.com/clouddp/sdk/clouddp"
)

// FuzzAnswers reads every part from a service that answers with the fuzzed bytes: whatever they are, the driver returns
// a component that is not ready by mistake, or an error.
func FuzzAnswers(f *testing.F) {
	for _, seed := range []string{
		`<StorageService xmlns="http://schemas.microsoft.com/windowsazure"><StorageServiceProperties><Status>Created</Status></StorageServiceProperties><ExtendedProperties><ExtendedProperty><Name>Owner</Name><Value>me</Value></ExtendedProperty></ExtendedProperties></StorageService>`,
		`<HostedService><HostedServiceProperties><Status>Deleted</Status></HostedServiceProperties></HostedService>`,
		`<Certificates><Certificate><Thumbprint>0000000000000000000000000000000000000001</Thumbprint><Data>AAAA</Data></Certificate></Certificates>`,
		`<Deployment><Status>Running</Status><Configuration>PGE+</Configuration><RoleInstanceList><RoleInstance><InstanceStatus>ReadyRole</InstanceStatus></RoleInstance></RoleInstanceList></Deployment>`,
		`<Operation><Status>Failed</Status><HttpStatusCode>409</HttpStatusCode><Error><Code>ConflictError</Code></Error></Operation>`,
		`<Subscription><SubscriptionStatus>Active</SubscriptionStatus><MaxCoreCount>-1</MaxCoreCount></Subscription>`,
		`<!DOCTYPE a><a/>`,
		"\xef\xbb\xbf<?xml version=\"1.0\"?><a/>",
		``,
	} {
		f.Add(seed)
	}
	m := newMaterial(f)
	f.Fuzz(func(t *testing.T, body string) {
		s, _ := answering(t, 200, body)
		spec := newSpec(m)
		parts, err := s.Parts(spec)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range parts {
			component, err := s.Read(t.Context(), spec, part)
			if err == nil && component.Part.Kind != part.Kind {
				t.Errorf("read %s and got %s", part.Kind, component.Part.Kind)
			}
			if part.Certificate && component.State == clouddp.StateReady && component.Owner != spec.OwnerMark() {
				t.Error("a certificate without owner")
			}
		}
		if state, err := s.Outcome(t.Context(), "0123"); state == clouddp.StateFailed && err == nil {
			t.Error("failed without an error")
		}
		if _, err := s.Check(t.Context(), spec); err != nil && errors.Is(err, clouddp.ErrUnknown) {
			t.Errorf("a check of unknown outcome: %v", err)
		}
		for entry, err := range s.ManagementCertificates().Certificates(t.Context()) {
			if err == nil && entry.Thumbprint.IsZero() {
				t.Error("an entry that names no certificate")
			}
		}
	})
}
