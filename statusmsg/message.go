package statusmsg

import "time"

// ID is the number of a status message, 0 to 65535, without its severity bits.
type ID uint16

// The documented messages of the cloud services manager.
const (
	// CloudDPReady reports that a cloud distribution point has been provisioned.
	CloudDPReady ID = 9409
	// CertificateExpired reports that a certificate of a cloud distribution point has expired.
	CertificateExpired ID = 9425
)

// CloudServicesManager is the component that reports on cloud distribution points.
const CloudServicesManager = "SMS_CLOUD_SERVICES_MANAGER"

// Severity is the severity of a message as WMI and AdminService give it, unsigned; SQL views show the same bits signed.
type Severity uint32

const (
	// SeverityUnknown is the zero value.
	SeverityUnknown Severity = 0
	// Informational is 1073741824.
	Informational Severity = 0x40000000
	// Warning is 2147483648, in SQL views -2147483648.
	Warning Severity = 0x80000000
	// Error is 3221225472, in SQL views -1073741824.
	Error Severity = 0xC0000000
)

// Type is the kind of a message; other values than those named here are kept.
type Type uint32

const (
	// Milestone marks the end of an operation.
	Milestone Type = 0x100
	// Detail reports a step of one.
	Detail Type = 0x200
	// Audit reports what somebody did.
	Audit Type = 0x300
	// NTEvent was copied from an event log.
	NTEvent Type = 0x400
)

// Attribute is a searchable property of a message.
type Attribute struct {
	// ID is the attribute id: 400 package, 404 distribution point (NAL path) and so on.
	ID uint32
	// Value is its value.
	Value string
}

// AttributeDistributionPoint is the id of the attribute that holds the NAL path of a distribution point.
const AttributeDistributionPoint = 404

// Message is one status message.
type Message struct {
	// Key makes reporting idempotent: a [Sink] keeps one message for each non-empty Key.
	Key string
	// RecordID orders the messages of one source; the source assigns it.
	RecordID int64
	// ID, Severity and Type say what happened.
	ID       ID
	Severity Severity
	Type     Type
	// Component raised the message; Module is the message file that holds its text, such as "SMS Server".
	Component, Module string
	// Site is the site code and Machine the server.
	Site, Machine string
	// Time is in UTC.
	Time time.Time
	// ProcessID and ThreadID are those of the component.
	ProcessID, ThreadID uint32
	// Win32Error is the system error or HRESULT, 0 for none.
	Win32Error uint32
	// Insertions are the insertion strings; Insertions[0] stands for %1. At most ten are kept by a site.
	Insertions []string
	// Attributes are the searchable properties.
	Attributes []Attribute
}
