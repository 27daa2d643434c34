package cmlog_test

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/clouddp/sdk/statusmsg"
	"github.com/clouddp/sdk/statusmsg/cmlog"
)

func TestEvents(t *testing.T) {
	const id = "1b5e2bd0-96a4-4f0e-9d3b-8d9c32c1f7f5"
	tests := []struct {
		text string
		want cmlog.Event
	}{
		{"Starting to deploy service CLOUDDP", cmlog.Event{Kind: cmlog.DeployStarted, Service: "CLOUDDP"}},
		{"Starting to Deploy Service CLOUDDP~~", cmlog.Event{Kind: cmlog.DeployStarted, Service: "CLOUDDP"}},
		{"Waiting for check if container exists. Will check again in 10 seconds", cmlog.Event{Kind: cmlog.ContainerWait}},
		{"Resource Manager - Creating Public IP Address CLOUDDP with deployment Create" + id, cmlog.Event{Kind: cmlog.ResourceStep, Status: "Public IP Address CLOUDDP", Reason: "Create" + id}},
		{"Deployment instance status for service CLOUDDP is ReadyRole.", cmlog.Event{Kind: cmlog.RoleStatus, Service: "CLOUDDP", Status: "ReadyRole"}},
		{"TaskManager: Task [Deployment Maintenance for service CLOUDDP] status is Faulted", cmlog.Event{Kind: cmlog.TaskStatus, Task: "Deployment Maintenance", Service: "CLOUDDP", Status: "Faulted"}},
		{"ERROR: TaskManager: Task [CreateDeployment for service CLOUDDP] has failed. Exception System.Exception, no.", cmlog.Event{Kind: cmlog.TaskFailed, Task: "CreateDeployment", Service: "CLOUDDP", Reason: "System.Exception, no."}},
		{"TaskManager: Scheduling task [CreateDeployment for service CLOUDDP] for retry.", cmlog.Event{Kind: cmlog.RetryScheduled, Task: "CreateDeployment", Service: "CLOUDDP"}},
		{"ERROR: Exception occured for service CLOUDDP : X~~   at Y~~", cmlog.Event{Kind: cmlog.Exception, Service: "CLOUDDP", Reason: "X~~   at Y"}}, //nolint:misspell // The product writes it so.
		{"ERROR: Communication exception occured. Http Status Code: 403.", cmlog.Event{Kind: cmlog.Exception, Reason: "Http Status Code: 403."}},      //nolint:misspell // The product writes it so.
		{"CN=clouddp.contoso.com is in expired state 9/18/2026", cmlog.Event{Kind: cmlog.CertificateExpired, Status: "CN=clouddp.contoso.com", Reason: "9/18/2026"}},
		{"TaskManager: Task [x", cmlog.Event{}},
		{"anything else", cmlog.Event{}},
		{"", cmlog.Event{}},
	}
	for _, tt := range tests {
		for got, err := range cmlog.Events(logOf(line(tt.text))) {
			if err != nil || got.Entry.Message != tt.text {
				t.Errorf("%q: entry %q, %v", tt.text, got.Entry.Message, err)
			}
			got.Entry = cmlog.Entry{}
			if got != tt.want {
				t.Errorf("%q:\ngot  %+v\nwant %+v", tt.text, got, tt.want)
			}
		}
	}
}

func TestEventsOfStatusMessages(t *testing.T) {
	kinds := map[statusmsg.ID]cmlog.EventKind{9409: cmlog.Ready, 9425: cmlog.CertificateExpired, 9410: cmlog.Other}
	for id, kind := range kinds {
		text := cmlog.FormatStatusMessage(statusmsg.Message{ID: id, Insertions: []string{"CLOUDDP"}})
		for got, err := range cmlog.Events(logOf(line(text))) {
			if err != nil || got.Kind != kind || got.Raised == nil || got.Raised.ID != id || (got.Service == "CLOUDDP") != (kind != cmlog.Other) {
				t.Errorf("%v: %+v, %v", id, got, err)
			}
		}
	}
}

func TestEventsPassErrorsOn(t *testing.T) {
	broken := errors.New("disk on fire")
	for _, err := range cmlog.Events(cmlog.Entries(iotest.ErrReader(broken), nil)) {
		if !errors.Is(err, broken) {
			t.Errorf("error = %v", err)
		}
	}
	for range cmlog.Events(logOf(strings.Repeat(line("a"), 3))) {
		break
	}
}

func TestEventKindString(t *testing.T) {
	for kind, want := range map[cmlog.EventKind]string{cmlog.Other: "other", cmlog.Ready: "ready", -1: "other", 99: "other"} {
		if got := kind.String(); got != want {
			t.Errorf("%d is %q, want %q", int(kind), got, want)
		}
	}
}
