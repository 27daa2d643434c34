package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/clouddp/sdk/clouddp"
	"github.com/clouddp/sdk/clouddp/classic/classictest"
	"github.com/clouddp/sdk/statusmsg"
	"github.com/clouddp/sdk/statusmsg/cmlog"
)

// preflight is step 5: the Spec of the wizard's pages, a report of everything that would go wrong, and a plan.
func preflight(ctx context.Context, w *world) (evidence, error) {
	w.client = w.newClient()
	w.spec = &clouddp.Spec{ServiceFQDN: fqdn, Subscription: subscription, Region: "West Europe", SiteCode: "PS1"}
	report, err := w.client.Preflight(ctx, w.spec)
	if err != nil {
		return evidence{}, err
	}
	if err := report.Err(); err != nil {
		return evidence{}, err
	}
	plan, err := w.client.Plan(ctx, w.spec)
	if err != nil {
		return evidence{}, err
	}
	facts := map[string]any{"passed": report.Passed, "skipped": append([]string{}, report.Skipped...), "plan": lines(plan)}
	e := seen(facts, "%d checks passed; %d things are to be made, nothing is in the way", len(report.Passed), len(plan))
	for _, f := range report.Findings {
		e.warnings = append(e.warnings, fmt.Sprintf("%s: %s", f.ID, f.Evidence))
	}
	return e, nil
}

func breakPreflight(w *world) { w.azure.TakeName("clouddp") }

// create is step 6: the service is created and polled until it is ready.
func create(ctx context.Context, w *world) (evidence, error) {
	op, err := w.client.Create(ctx, w.spec)
	if err != nil {
		return evidence{}, err
	}
	polls := 0
	var details []string
	for status, err := range op.Updates(ctx) {
		if err != nil {
			return evidence{}, err
		}
		polls++
		if !slices.Contains(details, status.Detail) {
			details = append(details, status.Detail)
		}
	}
	status := op.Status()
	if status.State != clouddp.StateReady || status.Host != cloudHost {
		return evidence{}, fmt.Errorf("%s is %s at %q, want ready at %s", fqdn, status.State, status.Host, cloudHost)
	}
	facts := map[string]any{"polls": polls, "progress": details, "host": status.Host, "state": status.State.String()}
	return seen(facts, "ready at %s after %d polls: %s", status.Host, polls, strings.Join(details, ", ")), nil
}

func breakCreation(w *world) { w.azure.Inject(classictest.FaultFailed) }

// seeReady is step 7: the proof that an administrator looks for.
func seeReady(ctx context.Context, w *world) (evidence, error) {
	query := statusmsg.Query{IDs: []statusmsg.ID{statusmsg.CloudDPReady}, Component: statusmsg.CloudServicesManager}
	message, err := statusmsg.Wait(ctx, w.messages, query, &statusmsg.WaitOptions{Interval: 10 * time.Millisecond, Deadline: time.Second})
	if err != nil {
		return evidence{}, err
	}
	records, logged, err := readLog(w.logFile.Name())
	if err != nil {
		return evidence{}, err
	}
	if !logged {
		return evidence{}, fmt.Errorf("none of the %d records of CloudMgr.log carries message %d", records, statusmsg.CloudDPReady)
	}
	system, err := w.siteSystem(ctx)
	if err != nil {
		return evidence{}, err
	}
	inventory := w.azure.Inventory()
	if !w.azure.StorageAccount("clouddp") || !slices.ContainsFunc(inventory, func(s string) bool { return strings.Contains(s, "(Running)") }) {
		return evidence{}, fmt.Errorf("the cloud shows %v, want a storage account and a running deployment", inventory)
	}
	facts := map[string]any{
		"messageID": message.ID, "component": message.Component, "time": message.Time, "logRecords": records,
		"siteSystem": system, "cloud": inventory,
	}
	return seen(facts, "message %d from %s; CloudMgr.log has %d records; site system %s; storage account and cloud service online",
		message.ID, message.Component, records, system), nil
}

// breakReady empties the log, as an eager clean-up would.
func breakReady(w *world) {
	_ = os.Truncate(w.logFile.Name(), 0) // a fault that fails to strike makes the test fail
}

// readLog reads CloudMgr.log back and reports whether it carries message 9409.
func readLog(path string) (records int, ready bool, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, false, err
	}
	defer func() { _ = file.Close() }() // only read from
	for entry, err := range cmlog.Entries(file, nil) {
		if err != nil {
			return records, false, err
		}
		records++
		if m, err := cmlog.ParseStatusMessage(entry.Message); err == nil && m.ID == statusmsg.CloudDPReady {
			ready = true
		}
	}
	return records, ready, nil
}

// siteSystem returns the path of the service in the registry of site systems.
func (w *world) siteSystem(ctx context.Context) (string, error) {
	for record, err := range w.client.Systems(ctx) {
		if err != nil {
			return "", err
		}
		if record.Name() == fqdn && !record.Ready.IsZero() {
			return record.NALPath(), nil
		}
	}
	return "", fmt.Errorf("the registry knows no ready site system %s", fqdn)
}
