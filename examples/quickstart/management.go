package main

import (
	"context"
	"fmt"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/clouddp/classic"
	"github.com/clouddp/sdk/clouddp/mgmtcert"
)

// uploadManagement is step 4: a co-administrator's token uploads the management certificate, as the portal did, and the
// certificate then authenticates by itself over mutual TLS.
func uploadManagement(ctx context.Context, w *world) (evidence, error) {
	warnings, err := w.chooseManagement()
	if err != nil {
		return evidence{}, err
	}
	portal := &classic.Subscription{
		ID: subscription, Credential: coAdministrator(w.token), Endpoint: w.endpoint.URL, Roots: w.endpoint.Pool(),
	}
	defer portal.CloseIdleConnections()
	if _, err := mgmtcert.Ensure(ctx, portal.ManagementCertificates(), w.management.Leaf); err != nil {
		return evidence{}, err
	}
	own := w.subscription()
	defer own.CloseIdleConnections()
	entry, err := mgmtcert.Find(ctx, own.ManagementCertificates(), w.management.Thumbprint())
	if err != nil {
		return evidence{}, fmt.Errorf("with the certificate itself: %w", err)
	}
	facts := map[string]any{
		"thumbprint": entry.Thumbprint, "subject": w.management.Leaf.Subject.CommonName, "authentication": "mutual TLS",
		"sharedRole": w.oneCertificate,
	}
	e := seen(facts, "%s uploaded with a co-administrator's token; it now opens the API by itself, over mutual TLS", entry.Thumbprint)
	e.warnings = warnings
	return e, nil
}

func breakUpload(w *world) { w.token = "revoked" }

// chooseManagement makes a self-signed management certificate, or takes the service certificate for both roles.
func (w *world) chooseManagement() (warnings []string, err error) {
	if w.oneCertificate {
		w.management = w.service
	} else if w.management, err = certs.SelfSigned("Contoso cloud distribution point management", nil); err != nil {
		return nil, err
	}
	for _, f := range append(certs.CheckManagement(w.management, time.Now()), certs.SharedRole(w.management, w.service)...) {
		warnings = append(warnings, fmt.Sprintf("%s: %s; %s", f.ID, f.Evidence, f.Remedy))
	}
	return warnings, w.writePair("Management", w.management)
}

// coAdministrator is a token as a sign-in would bring it.
type coAdministrator string

// GetToken implements [azcore.TokenCredential].
func (token coAdministrator) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: string(token), ExpiresOn: time.Now().Add(time.Hour)}, nil
}
