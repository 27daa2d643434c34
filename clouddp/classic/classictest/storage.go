package classictest

import (
	"encoding/xml"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// The statuses of a storage account or a cloud service.
const (
	statusCreating = "Creating"
	statusCreated  = "Created"
)

// description is what storage accounts and cloud services have in common.
type description struct {
	label, text string
	properties  []property
}

// storageAccount is a storage account, without what it stores.
type storageAccount struct {
	description
	name, location, accountType, status string
}

var accountName = regexp.MustCompile(`^[a-z0-9]{3,24}$`)

type storageServicesBody struct {
	XMLName  xml.Name             `xml:"http://schemas.microsoft.com/windowsazure StorageServices"`
	Services []storageServiceBody `xml:"StorageService"`
}

type storageServiceBody struct {
	XMLName    xml.Name              `xml:"http://schemas.microsoft.com/windowsazure StorageService"`
	URL        string                `xml:"Url"`
	Name       string                `xml:"ServiceName"`
	Properties storagePropertiesBody `xml:"StorageServiceProperties"`
	Extended   *extended             `xml:"ExtendedProperties,omitempty"`
}

type storagePropertiesBody struct {
	Description string
	Location    string
	Label       string
	Status      string
	Endpoints   []string `xml:"Endpoints>Endpoint"`
	AccountType string
}

func (a *storageAccount) body(x *exchange) storageServiceBody {
	body := storageServiceBody{
		URL:  "https://" + x.request.Host + "/" + x.vars["subscription"] + "/services/storageservices/" + a.name,
		Name: a.name,
		Properties: storagePropertiesBody{
			Description: a.text,
			Location:    a.location,
			Label:       base64Text([]byte(a.label)),
			Status:      a.status,
			AccountType: a.accountType,
		},
		Extended: newExtended(a.properties),
	}
	for _, kind := range []string{"blob", "queue", "table"} {
		body.Properties.Endpoints = append(body.Properties.Endpoints, "https://"+a.name+"."+kind+".core.windows.net/")
	}
	return body
}

func listStorageAccounts(x *exchange) (int, any, *refusal) {
	body := &storageServicesBody{}
	for _, a := range x.accounts {
		body.Services = append(body.Services, a.body(x))
	}
	return http.StatusOK, body, nil
}

func getStorageAccount(x *exchange) (int, any, *refusal) {
	account := x.account(x.vars["account"])
	if account == nil {
		return 0, nil, notFound("storage account")
	}
	return http.StatusOK, account.body(x), nil
}

func isStorageNameAvailable(x *exchange) (int, any, *refusal) {
	return http.StatusOK, available(x.storageNameProblem(x.vars["name"])), nil
}

func (x *exchange) storageNameProblem(name string) string {
	switch {
	case !accountName.MatchString(name):
		return "The storage account name must be 3 to 24 lower-case letters and digits."
	case x.account(name) != nil || x.isTaken(name):
		return "The storage account named '" + name + "' is already taken."
	}
	return ""
}

func createStorageAccount(x *exchange) (int, any, *refusal) {
	f, refused := x.contract("CreateStorageServiceInput",
		required("ServiceName"), optional("Description"), required("Label"), optional("AffinityGroup"), optional("Location"),
		optional("GeoReplicationEnabled"), optional("ExtendedProperties"), optional("SecondaryReadEnabled"), optional("AccountType"))
	if refused != nil {
		return 0, nil, refused
	}
	account, refused := x.newStorageAccount(f)
	switch {
	case refused != nil:
		return 0, nil, refused
	case x.storageNameProblem(account.name) != "":
		return 0, nil, conflict("%s", x.storageNameProblem(account.name))
	case len(x.accounts) >= x.maxStorageAccounts():
		return 0, nil, exceeded("storage accounts count", x.maxStorageAccounts(), len(x.accounts), 1)
	}
	x.accounts = append(x.accounts, account)
	x.start(nil, func() { account.status = statusCreated }, func() { x.removeAccount(account) })
	return http.StatusAccepted, nil, nil
}

func (x *exchange) newStorageAccount(f fields) (*storageAccount, *refusal) {
	description, refused := f.description()
	if refused != nil {
		return nil, refused
	}
	location, refused := x.place(f)
	if refused != nil {
		return nil, refused
	}
	account := &storageAccount{description: description, name: f.text("ServiceName"), location: location, status: statusCreating}
	account.accountType = f.text("AccountType")
	if account.accountType == "" {
		account.accountType = "Standard_GRS"
	}
	if !strings.HasPrefix(account.accountType, "Standard_") && account.accountType != "Premium_LRS" {
		return nil, badRequest("The account type %q is not supported.", account.accountType)
	}
	return account, nil
}

// updateStorageAccount replaces everything that can change: what the request omits is gone.
func updateStorageAccount(x *exchange) (int, any, *refusal) {
	account := x.account(x.vars["account"])
	if account == nil {
		return 0, nil, notFound("storage account")
	}
	f, refused := x.contract("UpdateStorageServiceInput",
		optional("Description"), optional("Label"), optional("ExtendedProperties"), optional("AccountType"))
	if refused != nil {
		return 0, nil, refused
	}
	description, refused := f.description()
	if refused != nil {
		return 0, nil, refused
	}
	account.description = description
	if f["AccountType"] != nil {
		account.accountType = f.text("AccountType")
	}
	return http.StatusOK, nil, nil
}

func deleteStorageAccount(x *exchange) (int, any, *refusal) {
	account := x.account(x.vars["account"])
	if account == nil {
		return 0, nil, notFound("storage account")
	}
	x.removeAccount(account)
	return http.StatusOK, nil, nil
}

func (s *Service) removeAccount(account *storageAccount) {
	s.accounts = slices.DeleteFunc(s.accounts, func(a *storageAccount) bool { return a == account })
}
