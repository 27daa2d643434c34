package classictest

import (
	"encoding/xml"
	"net/http"
)

type subscriptionBody struct {
	XMLName                xml.Name `xml:"http://schemas.microsoft.com/windowsazure Subscription"`
	SubscriptionID         string
	SubscriptionName       string
	SubscriptionStatus     string
	MaxCoreCount           int
	MaxStorageAccounts     int
	MaxHostedServices      int
	CurrentCoreCount       int
	CurrentHostedServices  int
	CurrentStorageAccounts int
}

func getSubscription(x *exchange) (int, any, *refusal) {
	status := x.Status
	if status == "" {
		status = "Active"
	}
	return http.StatusOK, &subscriptionBody{
		SubscriptionID:         x.vars["subscription"],
		SubscriptionName:       "Classic",
		SubscriptionStatus:     status,
		MaxCoreCount:           x.maxCores(),
		MaxStorageAccounts:     x.maxStorageAccounts(),
		MaxHostedServices:      x.maxHostedServices(),
		CurrentCoreCount:       x.cores(),
		CurrentHostedServices:  len(x.services),
		CurrentStorageAccounts: len(x.accounts),
	}, nil
}

type locationsBody struct {
	XMLName   xml.Name       `xml:"http://schemas.microsoft.com/windowsazure Locations"`
	Locations []locationBody `xml:"Location"`
}

type locationBody struct {
	Name              string
	DisplayName       string
	AvailableServices []string `xml:"AvailableServices>AvailableService"`
}

func listLocations(x *exchange) (int, any, *refusal) {
	body := &locationsBody{}
	for _, name := range x.locations() {
		body.Locations = append(body.Locations, locationBody{name, name, []string{"Compute", "Storage"}})
	}
	return http.StatusOK, body, nil
}
