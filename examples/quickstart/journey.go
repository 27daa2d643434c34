package main

import (
	"context"
	"fmt"
	"time"
)

// step is one station of the journey: what is done and how it is proven.
type step struct {
	// pkg is the package that does the work.
	pkg string
	// title says what is done.
	title string
	// do does it and returns what proves it; an error means that it was not done or not proven.
	do func(ctx context.Context, w *world) (evidence, error)
	// sabotage injects one fault that breaks the proof.
	sabotage func(w *world)
}

// evidence is what a step has seen: its sentence for a person and its facts for a program.
type evidence struct {
	sentence string
	facts    map[string]any
	warnings []string
}

// seen returns evidence with a sentence, formatted as by fmt.Sprintf.
func seen(facts map[string]any, format string, args ...any) evidence {
	return evidence{sentence: fmt.Sprintf(format, args...), facts: facts}
}

// journey is every step in order, as an administrator takes them.
func journey() []step {
	return []step{
		{"certs/template", "Plan and publish the certificate template", publishTemplate, breakTemplate},
		{"certs", "Enrol the service certificate", enrolService, breakEnrolment},
		{"certs", "Export .cer and .pfx", exportCertificate, breakExport},
		{"clouddp/mgmtcert", "Upload the management certificate", uploadManagement, breakUpload},
		{"clouddp", "Check everything before creating anything", preflight, breakPreflight},
		{"clouddp", "Create the cloud distribution point and wait", create, breakCreation},
		{"statusmsg", "See message 9409, CloudMgr.log and the site system", seeReady, breakReady},
		{"dns", "Follow the alias as a client does", followAlias, breakAlias},
		{"clientsettings", "Let a device and a user use it", allowClients, breakSettings},
		{"clouddp/content", "Distribute a folder and download it", distribute, breakContent},
		{"clouddp", "Raise and clear a usage alert", watchUsage, breakUsage},
		{"clouddp", "Renew the service certificate", renew, breakRenewal},
		{"clouddp", "Stop and start the service", stopAndStart, breakStop},
		{"clouddp", "Delete it and leave nothing behind", remove, breakRemoval},
	}
}

// travel takes every step until one fails.
func travel(ctx context.Context, o options, r reporter) error {
	w, err := newWorld(ctx, o)
	if err != nil {
		return err
	}
	defer w.close()
	began := time.Now()
	for i, s := range journey() {
		if o.breakStep == i+1 {
			s.sabotage(w)
		}
		stepBegan := time.Now()
		e, err := s.do(ctx, w)
		r.step(i+1, s, e, time.Since(stepBegan), err)
		if err != nil {
			return fmt.Errorf("step %d, %s: %w", i+1, s.title, err)
		}
	}
	if err := w.keepFiles(); err != nil {
		return err
	}
	r.done(len(journey()), time.Since(began), o)
	return nil
}
