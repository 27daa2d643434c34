package clouddp

import (
	"context"
	"fmt"
	"time"

	"github.com/clouddp/sdk/statusmsg"
	"github.com/clouddp/sdk/statusmsg/cmlog"
)

// announce remembers what was reached and, the first time a service is ready, reports message 9409. Repeating it after
// a crash reports nothing twice.
func (c *Client) announce(ctx context.Context, o *Operation) error {
	o.record.Host = o.status.Host
	if o.status.State == StateReady && c.Messages != nil {
		if err := c.Messages.Report(ctx, readyMessage(o.record)); err != nil {
			return fmt.Errorf("report message %d: %w", statusmsg.CloudDPReady, err)
		}
	}
	if o.status.State == StateReady && o.record.Ready.IsZero() {
		o.record.Ready = time.Now().UTC()
		c.log(cmlog.Info, cmlog.FormatStatusMessage(readyMessage(o.record)))
	}
	if err := c.registry().Put(ctx, o.record); err != nil {
		return fmt.Errorf("registry: %w", err)
	}
	return nil
}

// readyMessage is status message 9409 for the service of r, the same message however often it is made.
func readyMessage(r *Record) statusmsg.Message {
	at := r.Ready
	if at.IsZero() {
		at = time.Now().UTC()
	}
	return cloudMessage(r, statusmsg.CloudDPReady, statusmsg.Informational, at, r.Created.Format(time.RFC3339Nano))
}

// cloudMessage is a message of the cloud services manager about r; occasion tells repetitions from recurrences.
func cloudMessage(r *Record, id statusmsg.ID, severity statusmsg.Severity, at time.Time, occasion string) statusmsg.Message {
	return statusmsg.Message{
		Key:        fmt.Sprintf("%s/%d/%s", r.Name(), id, occasion),
		ID:         id,
		Severity:   severity,
		Type:       statusmsg.Milestone,
		Component:  statusmsg.CloudServicesManager,
		Module:     "SMS Server",
		Site:       r.Spec.SiteCode,
		Machine:    r.Name(),
		Time:       at,
		Insertions: []string{r.Name()},
		Attributes: []statusmsg.Attribute{{ID: statusmsg.AttributeDistributionPoint, Value: r.NALPath()}},
	}
}

// The lines below follow the wording that Microsoft's documentation quotes from CloudMgr.log.

func (c *Client) logBegin(o *Operation) {
	c.logger().Info("operation begun", "service", o.Name(), "operation", o.verb)
	service := o.spec.Names().Service
	switch o.verb {
	case verbCreate, verbAdopt, verbResume:
		c.log(cmlog.Info, "Starting to deploy service "+service)
	default:
		c.log(cmlog.Info, fmt.Sprintf("TaskManager: Task [%s for service %s] status is Created", taskName(o.verb), service))
	}
}

func (c *Client) logComponent(o *Operation, component Component) {
	if component.State != StateWorking || o.verb == verbDelete {
		return
	}
	if component.Reason != "" {
		c.log(cmlog.Info, fmt.Sprintf("Deployment instance status for service %s is %s.", o.spec.Names().Service, component.Reason))
		return
	}
	c.log(cmlog.Info, fmt.Sprintf("Waiting for check if container exists. Will check again in %.0f seconds", c.pollInterval().Seconds()))
}

func (c *Client) logFailure(o *Operation, err error) {
	c.logger().Error("operation failed", "service", o.Name(), "operation", o.verb, "error", err)
	c.log(cmlog.Error, fmt.Sprintf("ERROR: TaskManager: Task [%s for service %s] has failed. Exception %v",
		taskName(o.verb), o.spec.Names().Service, err))
}

func (c *Client) logDeleted(o *Operation) {
	c.log(cmlog.Info, fmt.Sprintf("TaskManager: Task [%s for service %s] status is RanToCompletion", taskName(o.verb), o.spec.Names().Service))
}

func (c *Client) log(severity cmlog.Severity, text string) {
	err := c.Log.Write(cmlog.Entry{Message: text, Severity: severity, Component: statusmsg.CloudServicesManager})
	if err != nil {
		c.logger().Warn("cannot write the log", "error", err)
	}
}

// taskName is the documented task type of SMS_AzureServicesTask that verb corresponds to.
func taskName(verb string) string {
	switch verb {
	case verbStart:
		return "StartDeployment"
	case verbStop:
		return "StopDeployment"
	case verbUpdate, verbRenew:
		return "UpgradeDeployment"
	case verbDelete:
		return "DeleteDeployment"
	}
	return "CreateDeployment"
}
