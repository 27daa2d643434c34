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
	AzureServiceID                             uint32 `wmi:"key"`
	Name, Description, SiteCode, ServiceType   string
	Fqdn, ServiceCName, NALPath                string
	Region, SubscriptionID, StorageServiceName string
	DeploymentSlot                             string
	ServiceThumbprint, ManagementThumbprint    string
	NumberOfInstances, State, StatusDetails    uint32
	StorageUsage, StorageQuotaInGB             uint32
	StorageWarningThreshold                    uint32
	StorageCriticalThreshold                   uint32
	TrafficOutUsage, TrafficOutInGB            uint32
	TrafficWarningThreshold                    uint32
	TrafficCriticalThreshold                   uint32
	Flags                                      uint32
}

// AzureServicesTask is an instance of SMS_AzureServicesTask.
type AzureServicesTask struct {
	TaskID                        uint32 `wmi:"key"`
	AzureServiceId                uint32 //nolint:revive // The property is spelt like this.
	SiteCode                      string
	TaskTypeId, TaskStateId       uint32 //nolint:revive // The properties are spelt like this.
	TaskKeyValue                  string
	TaskCreationTime, TaskEndTime time.Time
	Type                          uint32
}

// SysResUse is an instance of SMS_SCI_SysResUse.
type SysResUse struct {
	FileType         uint32 `wmi:"key"`
	ItemName         string `wmi:"key"`
	ItemType         string `wmi:"key"`
	SiteCode         string `wmi:"key"`
	RoleName         string
	NALPath, NALType string
	NetworkOSPath    string
	Props            []EmbeddedProperty
}

// EmbeddedProperty is an instance of SMS_EmbeddedProperty.
type EmbeddedProperty struct {
	PropertyName, Value1, Value2 string
	Value                        uint32
}

// DistributionPointInfo is an instance of SMS_DistributionPointInfo.
type DistributionPointInfo struct {
	NALPath      string `wmi:"key"`
	ResourceType string `wmi:"key"`
	SiteCode     string `wmi:"key"`
	Name         string
	ServiceType  string
	Region       uint32
}

// DistributionDPStatus is an instance of SMS_DistributionDPStatus.
type DistributionDPStatus struct {
	ID                         uint64 `wmi:"key"`
	PackageID                  string
	Name, NalPath, SiteCode    string //nolint:revive // The property is spelt like this.
	ResourceType               string
	ObjectTypeID, MessageState uint32
	MessageID, MessageFullID   uint32
	MessageSeverity            uint32
	LastUpdateDate             time.Time
	InsString1, InsString2     *string
	InsString3, InsString4     *string
	InsString5, InsString6     *string
	InsString7, InsString8     *string
	InsString9, InsString10    *string
}

// Collection is an instance of SMS_Collection.
type Collection struct {
	CollectionID              string `wmi:"key"`
	Name, LimitToCollectionID string
	CollectionType            uint32
	MemberCount               uint32
}

// FullCollectionMembership is an instance of SMS_FullCollectionMembership.
type FullCollectionMembership struct {
	CollectionID string `wmi:"key"`
	ResourceID   uint32 `wmi:"key"`
	ResourceType uint32
	Name         string
	SiteCode     string
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
		RecordID                            int64 `wmi:"key"`
		MessageID, Severity, MessageType    uint32
		Component, ModuleName, SiteCode     string
		MachineName, TopLevelSiteCode       string
		Time                                time.Time
		ProcessID, ThreadID, ReportFunction uint32
		PerClient, Transaction              uint32
		SuccessfulTransaction, Win32Error   uint32
		InsString1, InsString2              *string
		InsString3, InsString4              *string
		InsString5, InsString6              *string
		InsString7, InsString8              *string
		InsString9, InsString10             *string
		ResourceID                          *uint32
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
		AzureService{}, AzureServicesTask{}, SysResUse{}, DistributionPointInfo{}, DistributionDPStatus{}, Collection{},
		FullCollectionMembership{}, statMsg{}, statMsgAttribute{}, clientSettings{}, clientSettingsDefault{}, settingsAssignment{},
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
