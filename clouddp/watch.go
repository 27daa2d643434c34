package clouddp

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/statusmsg"
)

// Event is something that [Client.Watch] noticed.
type Event struct {
	// Kind is what changed: "state", "alert", "certificate" or "unreadable".
	Kind string
	// Name is the service FQDN.
	Name string
	// Time is when it was noticed, UTC.
	Time time.Time
	// State is the state of the service, on an event of kind "state".
	State State
	// Alert is set on an event of kind "alert", also when its level falls back.
	Alert *Alert
	// Certificate is the one about to expire or expired, on an event of kind "certificate".
	Certificate *x509.Certificate
	// Detail says it in a sentence.
	Detail string
}

// levelCertificate is the metric under which the level of the certificate is remembered.
const levelCertificate = "certificate"

// Watch looks at the cloud distribution point name every [Client.WatchInterval] and yields what has changed: its state,
// alerts that rise or fall, a certificate with 30 days left ([certs.ExpirySoon]), of which Configuration Manager itself
// does not warn. What was reported is remembered in the Registry, so a restarted Watch repeats nothing. An expired
// certificate is reported as message 9425 as well. A cloud that cannot be read is an event; the error pair comes last,
// when ctx is done or the name is unknown ([ErrNotFound]).
func (c *Client) Watch(ctx context.Context, name string) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		w := &watch{client: c, name: normalName(name)}
		for {
			events, err := w.round(ctx)
			for _, e := range events {
				if !yield(e, nil) {
					return
				}
			}
			if err == nil {
				err = pause(ctx, c.watchInterval())
			}
			if err != nil {
				yield(Event{}, err)
				return
			}
		}
	}
}

// watch is what one Watch remembers between rounds.
type watch struct {
	client     *Client
	name       string
	state      State
	unreadable bool
}

// round looks once.
func (w *watch) round(ctx context.Context) ([]Event, error) {
	r, err := w.client.record(ctx, w.name)
	if err != nil {
		return nil, err
	}
	components, err := w.client.components(ctx, &r.Spec)
	if err != nil {
		return w.lostSight(ctx, err)
	}
	w.unreadable = false
	events := w.stateEvents(foldStates(components))
	if r.Levels == nil {
		r.Levels = map[string]AlertLevel{}
	}
	alerts, err := w.alertEvents(ctx, r)
	if err != nil {
		return events, err
	}
	expiry, err := w.certificateEvents(ctx, r, components)
	if err != nil {
		return events, err
	}
	events = append(append(events, alerts...), expiry...)
	if len(alerts)+len(expiry) > 0 {
		err = w.client.registry().Put(ctx, r)
	}
	return events, err
}

// lostSight reports, once, that the cloud cannot be read.
func (w *watch) lostSight(ctx context.Context, err error) ([]Event, error) {
	if ctx.Err() != nil || errors.Is(err, ErrInvalid) {
		return nil, err
	}
	if w.unreadable {
		return nil, nil
	}
	w.unreadable = true
	return []Event{w.event("unreadable", err.Error())}, nil
}

func (w *watch) stateEvents(state State) []Event {
	if state == w.state {
		return nil
	}
	e := w.event("state", fmt.Sprintf("was %s, is %s", w.state, state))
	e.State, w.state = state, state
	return []Event{e}
}

// alertEvents compares the usage with the thresholds, if the provider meters it.
func (w *watch) alertEvents(ctx context.Context, r *Record) ([]Event, error) {
	meter, ok := w.client.Provider.(Meter)
	if !ok {
		return nil, nil
	}
	usage, err := meter.Usage(ctx, &r.Spec)
	if err != nil {
		return w.lostSight(ctx, err)
	}
	var events []Event
	for _, alert := range r.Spec.Alerts.Evaluate(usage) {
		if alert.Level == r.Levels[alert.Metric] {
			continue
		}
		r.Levels[alert.Metric] = alert.Level
		e := w.event("alert", alert.String())
		e.Alert = &alert
		events = append(events, e)
	}
	return events, nil
}

// certificateEvents warns of a certificate near its end and reports one beyond it.
func (w *watch) certificateEvents(ctx context.Context, r *Record, components []Component) ([]Event, error) {
	var events []Event
	for _, component := range components {
		if component.Certificate == nil {
			continue
		}
		level, detail := expiryLevel(component.Certificate, time.Now())
		if level == r.Levels[levelCertificate] {
			continue
		}
		r.Levels[levelCertificate] = level
		e := w.event("certificate", detail)
		e.Certificate = component.Certificate
		events = append(events, e)
		if level == AlertCritical && w.client.Messages != nil {
			thumbprint := certs.ThumbprintOf(component.Certificate).String()
			expired := cloudMessage(r, statusmsg.CertificateExpired, statusmsg.Error, e.Time, thumbprint)
			if err := w.client.Messages.Report(ctx, expired); err != nil {
				return events, fmt.Errorf("clouddp: report message %d: %w", statusmsg.CertificateExpired, err)
			}
		}
	}
	return events, nil
}

func expiryLevel(certificate *x509.Certificate, now time.Time) (level AlertLevel, detail string) {
	expiry := (&certs.Bundle{Leaf: certificate}).Expiry(now)
	date := certificate.NotAfter.UTC().Format(time.DateOnly)
	switch expiry.Stage {
	case certs.ExpiryOver:
		return AlertCritical, "the service certificate expired on " + date + "; use Client.Renew"
	case certs.ExpirySoon, certs.ExpiryUrgent:
		return AlertWarning, fmt.Sprintf("the service certificate expires on %s, in %d days; use Client.Renew", date, expiry.Days)
	default:
		return AlertNone, "the service certificate is valid until " + date
	}
}

func (w *watch) event(kind, detail string) Event {
	return Event{Kind: kind, Name: w.name, Time: time.Now().UTC(), Detail: detail}
}

// foldStates sums up the parts of a service in one state.
func foldStates(components []Component) State {
	states := map[State]int{}
	for _, c := range components {
		states[c.State]++
	}
	switch {
	case states[StateAbsent] == len(components):
		return StateAbsent
	case states[StateFailed] > 0:
		return StateFailed
	case states[StateUnknown] > 0:
		return StateUnknown
	case states[StateDeleting] > 0:
		return StateDeleting
	case states[StateAbsent]+states[StateWorking] > 0:
		return StateWorking
	case states[StateStopped] > 0:
		return StateStopped
	}
	return StateReady
}
