package statusmsg

import "strconv"

// Attribute is a searchable property of a message.
type Attribute struct {
	// ID is the attribute id, such as [AttributePackage]; others than the documented ones are kept.
	ID uint32
	// Value is its value.
	Value string
}

// The ids of attributes, documented by Microsoft for the WMI class SMS_StatMsgAttributes.
const (
	AttributePackage              = 400
	AttributeAdvertisement        = 401
	AttributeCollection           = 402
	AttributeUser                 = 403
	AttributeDistributionPoint    = 404 // the NAL path
	AttributePolicy               = 405
	AttributePolicyAssignment     = 406
	AttributeMeteringRule         = 407
	AttributeClient               = 408
	AttributeSite                 = 409
	AttributePackageVersion       = 410
	AttributeTimeKey              = 411
	AttributeUpdate               = 412
	AttributeProduct              = 413
	AttributeAssignment           = 414
	AttributeObject               = 415
	AttributeObjectType           = 416
	AttributeUpdateSource         = 419
	AttributeCollectionProperties = 420
	AttributeWakeObjectType       = 421
	AttributeWakeBatch            = 422
	AttributeMachineProperties    = 423
	AttributeWakeRequests         = 424
	AttributeUnknownMachine       = 425
	AttributeMACAddress           = 426
	AttributeSMBIOS               = 427
	AttributeApplication          = 428
	AttributeApplicationVersion   = 429
)

// Name returns what a is about in the words of Microsoft's documentation, or "attribute 430" for an id that it does not
// list.
func (a Attribute) Name() string {
	if name, ok := attributeNames[a.ID]; ok {
		return name
	}
	return "attribute " + strconv.FormatUint(uint64(a.ID), 10)
}

// String returns a as "name=value", the value quoted.
func (a Attribute) String() string { return a.Name() + "=" + strconv.Quote(a.Value) }

var attributeNames = map[uint32]string{
	AttributePackage:              "package ID",
	AttributeAdvertisement:        "advertisement ID",
	AttributeCollection:           "collection ID",
	AttributeUser:                 "user name",
	AttributeDistributionPoint:    "distribution point",
	AttributePolicy:               "policy ID",
	AttributePolicyAssignment:     "policy assignment ID",
	AttributeMeteringRule:         "software metering rule ID",
	AttributeClient:               "client SMS unique ID",
	AttributeSite:                 "site code",
	AttributePackageVersion:       "package version",
	AttributeTimeKey:              "time key",
	AttributeUpdate:               "unique update ID",
	AttributeProduct:              "product ID",
	AttributeAssignment:           "CI assignment ID",
	AttributeObject:               "object ID",
	AttributeObjectType:           "object type",
	AttributeUpdateSource:         "update source unique ID",
	AttributeCollectionProperties: "collection extended properties ID",
	AttributeWakeObjectType:       "Wake On LAN object type",
	AttributeWakeBatch:            "Wake On LAN batch ID",
	AttributeMachineProperties:    "machine extended properties ID",
	AttributeWakeRequests:         "Wake On LAN number of requests",
	AttributeUnknownMachine:       "unknown machine",
	AttributeMACAddress:           "MAC address",
	AttributeSMBIOS:               "SMBIOS ID",
	AttributeApplication:          "application ID",
	AttributeApplicationVersion:   "application version",
}
