package adminservice

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"time"
)

const (
	cloudServiceClass = "SMS_AzureService"
	taskClass         = "SMS_AzureServicesTask"
)

// The documented values of [CloudService.ServiceType].
const (
	// ServiceCloudDP is a cloud distribution point.
	ServiceCloudDP = "CloudDistributionPoint"
	// ServiceCMG is a cloud management gateway.
	ServiceCMG = "CloudProxyService"
)

// CloudService is a cloud distribution point or a cloud management gateway of a site (SMS_AzureService).
type CloudService struct {
	// ID is its number at the site (AzureServiceID).
	ID uint32
	// ServiceType is [ServiceCloudDP] or [ServiceCMG].
	ServiceType string
	// Name and Description are what the console shows, SiteCode the site that runs it.
	Name, Description, SiteCode string
	// FQDN is the name in Azure and Alias the one that clients use (ServiceCName).
	FQDN, Alias string
	// NALPath is how the site addresses it.
	NALPath string
	// Subscription, Region, Slot and StorageAccount say where in Azure it is.
	Subscription, Region, Slot, StorageAccount string
	// Instances is how many there are.
	Instances uint32
	// ServiceThumbprint and ManagementThumbprint are those of its certificates.
	ServiceThumbprint, ManagementThumbprint string
	// Storage and Traffic are what it uses and what may be used, in GB.
	Storage, Traffic Usage
	// State and StatusDetails are not documented.
	State, StatusDetails uint32
	// Raw are all properties as the site gave them, numbers as [encoding/json.Number].
	Raw map[string]any
}

// Usage is what a service uses of something, and when it alerts.
type Usage struct {
	// Used and Limit are in GB.
	Used, Limit uint32
	// Warning and Critical are the thresholds of the alerts, in per cent of Limit.
	Warning, Critical uint32
}

// CloudServices yields the cloud distribution points and gateways of the site; an error is the last pair.
func (s *Site) CloudServices(ctx context.Context) iter.Seq2[CloudService, error] {
	return read(ctx, s, listing{class: cloudServiceClass, keys: []string{"AzureServiceID"}, by: "AzureServiceID"}, cloudServiceOf)
}

// CloudService returns the service with a number. It is [ErrNotFound] if there is none.
func (s *Site) CloudService(ctx context.Context, id uint32) (CloudService, error) {
	r, err := s.get(ctx, cloudServiceClass, strconv.FormatUint(uint64(id), 10))
	if err != nil {
		return CloudService{}, err
	}
	service := cloudServiceOf(r)
	if r.err == nil && service.ID != id {
		r.err = fmt.Errorf("the answer is about service %d: %w", service.ID, ErrIntegrity)
	}
	if r.err != nil {
		return CloudService{}, fmt.Errorf("adminservice: read cloud service %d: %w", id, r.err)
	}
	return service, nil
}

func cloudServiceOf(r *row) CloudService {
	r.require("AzureServiceID")
	return CloudService{
		ID:          r.bits("AzureServiceID"),
		ServiceType: r.text("ServiceType"),
		Name:        r.text("Name"), Description: r.text("Description"), SiteCode: r.text("SiteCode"),
		FQDN: r.text("Fqdn"), Alias: r.text("ServiceCName"), NALPath: r.text("NALPath"),
		Subscription: r.text("SubscriptionID"), Region: r.text("Region"), Slot: r.text("DeploymentSlot"),
		StorageAccount:    r.text("StorageServiceName"),
		Instances:         r.bits("NumberOfInstances"),
		ServiceThumbprint: r.text("ServiceThumbprint"), ManagementThumbprint: r.text("ManagementThumbprint"),
		Storage: Usage{
			Used: r.bits("StorageUsage"), Limit: r.bits("StorageQuotaInGB"),
			Warning: r.bits("StorageWarningThreshold"), Critical: r.bits("StorageCriticalThreshold"),
		},
		Traffic: Usage{
			Used: r.bits("TrafficOutUsage"), Limit: r.bits("TrafficOutInGB"),
			Warning: r.bits("TrafficWarningThreshold"), Critical: r.bits("TrafficCriticalThreshold"),
		},
		State: r.bits("State"), StatusDetails: r.bits("StatusDetails"),
		Raw: r.raw,
	}
}

// StartCloudService tells the site to start a service. That it returns nil means that the site took the command;
// what becomes of it is told by [Site.Tasks]. Starting what runs changes nothing, so the command may be given again where
// the error is [ErrUnknown]. A method that failed is a [*StatusError] with its ReturnValue.
func (s *Site) StartCloudService(ctx context.Context, id uint32) error {
	return s.command(ctx, "Start", id)
}

// StopCloudService tells the site to stop a service, as [Site.StartCloudService] starts it. Clients on the Internet are
// then without content.
func (s *Site) StopCloudService(ctx context.Context, id uint32) error {
	return s.command(ctx, "Stop", id)
}

func (s *Site) command(ctx context.Context, method string, id uint32) error {
	what := fmt.Sprintf("%s.%s %d", cloudServiceClass, method, id)
	return s.invoke(ctx, what, cloudServiceClass+"."+method, map[string]any{"AzureServiceID": id})
}

// TaskType is what a [Task] does; other values than the documented ones are kept.
type TaskType uint32

// The documented types.
const (
	TaskCreate  TaskType = 1
	TaskUpgrade TaskType = 2
	TaskDelete  TaskType = 3
	TaskStop    TaskType = 4
	TaskStart   TaskType = 5
)

// String returns the type in lower case, or the number where it has no name.
func (t TaskType) String() string {
	names := []string{TaskCreate: "create", TaskUpgrade: "upgrade", TaskDelete: "delete", TaskStop: "stop", TaskStart: "start"}
	return named(names, "task type", uint32(t))
}

// TaskState is how far a [Task] is; other values than the documented ones are kept.
type TaskState uint32

// The documented states.
const (
	TaskCreated    TaskState = 1
	TaskInProgress TaskState = 2
	TaskCompleted  TaskState = 3
	TaskFailed     TaskState = 4
)

// String returns the state in lower case, or the number where it has no name.
func (t TaskState) String() string {
	names := []string{TaskCreated: "created", TaskInProgress: "in progress", TaskCompleted: "completed", TaskFailed: "failed"}
	return named(names, "task state", uint32(t))
}

// named returns the name of a number, where it has one.
func named(names []string, kind string, number uint32) string {
	if number < uint32(len(names)) && names[number] != "" { //nolint:gosec // The lists are short.
		return names[number]
	}
	return fmt.Sprintf("%s(%d)", kind, number)
}

// Task is one thing that the site does, or has done, to a cloud service (SMS_AzureServicesTask).
type Task struct {
	// ID is its number; higher ones are younger.
	ID uint32
	// Service is the ID of the [CloudService], SiteCode the site that works on it.
	Service  uint32
	SiteCode string
	// Type says what is done and State how far it is.
	Type  TaskType
	State TaskState
	// Created and Ended are in UTC; zero where the site does not say.
	Created, Ended time.Time
	// Raw are all properties as the site gave them, numbers as [encoding/json.Number].
	Raw map[string]any
}

// Tasks yields what the site does and did to a cloud service, the oldest first; an error is the last pair.
func (s *Site) Tasks(ctx context.Context, service uint32) iter.Seq2[Task, error] {
	l := listing{
		class: taskClass, keys: []string{"TaskID"}, by: "TaskID",
		filter: compare("AzureServiceId", "eq", number(int64(service))),
	}
	return read(ctx, s, l, func(r *row) Task {
		return Task{
			ID: r.bits("TaskID"), Service: r.bits("AzureServiceId"), SiteCode: r.text("SiteCode"),
			Type: TaskType(r.bits("TaskTypeId")), State: TaskState(r.bits("TaskStateId")),
			Created: r.time("TaskCreationTime"), Ended: r.time("TaskEndTime"), Raw: r.raw,
		}
	}, func(t Task) bool { return t.Service == service })
}
