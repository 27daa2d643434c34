package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/clouddp"
	"github.com/clouddp/sdk/clouddp/classic/classictest"
	"github.com/clouddp/sdk/dns"
)

// watchUsage is step 11: a threshold of one percent of a gigabyte is exceeded by the package, and no longer once the
// package is gone.
func watchUsage(ctx context.Context, w *world) (evidence, error) {
	w.spec.Alerts.Storage = clouddp.Threshold{LimitGB: 1, WarningPercent: 1, CriticalPercent: 90}
	op, err := w.client.Update(ctx, w.spec)
	if err == nil {
		_, err = op.Wait(ctx)
	}
	if err != nil {
		return evidence{}, err
	}
	raised, err := w.nextAlert(ctx, clouddp.AlertWarning)
	if err != nil {
		return evidence{}, err
	}
	if err := w.emptyStorage(ctx); err != nil {
		return evidence{}, err
	}
	cleared, err := w.nextAlert(ctx, clouddp.AlertNone)
	if err != nil {
		return evidence{}, err
	}
	facts := map[string]any{"raised": raised.String(), "cleared": cleared.String()}
	return seen(facts, "%s; after the package was deleted: %s", raised, cleared), nil
}

// breakUsage empties the storage behind the service's back.
func breakUsage(w *world) {
	_ = w.emptyStorage(context.Background()) // a fault that fails to strike makes the test fail
}

// nextAlert watches the service until the storage alert reaches level.
func (w *world) nextAlert(ctx context.Context, level clouddp.AlertLevel) (*clouddp.Alert, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	for event, err := range w.client.Watch(ctx, fqdn) {
		if err != nil {
			return nil, fmt.Errorf("no storage alert of level %s: %w", level, err)
		}
		if event.Alert != nil && event.Alert.Metric == "storage" && event.Alert.Level == level {
			return event.Alert, nil
		}
	}
	return nil, errors.New("the watch ended")
}

// renew is step 12: a new certificate of the same name replaces the first, and clients see it.
func renew(ctx context.Context, w *world) (evidence, error) {
	old := w.service.Thumbprint()
	renewed, err := w.enrol(ctx)
	if err != nil {
		return evidence{}, err
	}
	w.service = renewed
	op, err := w.client.Renew(ctx, fqdn)
	if err == nil {
		_, err = op.Wait(ctx)
	}
	if err != nil {
		return evidence{}, err
	}
	served, err := w.served(ctx)
	if err != nil {
		return evidence{}, err
	}
	if served != renewed.Thumbprint() {
		return evidence{}, fmt.Errorf("%s serves %s, want the renewed %s", fqdn, served, renewed.Thumbprint())
	}
	facts := map[string]any{"old": old, "new": served, "notAfter": renewed.Leaf.NotAfter.UTC()}
	return seen(facts, "%s now serves %s instead of %s", fqdn, served, old), nil
}

func breakRenewal(w *world) { w.azure.Inject(classictest.FaultFailed) }

// served returns the certificate under which the service answers at its alias.
func (w *world) served(ctx context.Context) (certs.Thumbprint, error) {
	raw, err := w.dial(ctx, "tcp", fqdn+":443")
	if err != nil {
		return certs.Thumbprint{}, err
	}
	conn := tls.Client(raw, &tls.Config{ServerName: fqdn, RootCAs: w.ca.Pool(), MinVersion: tls.VersionTLS12})
	defer func() { _ = conn.Close() }() // the handshake is all that was wanted
	if err := conn.HandshakeContext(ctx); err != nil {
		return certs.Thumbprint{}, err
	}
	return certs.ThumbprintOf(conn.ConnectionState().PeerCertificates[0]), nil
}

// stopAndStart is step 13: a stopped service refuses clients, a started one serves them.
func stopAndStart(ctx context.Context, w *world) (evidence, error) {
	op, err := w.client.Stop(ctx, fqdn)
	if err == nil {
		_, err = op.Wait(ctx)
	}
	if err != nil {
		return evidence{}, err
	}
	if _, err := w.served(ctx); err == nil {
		return evidence{}, errors.New("the stopped service still answers")
	}
	op, err = w.client.Start(ctx, fqdn)
	if err == nil {
		_, err = op.Wait(ctx)
	}
	if err != nil {
		return evidence{}, err
	}
	response, err := w.get(ctx, "bytes=0-0")
	if err != nil {
		return evidence{}, err
	}
	_ = response.Body.Close() // its status is all that was wanted
	if response.StatusCode != http.StatusNotFound {
		return evidence{}, fmt.Errorf("the started service answers %s for a deleted package, want 404", response.Status)
	}
	report, err := w.client.Verify(ctx, fqdn)
	if err == nil {
		err = report.Err()
	}
	facts := map[string]any{"verified": report.Passed}
	return seen(facts, "stopped: no client gets a connection; started: served again; verified: %d checks passed", len(report.Passed)), err
}

func breakStop(w *world) { w.azure.Inject(classictest.FaultFailed) }

// remove is step 14: everything is deleted, the alias first, and nothing is left.
func remove(ctx context.Context, w *world) (evidence, error) {
	op, err := w.client.Delete(ctx, fqdn)
	if err == nil {
		_, err = op.Wait(ctx)
	}
	if err != nil {
		return evidence{}, err
	}
	if left := w.azure.Inventory(); len(left) > 0 {
		return evidence{}, fmt.Errorf("left in the cloud: %v", left)
	}
	chain, err := dns.Check(ctx, w.resolver, fqdn, cloudHost)
	if err != nil {
		return evidence{}, err
	}
	if len(chain.Hops) > 0 {
		return evidence{}, fmt.Errorf("the alias is still there: %s", chain)
	}
	if _, err := w.client.Verify(ctx, fqdn); !errors.Is(err, clouddp.ErrNotFound) {
		return evidence{}, fmt.Errorf("the registry still knows %s: %w", fqdn, err)
	}
	facts := map[string]any{"cloud": []string{}, "alias": false, "registered": false}
	return seen(facts, "alias, deployment, certificate, service and storage account are gone; the cloud is empty"), nil
}

func breakRemoval(w *world) { w.azure.Inject(classictest.FaultFailed) }
