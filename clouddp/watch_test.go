package clouddp_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/clouddp/sdk/clouddp"
	"github.com/clouddp/sdk/clouddp/clouddptest"
	"github.com/clouddp/sdk/statusmsg"
)

// watchFor collects the events that d brings.
func watchFor(t *testing.T, client *clouddp.Client, d time.Duration) []clouddp.Event {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	var events []clouddp.Event
	for e, err := range client.Watch(ctx, name) {
		if err != nil {
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Fatal(err)
			}
			break
		}
		events = append(events, e)
	}
	return events
}

func kindsOf(events []clouddp.Event) []string {
	var kinds []string
	for _, e := range events {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

func TestWatchReportsAlertsOnce(t *testing.T) {
	inLab(t, func(t *testing.T, lab *clouddptest.Lab, client *clouddp.Client) {
		create(t, lab, client)
		if got := kindsOf(watchFor(t, client, 3*time.Hour)); !slices.Equal(got, []string{"state"}) {
			t.Errorf("a quiet service gives %v, want its state alone", got)
		}
		lab.Cloud.SetUsage(clouddp.Usage{StoredBytes: 1900 * gb, SentBytes: 5000 * gb})
		events := watchFor(t, client, 3*time.Hour)
		if got := kindsOf(events); !slices.Equal(got, []string{"state", "alert", "alert"}) {
			t.Fatalf("got %v", got)
		}
		if events[1].Alert.Level != clouddp.AlertCritical || events[2].Alert.Level != clouddp.AlertWarning {
			t.Errorf("got %v and %v", events[1].Alert, events[2].Alert)
		}
		if got := kindsOf(watchFor(t, newClient(lab), 3*time.Hour)); !slices.Equal(got, []string{"state"}) {
			t.Errorf("a restarted watch repeats %v", got)
		}
		lab.Cloud.SetUsage(clouddp.Usage{})
		if got := kindsOf(watchFor(t, client, time.Hour)); !slices.Equal(got, []string{"state", "alert", "alert"}) {
			t.Errorf("levels falling back give %v", got)
		}
	})
}

func TestWatchReportsExpiry(t *testing.T) {
	inLab(t, func(t *testing.T, lab *clouddptest.Lab, client *clouddp.Client) {
		create(t, lab, client)
		certificate, err := lab.Certificate(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		left := time.Until(certificate.Leaf.NotAfter)
		client.WatchInterval = 24 * time.Hour
		events := watchFor(t, client, left+48*time.Hour)
		if got := kindsOf(events); !slices.Equal(got, []string{"state", "certificate", "certificate"}) {
			t.Fatalf("got %v", got)
		}
		if early := certificate.Leaf.NotAfter.Sub(events[1].Time); early < 28*24*time.Hour || early > 30*24*time.Hour {
			t.Errorf("warned %s before the end, want about 30 days", early)
		}
		found := 0
		for m, err := range lab.Messages.Messages(t.Context(), statusmsg.Query{IDs: []statusmsg.ID{statusmsg.CertificateExpired}}) {
			if err != nil {
				t.Fatal(err)
			}
			if m.Severity == statusmsg.Error {
				found++
			}
		}
		if found != 1 {
			t.Errorf("%d messages 9425, want 1", found)
		}
	})
}

func TestWatchReportsAnUnreadableCloudOnce(t *testing.T) {
	inLab(t, func(t *testing.T, lab *clouddptest.Lab, client *clouddp.Client) {
		create(t, lab, client)
		lab.Cloud.Inject(clouddptest.FaultUnreachable)
		lab.Cloud.Inject(clouddptest.FaultUnreachable)
		if got := kindsOf(watchFor(t, client, 3*time.Hour)); !slices.Equal(got, []string{"unreadable", "state"}) {
			t.Errorf("got %v", got)
		}
	})
}
