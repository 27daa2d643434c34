package classic

import (
	"fmt"

	"github.com/clouddp/sdk/clouddp"
)

// The words are those that Microsoft documents under "Get Storage Account Properties", "Get Cloud Service Properties" and
// "Get Deployment". They are an open set: a word not listed here is StateUnknown, never success.

// The statuses of a deployment that a caller can ask for.
const (
	statusRunning   = "Running"
	statusSuspended = "Suspended"
)

// statusDeleted is shown by a storage account or a cloud service that is as good as absent.
const statusDeleted = "Deleted"

// resourceState reads the status of a storage account or a cloud service.
func resourceState(status string) clouddp.State {
	switch status {
	case "Created":
		return clouddp.StateReady
	case "Creating", "Changing", "ResolvingDns":
		return clouddp.StateWorking
	case "Deleting":
		return clouddp.StateDeleting
	}
	return clouddp.StateUnknown
}

// deploymentState reads the status of a deployment with that of its instances: only Running with every instance
// ReadyRole is ready. The reason is the word that decided.
func deploymentState(d *deploymentReply) (state clouddp.State, reason string) {
	if d.Status == "Deleting" {
		return clouddp.StateDeleting, d.Status
	}
	state, reason = instancesState(d.Instances)
	if state == clouddp.StateFailed {
		return state, reason
	}
	switch d.Status {
	case statusRunning:
		return state, reason
	case statusSuspended:
		return clouddp.StateStopped, d.Status
	case "RunningTransitioning", "SuspendedTransitioning", "Starting", "Suspending", "Deploying", "Unavailable":
		return clouddp.StateWorking, d.Status
	}
	return clouddp.StateUnknown, d.Status
}

// instancesState folds the instances into one: the worst decides.
func instancesState(list []roleInstance) (clouddp.State, string) {
	if len(list) == 0 {
		return clouddp.StateWorking, "no instance yet"
	}
	state, reason := clouddp.StateReady, list[0].Status
	for _, instance := range list {
		if s := instanceState(instance.Status); severity(s) > severity(state) {
			state, reason = s, instance.reason()
		}
	}
	return state, reason
}

// reason is the cloud's wording, with the instance's name where there is more to say than a word.
func (i *roleInstance) reason() string {
	reason := printable(i.Status)
	if details := printable(i.ErrorCode + " " + i.Details); details != "" {
		return fmt.Sprintf("%s (%s: %s)", reason, printable(i.Name), details)
	}
	return reason
}

// instanceState reads the status of one role instance. CyclingRole and UnresponsiveRole may recover.
func instanceState(status string) clouddp.State {
	switch status {
	case "ReadyRole", "Ready":
		return clouddp.StateReady
	case "FailedStartingRole", "FailedStartingVM", "ProvisioningFailed", "ProvisioningTimeout":
		return clouddp.StateFailed
	case "CreatingVM", "StartingVM", "CreatingRole", "StartingRole", "BusyRole", "StoppingRole", "StoppingVM",
		"DeletingVM", "StoppedVM", "RestartingRole", "CyclingRole", "UnresponsiveRole", "StoppedDeallocated",
		"StoppingAndDeallocating", "Preparing", "Provisioning",
		"Initializing", "Busy", "Stopping", "Stopped", "Unresponsive":
		return clouddp.StateWorking
	}
	return clouddp.StateUnknown // RoleStateUnknown and Unknown among them
}

// severity orders the states of instances.
func severity(s clouddp.State) int {
	switch s {
	case clouddp.StateFailed:
		return 3
	case clouddp.StateUnknown:
		return 2
	case clouddp.StateWorking:
		return 1
	case clouddp.StateReady, clouddp.StateAbsent, clouddp.StateStopped, clouddp.StateDeleting:
	}
	return 0
}
