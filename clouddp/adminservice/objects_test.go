package adminservice_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/clouddp/sdk/clientsettings"
	"github.com/clouddp/sdk/clouddp/adminservice"
	"github.com/clouddp/sdk/clouddp/adminservice/adminservicetest"
	"github.com/clouddp/sdk/statusmsg"
)

func TestCloudServices(t *testing.T) {
	l := newLab(t)
	l.service.Plant(adminservicetest.AzureService{
		AzureServiceID: 16777217, Name: "CLOUDDP", ServiceType: "CloudDistributionPoint", Fqdn: "clouddp.cloudapp.net", ServiceCName: "clouddp.contoso.com",
		Region: "West Europe", SubscriptionID: "00000000-0000-0000-0000-000000000001", DeploymentSlot: "Production", StorageServiceName: "clouddp",
		SiteCode: "PS1", NumberOfInstances: 2, StorageUsage: 91, StorageQuotaInGB: 2000, StorageWarningThreshold: 50, StorageCriticalThreshold: 90,
		TrafficOutUsage: 7, TrafficOutInGB: 10000, TrafficWarningThreshold: 51, TrafficCriticalThreshold: 91, State: 6, StatusDetails: 3,
	})
	got, err := l.site.CloudService(t.Context(), 16777217)
	if err != nil {
		t.Fatal(err)
	}
	raw := got.Raw
	got.Raw = nil
	want := adminservice.CloudService{
		ID: 16777217, Name: "CLOUDDP", ServiceType: adminservice.ServiceCloudDP, FQDN: "clouddp.cloudapp.net", Alias: "clouddp.contoso.com",
		Region: "West Europe", Subscription: "00000000-0000-0000-0000-000000000001", Slot: "Production", StorageAccount: "clouddp", SiteCode: "PS1",
		Instances: 2, Storage: adminservice.Usage{Used: 91, Limit: 2000, Warning: 50, Critical: 90},
		Traffic: adminservice.Usage{Used: 7, Limit: 10000, Warning: 51, Critical: 91}, State: 6, StatusDetails: 3,
	}
	if !reflect.DeepEqual(got, want) || raw["Flags"] == nil {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	for id, want := range map[uint32]error{1: adminservice.ErrNotFound, 16777217: nil} {
		if _, err := l.site.CloudService(t.Context(), id); !errors.Is(err, want) {
			t.Errorf("service %d: %v, want %v", id, err, want)
		}
		if err := l.site.StartCloudService(t.Context(), id); !errors.Is(err, want) {
			t.Errorf("start %d: %v, want %v", id, err, want)
		}
		if err := l.site.StopCloudService(t.Context(), id); !errors.Is(err, want) {
			t.Errorf("stop %d: %v, want %v", id, err, want)
		}
	}
	l.service.Plant(adminservicetest.AzureServicesTask{TaskID: 9, AzureServiceId: 2, TaskTypeId: 1, TaskStateId: 4})
	var tasks []string
	for _, task := range must(t, l.site.Tasks(t.Context(), 16777217)) {
		tasks = append(tasks, fmt.Sprint(task.Type, " ", task.State, " ", task.Created.IsZero(), " ", task.Ended.IsZero()))
	}
	if fmt.Sprint(tasks) != "[start created false true stop created false true]" {
		t.Errorf("tasks = %v", tasks)
	}
}

func TestNumbersHaveNames(t *testing.T) {
	for value, want := range map[fmt.Stringer]string{
		adminservice.TaskUpgrade: "upgrade", adminservice.TaskType(0): "task type(0)", adminservice.TaskType(6): "task type(6)",
		adminservice.TaskFailed: "failed", adminservice.TaskState(5): "task state(5)",
		adminservice.ContentError: "error", adminservice.ContentState(4): "content state(4)",
	} {
		if value.String() != want {
			t.Errorf("%q, want %q", value, want)
		}
	}
}

func TestSiteSystems(t *testing.T) {
	l := newLab(t)
	l.service.Plant(
		adminservicetest.SysResUse{
			ItemName: `["Display=\\CM1\"]MSWNET:["SMS_SITE=PS1"]\\CM1\,SMS Distribution Point`, ItemType: "System Resource Usage", SiteCode: "PS1", FileType: 2,
			RoleName: "SMS Distribution Point", NALType: "Windows NT Server", NALPath: `["Display=\\CM1\"]`, NetworkOSPath: `\\CM1.contoso.com`,
			Props: []adminservicetest.EmbeddedProperty{{PropertyName: "IsPXE", Value: 1, Value1: "a", Value2: "b"}},
		},
		adminservicetest.SysResUse{ItemName: "x", SiteCode: "PS1", RoleName: "SMS Management Point"},
	)
	if all := must(t, l.site.SiteSystems(t.Context(), "")); len(all) != 2 {
		t.Errorf("%d systems", len(all))
	}
	got := must(t, l.site.SiteSystems(t.Context(), "sms distribution point"))
	if len(got) != 1 || got[0].NetworkPath != `\\CM1.contoso.com` || got[0].Properties["IsPXE"] != (adminservice.Property{Value: 1, Value1: "a", Value2: "b"}) {
		t.Errorf("got %+v", got)
	}
	_, err := collect(saying(200, `{"value":[{"ItemName":"x","Props":[{"PropertyName":"a","Value":"b"}]}]}`).SiteSystems(t.Context(), ""))
	if !errors.Is(err, adminservice.ErrIntegrity) {
		t.Errorf("error = %v", err)
	}
}

func TestDistributionPoints(t *testing.T) {
	l := newLab(t)
	l.service.Plant(
		adminservicetest.DistributionPointInfo{NALPath: `["Display=\\CLOUDDP\"]`, ResourceType: "?", SiteCode: "PS1", Name: "CLOUDDP", ServiceType: "CloudDistributionPoint", Region: 3},
		adminservicetest.DistributionPointInfo{NALPath: `["Display=\\CM1\"]`, ResourceType: "Windows NT Server", SiteCode: "PS1", Name: "CM1"},
	)
	got := must(t, l.site.DistributionPoints(t.Context()))
	if len(got) != 2 || got[0].Region != "3" || got[0].ServiceType != "CloudDistributionPoint" || got[1].Name != "CM1" {
		t.Errorf("got %+v", got)
	}
}

func TestContentStatus(t *testing.T) {
	l := newLab(t)
	first, third := "Updates", "CLOUDDP"
	l.service.Plant(
		adminservicetest.DistributionDPStatus{
			ID: 1 << 40, PackageID: "PS100001", Name: "CLOUDDP", MessageState: 1, MessageID: 2330, MessageSeverity: 0x40000000,
			InsString1: &first, InsString3: &third, LastUpdateDate: time.Date(2026, 9, 18, 20, 39, 5, 0, time.UTC), ObjectTypeID: 2,
		},
		adminservicetest.DistributionDPStatus{ID: 2, PackageID: "PS100001", Name: "CM1", MessageState: 4, MessageFullID: 0xC0000944},
		adminservicetest.DistributionDPStatus{ID: 3, PackageID: "PS100002"},
	)
	got := must(t, l.site.ContentStatus(t.Context(), "ps100001"))
	if len(got) != 2 {
		t.Fatalf("%d rows", len(got))
	}
	if s := got[0]; s.State != adminservice.ContentState(4) || s.Message != 0xC0000944 || s.Updated != (time.Time{}) {
		t.Errorf("got %+v", s)
	}
	if s := got[1]; s.State != adminservice.ContentSuccess || s.Message != statusmsg.JoinID(statusmsg.Informational, 0, 2330) ||
		!reflect.DeepEqual(s.Insertions, []string{"Updates", "", "CLOUDDP"}) || s.Updated.Hour() != 20 {
		t.Errorf("got %+v", s)
	}
}

func TestCollections(t *testing.T) {
	l := newLab(t)
	l.service.Plant(
		adminservicetest.Collection{CollectionID: "SMS00001", Name: "All Systems", CollectionType: 2, MemberCount: 7},
		adminservicetest.Collection{CollectionID: "PS100012", Name: "Laptops", CollectionType: 2, LimitToCollectionID: "SMS00001"},
		adminservicetest.Collection{CollectionID: "PS100013", Name: "Sales", CollectionType: 1},
		adminservicetest.Collection{CollectionID: "PS100014", CollectionType: 0},
	)
	var kinds []clientsettings.Kind
	for _, c := range must(t, l.site.Collections(t.Context())) {
		kinds = append(kinds, c.Kind)
	}
	if fmt.Sprint(kinds) != "[device user unknown device]" {
		t.Errorf("kinds = %v", kinds)
	}
}
