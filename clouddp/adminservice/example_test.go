package adminservice_test

import (
	"context"
	"fmt"
	"time"

	"github.com/clouddp/sdk/clientsettings"
	"github.com/clouddp/sdk/clouddp/adminservice"
	"github.com/clouddp/sdk/clouddp/adminservice/adminservicetest"
	"github.com/clouddp/sdk/statusmsg"
)

// A site tells that its cloud distribution point is ready, and who may use it.
func Example() {
	ctx := context.Background()
	service := &adminservicetest.Service{}
	service.Plant(
		adminservicetest.AzureService{AzureServiceID: 16777217, Name: "CLOUDDP", ServiceType: adminservice.ServiceCloudDP, Region: "West Europe"},
		adminservicetest.FullCollectionMembership{CollectionID: "PS100012", ResourceID: 16777220, ResourceType: 5, Name: "PC1"},
		adminservicetest.FullCollectionMembership{CollectionID: "SMS00001", ResourceID: 16777221, ResourceType: 5, Name: "PC2"},
	)
	service.PlantMessages(statusmsg.Message{
		ID: statusmsg.CloudDPReady, Severity: statusmsg.Informational, Component: statusmsg.CloudServicesManager,
		Time: time.Date(2026, time.September, 18, 20, 39, 5, 0, time.UTC), Insertions: []string{"CLOUDDP"},
	})
	err := service.PlantPolicies(clientsettings.Policy{
		ID: "16777300", Name: "Roaming devices", Kind: clientsettings.Device, Priority: 1, Collections: []string{"PS100012"},
		CloudServices: &clientsettings.CloudServices{AllowCloudDP: clientsettings.Yes},
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	site := &adminservice.Site{URL: "https://cm1.contoso.com/AdminService", Transport: service.RoundTripper()}
	for cloud, err := range site.CloudServices(ctx) {
		fmt.Println(cloud.Name, "in", cloud.Region, err)
	}
	ready := statusmsg.Query{IDs: []statusmsg.ID{statusmsg.CloudDPReady}}
	for message, err := range site.Messages(ctx, ready) {
		fmt.Println(message, err)
	}
	for verdict, err := range clientsettings.Evaluate(ctx, site, site.Targets(ctx, nil)) {
		fmt.Println(verdict.Target.Name, verdict.AllowCloudDP.Value, verdict.AllowCloudDP.Policy, err)
	}
	// Output:
	// CLOUDDP in West Europe <nil>
	// 2026-09-18T20:39:05Z informational SMS_CLOUD_SERVICES_MANAGER 9409 "CLOUDDP" <nil>
	// PC1 yes Roaming devices <nil>
	// PC2 no  <nil>
}

// A tool tells the administrator by a status message of the site's own.
func ExampleSite_Report() {
	service := &adminservicetest.Service{}
	site := &adminservice.Site{URL: "https://cm1.contoso.com/AdminService", Transport: service.RoundTripper()}
	for range 2 {
		err := site.Report(context.Background(), statusmsg.Message{
			Key: "CLOUDDP/storage/2026-09-18", ID: statusmsg.UserWarning, Severity: statusmsg.Warning, Component: "Cloud DP SDK",
			Insertions: []string{"The storage of CLOUDDP is at 91 %."},
		})
		fmt.Println(err)
	}
	fmt.Println(len(service.Messages()), "message")
	// Output:
	// <nil>
	// <nil>
	// 1 message
}
