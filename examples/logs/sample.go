package main

import (
	"bytes"
	"time"

	"github.com/clouddp/sdk/statusmsg"
	"github.com/clouddp/sdk/statusmsg/cmlog"
)

// sample returns a CloudMgr.log, written four hours west of Greenwich: a deployment that fails, is tried again and gets
// ready.
func sample() []byte {
	start := time.Date(2026, time.September, 18, 20, 39, 6, 598e6, time.UTC)
	ready := statusmsg.Message{
		ID: statusmsg.CloudDPReady, Severity: statusmsg.Informational, Type: statusmsg.Milestone,
		Module: "SMS Server", Component: statusmsg.CloudServicesManager, Machine: "cm1.contoso.com", Site: "PS1",
		Time: start.Add(38 * time.Minute), ProcessID: 2180, ThreadID: 2624, Insertions: []string{"CLOUDDP"},
	}
	lines := []struct {
		after time.Duration
		text  string
	}{
		{0, "Starting to deploy service CLOUDDP"},
		{2 * time.Second, "Waiting for check if container exists. Will check again in 10 seconds"},
		{12 * time.Second, "TaskManager: Task [CreateDeployment for service CLOUDDP] status is Faulted"},
		{12 * time.Second, "ERROR: TaskManager: Task [CreateDeployment for service CLOUDDP] has failed. Exception System.TimeoutException, no answer."},
		{13 * time.Second, "ERROR: Exception occured for service CLOUDDP : System.TimeoutException: no answer\r\n   at CreateDeploymentTask.Start\r\n"}, //nolint:misspell // The product writes it so.
		{13 * time.Second, "TaskManager: Scheduling task [CreateDeployment for service CLOUDDP] for retry."},
		{20 * time.Minute, "Deployment instance status for service CLOUDDP is BusyRole."},
		{38 * time.Minute, "Deployment instance status for service CLOUDDP is ReadyRole."},
		{38 * time.Minute, cmlog.FormatStatusMessage(ready)},
	}
	var log bytes.Buffer
	w := &cmlog.Writer{W: &log, Location: time.FixedZone("EDT", -4*60*60)}
	for _, line := range lines {
		e := cmlog.Entry{Time: start.Add(line.after), Thread: "2624", Message: line.text}
		if err := w.Write(e); err != nil {
			return []byte(err.Error()) // a Buffer takes everything
		}
	}
	return log.Bytes()
}
