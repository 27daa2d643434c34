package classic

import "encoding/xml"

// The service reads requests with a DataContractSerializer: the order of the fields below is the order on the wire, an
// element out of order is ignored without a word, and an optional element is left out rather than sent empty. The order
// is that of the request bodies which Microsoft documents in "Service Management REST API Reference".

// property is an extended property of a storage account, a cloud service or a deployment.
type property struct {
	Name  string `xml:"Name"`
	Value string `xml:"Value"`
}

// properties is a pointer in a request, so that none leaves no empty element.
type properties struct {
	List []property `xml:"ExtendedProperty"`
}

type addManagementCertificate struct {
	XMLName    xml.Name `xml:"http://schemas.microsoft.com/windowsazure SubscriptionCertificate"`
	PublicKey  encoded  `xml:"SubscriptionCertificatePublicKey"`
	Thumbprint string   `xml:"SubscriptionCertificateThumbprint"`
	Data       encoded  `xml:"SubscriptionCertificateData"`
}

type createStorageAccount struct {
	XMLName            xml.Name    `xml:"http://schemas.microsoft.com/windowsazure CreateStorageServiceInput"`
	ServiceName        string      `xml:"ServiceName"`
	Description        string      `xml:"Description,omitempty"`
	Label              encoded     `xml:"Label"`
	Location           string      `xml:"Location"`
	ExtendedProperties *properties `xml:"ExtendedProperties,omitempty"`
	AccountType        string      `xml:"AccountType"`
}

type updateStorageAccount struct {
	XMLName            xml.Name    `xml:"http://schemas.microsoft.com/windowsazure UpdateStorageServiceInput"`
	Description        string      `xml:"Description"` // empty clears it, whatever leaving it out would do
	Label              encoded     `xml:"Label"`
	ExtendedProperties *properties `xml:"ExtendedProperties,omitempty"`
	AccountType        string      `xml:"AccountType,omitempty"`
}

type createCloudService struct {
	XMLName            xml.Name    `xml:"http://schemas.microsoft.com/windowsazure CreateHostedService"`
	ServiceName        string      `xml:"ServiceName"`
	Label              encoded     `xml:"Label"`
	Description        string      `xml:"Description,omitempty"`
	Location           string      `xml:"Location"`
	ExtendedProperties *properties `xml:"ExtendedProperties,omitempty"`
}

type updateCloudService struct {
	XMLName            xml.Name    `xml:"http://schemas.microsoft.com/windowsazure UpdateHostedService"`
	Label              encoded     `xml:"Label"`
	Description        string      `xml:"Description"` // empty clears it, whatever leaving it out would do
	ReverseDNS         string      `xml:"ReverseDnsFqdn,omitempty"`
	ExtendedProperties *properties `xml:"ExtendedProperties,omitempty"`
}

type addServiceCertificate struct {
	XMLName  xml.Name `xml:"http://schemas.microsoft.com/windowsazure CertificateFile"`
	Data     encoded  `xml:"Data"`
	Format   string   `xml:"CertificateFormat"`
	Password string   `xml:"Password"`
}

type createDeployment struct {
	XMLName              xml.Name    `xml:"http://schemas.microsoft.com/windowsazure CreateDeployment"`
	Name                 string      `xml:"Name"`
	PackageURL           string      `xml:"PackageUrl"`
	Label                encoded     `xml:"Label"`
	Configuration        encoded     `xml:"Configuration"`
	StartDeployment      bool        `xml:"StartDeployment"`
	TreatWarningsAsError bool        `xml:"TreatWarningsAsError"`
	ExtendedProperties   *properties `xml:"ExtendedProperties,omitempty"`
}

type changeConfiguration struct {
	XMLName              xml.Name    `xml:"http://schemas.microsoft.com/windowsazure ChangeConfiguration"`
	Configuration        encoded     `xml:"Configuration"`
	TreatWarningsAsError bool        `xml:"TreatWarningsAsError"`
	Mode                 string      `xml:"Mode"`
	ExtendedProperties   *properties `xml:"ExtendedProperties,omitempty"`
}

type updateDeploymentStatus struct {
	XMLName xml.Name `xml:"http://schemas.microsoft.com/windowsazure UpdateDeploymentStatus"`
	Status  string   `xml:"Status"`
}

type faultReply struct {
	Code    string `xml:"Code"`
	Message string `xml:"Message"`
}

type subscriptionReply struct {
	Status                 string `xml:"SubscriptionStatus"`
	MaxCores               int    `xml:"MaxCoreCount"`
	MaxStorageAccounts     int    `xml:"MaxStorageAccounts"`
	MaxHostedServices      int    `xml:"MaxHostedServices"`
	CurrentCores           int    `xml:"CurrentCoreCount"`
	CurrentHostedServices  int    `xml:"CurrentHostedServices"`
	CurrentStorageAccounts int    `xml:"CurrentStorageAccounts"`
}

type locationsReply struct {
	Locations []struct {
		Name     string   `xml:"Name"`
		Services []string `xml:"AvailableServices>AvailableService"`
	} `xml:"Location"`
}

type availabilityReply struct {
	Result bool   `xml:"Result"`
	Reason string `xml:"Reason"`
}

type managementCertificatesReply struct {
	Certificates []struct {
		Thumbprint string  `xml:"SubscriptionCertificateThumbprint"`
		Data       encoded `xml:"SubscriptionCertificateData"`
		Created    string  `xml:"Created"`
	} `xml:"SubscriptionCertificate"`
}

type storageAccountReply struct {
	Properties struct {
		Description string `xml:"Description"`
		Location    string `xml:"Location"`
		Status      string `xml:"Status"`
		AccountType string `xml:"AccountType"`
	} `xml:"StorageServiceProperties"`
	Extended properties `xml:"ExtendedProperties"`
}

type cloudServiceReply struct {
	Properties struct {
		Description string     `xml:"Description"`
		Location    string     `xml:"Location"`
		Status      string     `xml:"Status"`
		ReverseDNS  string     `xml:"ReverseDnsFqdn"`
		Extended    properties `xml:"ExtendedProperties"`
	} `xml:"HostedServiceProperties"`
}

type serviceCertificatesReply struct {
	Certificates []struct {
		Thumbprint string  `xml:"Thumbprint"`
		Data       encoded `xml:"Data"`
	} `xml:"Certificate"`
}

type deploymentReply struct {
	Status        string         `xml:"Status"`
	Configuration encoded        `xml:"Configuration"`
	Instances     []roleInstance `xml:"RoleInstanceList>RoleInstance"`
	Extended      properties     `xml:"ExtendedProperties"`
}

type roleInstance struct {
	Name      string `xml:"InstanceName"`
	Status    string `xml:"InstanceStatus"`
	Details   string `xml:"InstanceStateDetails"`
	ErrorCode string `xml:"InstanceErrorCode"`
}

type operationReply struct {
	Status         string     `xml:"Status"`
	HTTPStatusCode int        `xml:"HttpStatusCode"`
	Fault          faultReply `xml:"Error"`
}
