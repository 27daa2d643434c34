package adminservicetest

import (
	"reflect"
	"strings"
	"time"
)

// Instance is an object of the site that [Service.Plant] takes: one of the struct types of this package, whose fields
// are the properties of a WMI class. A zero time is "never", for which the service has 1980-01-01.
type Instance interface{ class() string }

// AzureService is an instance of SMS_AzureService.
type AzureService struct {
	// AzureServiceID is the key.
	AzureServiceID uint32 `wmi:"key"`
	// Name, Description, SiteCode and ServiceType describe the service.
	Name, Description, SiteCode, ServiceType string
	// Fqdn, ServiceCName and NALPath are its names.
	Fqdn, ServiceCName, NALPath string
	// Region, SubscriptionID, StorageServiceName and DeploymentSlot say where it is.
	Region, SubscriptionID, StorageServiceName, DeploymentSlot string
	// ServiceThumbprint and ManagementThumbprint are those of its certificates.
	ServiceThumbprint, ManagementThumbprint string
	// NumberOfInstances, State, StatusDetails and Flags say how it is.
	NumberOfInstances, State, StatusDetails, Flags uint32
	// StorageUsage and the next are what it stores, in GB and per cent.
	StorageUsage, StorageQuotaInGB, StorageWarningThreshold, StorageCriticalThreshold uint32
	// TrafficOutUsage and the next are what it sends, in GB and per cent.
	TrafficOutUsage, TrafficOutInGB, TrafficWarningThreshold, TrafficCriticalThreshold uint32
}

// AzureServicesTask is an instance of SMS_AzureServicesTask.
type AzureServicesTask struct {
	// TaskID is the key.
	TaskID uint32 `wmi:"key"`
	// AzureServiceId is the service.
	AzureServiceId uint32 //nolint:revive // The property is spelt like this.
	// SiteCode and TaskKeyValue are text.
	SiteCode, TaskKeyValue string
	// TaskTypeId, TaskStateId and Type are documented numbers.
	TaskTypeId, TaskStateId, Type uint32 //nolint:revive // The properties are spelt like this.
	// TaskCreationTime and TaskEndTime are in UTC.
	TaskCreationTime, TaskEndTime time.Time
}

// SysResUse is an instance of SMS_SCI_SysResUse.
type SysResUse struct {
	// FileType is part of the key.
	FileType uint32 `wmi:"key"`
	// ItemName, ItemType and SiteCode are the rest of the key.
	ItemName, ItemType, SiteCode string `wmi:"key"`
	// RoleName is the role; NALPath, NALType and NetworkOSPath say who plays it.
	RoleName, NALPath, NALType, NetworkOSPath string
	// Props configure it.
	Props []EmbeddedProperty
}

// EmbeddedProperty is an instance of SMS_EmbeddedProperty.
type EmbeddedProperty struct {
	// PropertyName is the name; Value1 and Value2 are text.
	PropertyName, Value1, Value2 string
	// Value is a number.
	Value uint32
}

// DistributionPointInfo is an instance of SMS_DistributionPointInfo.
type DistributionPointInfo struct {
	// NALPath, ResourceType and SiteCode are the key.
	NALPath, ResourceType, SiteCode string `wmi:"key"`
	// Name and ServiceType are text.
	Name, ServiceType string
	// Region is a number, as the definition of the class has it.
	Region uint32
}

// DistributionDPStatus is an instance of SMS_DistributionDPStatus.
type DistributionDPStatus struct {
	// ID is the key.
	ID uint64 `wmi:"key"`
	// PackageID is the package; Name, NalPath, SiteCode and ResourceType are the distribution point.
	PackageID, Name, NalPath, SiteCode, ResourceType string
	// ObjectTypeID is the kind of the package, MessageState how far it is.
	ObjectTypeID, MessageState uint32
	// MessageID, MessageFullID and MessageSeverity are the last message.
	MessageID, MessageFullID, MessageSeverity uint32
	// LastUpdateDate is in UTC.
	LastUpdateDate time.Time
	// InsString1 to InsString10 are the insertion strings; nil is null.
	InsString1, InsString2, InsString3, InsString4, InsString5, InsString6, InsString7, InsString8, InsString9, InsString10 *string
}

// Collection is an instance of SMS_Collection.
type Collection struct {
	// CollectionID is the key.
	CollectionID string `wmi:"key"`
	// Name and LimitToCollectionID are text.
	Name, LimitToCollectionID string
	// CollectionType is 1 for users and 2 for devices; MemberCount is what was counted last.
	CollectionType, MemberCount uint32
}

// FullCollectionMembership is an instance of SMS_FullCollectionMembership.
type FullCollectionMembership struct {
	// CollectionID is part of the key.
	CollectionID string `wmi:"key"`
	// ResourceID is the rest of the key.
	ResourceID uint32 `wmi:"key"`
	// ResourceType is 4 for a user and 5 for a device.
	ResourceType uint32
	// Name is that of the resource, SiteCode its site.
	Name, SiteCode string
}

func (AzureService) class() string             { return "SMS_AzureService" }
func (AzureServicesTask) class() string        { return "SMS_AzureServicesTask" }
func (SysResUse) class() string                { return "SMS_SCI_SysResUse" }
func (DistributionPointInfo) class() string    { return "SMS_DistributionPointInfo" }
func (DistributionDPStatus) class() string     { return "SMS_DistributionDPStatus" }
func (Collection) class() string               { return "SMS_Collection" }
func (FullCollectionMembership) class() string { return "SMS_FullCollectionMembership" }
func (statMsg) class() string                  { return "SMS_StatMsgWithInsStrings" }
func (statMsgAttribute) class() string         { return "SMS_StatMsgAttributes" }
func (clientSettings) class() string           { return "SMS_ClientSettings" }
func (clientSettingsDefault) class() string    { return "SMS_ClientSettingsDefault" }
func (settingsAssignment) class() string       { return "SMS_ClientSettingsAssignment" }

// The classes whose instances are planted as what other packages have for them.
type (
	statMsg struct {
		RecordID                                                                                                                int64 `wmi:"key"`
		MessageID, Severity, MessageType                                                                                        uint32
		Component, ModuleName, SiteCode                                                                                         string
		MachineName, TopLevelSiteCode                                                                                           string
		Time                                                                                                                    time.Time
		ProcessID, ThreadID, ReportFunction                                                                                     uint32
		PerClient, Transaction                                                                                                  uint32
		SuccessfulTransaction, Win32Error                                                                                       uint32
		InsString1, InsString2, InsString3, InsString4, InsString5, InsString6, InsString7, InsString8, InsString9, InsString10 *string

		ResourceID *uint32
	}

	statMsgAttribute struct {
		RecordID       int64
		AttributeID    uint32    `wmi:"key"`
		AttributeValue string    `wmi:"key"`
		AttributeTime  time.Time `wmi:"key"`
	}

	clientSettings struct {
		SettingsID                  uint32 `wmi:"key"`
		Name, Description, UniqueID string
		CreatedBy, LastModifiedBy   string
		Type, FeatureType, Priority uint32
		Flags, AssignmentCount      uint32
		Enabled                     bool
		DateCreated, DateModified   time.Time
		SecuredScopeNames           []string
		AgentConfigurations         []agent `wmi:"lazy"`
	}

	clientSettingsDefault clientSettings

	settingsAssignment struct {
		ClientSettingsID         uint32 `wmi:"key"`
		CollectionID             string `wmi:"key"`
		CollectionName, UniqueID string
		CreationTime             time.Time
	}

	// agent is a group of settings: its class and properties as they are sent.
	agent map[string]any
)

// class is what the service knows of a WMI class.
type class struct {
	name       string
	properties []property
}

// property is one of its properties.
type property struct {
	name      string
	index     int
	kind      reflect.Type
	key, lazy bool
}

// classes returns every class of the service, by its name in lower case.
func classes() map[string]*class {
	known := map[string]*class{}
	for _, example := range []Instance{
		AzureService{},
		AzureServicesTask{},
		SysResUse{},
		DistributionPointInfo{},
		DistributionDPStatus{},
		Collection{},
		FullCollectionMembership{},
		statMsg{},
		statMsgAttribute{},
		clientSettings{},
		clientSettingsDefault{},
		settingsAssignment{},
	} {
		c := &class{name: example.class()}
		for i := range reflect.TypeOf(example).NumField() {
			field := reflect.TypeOf(example).Field(i)
			tag := field.Tag.Get("wmi")
			c.properties = append(c.properties, property{field.Name, i, field.Type, tag == "key", tag == "lazy"})
		}
		known[strings.ToLower(c.name)] = c
	}
	return known
}

// property returns that of a name, in any case.
func (c *class) property(name string) (property, bool) {
	for _, p := range c.properties {
		if strings.EqualFold(p.name, name) {
			return p, true
		}
	}
	return property{}, false
}

func (c *class) keys() []property {
	var keys []property
	for _, p := range c.properties {
		if p.key {
			keys = append(keys, p)
		}
	}
	return keys
}
