package azuredns_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/dns/armdns"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/azuredns"
)

func alias(target string) dns.Record {
	return dns.Record{Name: name, Type: dns.TypeCNAME, Value: target, TTL: time.Minute}
}

func text(value string) dns.Record {
	return dns.Record{Name: name, Type: dns.TypeTXT, Value: value, TTL: time.Minute}
}

func TestEveryWriteHasItsPrecondition(t *testing.T) {
	a, _ := newAzure()
	zone := a.zone()
	one, two := alias("one.cloudapp.net"), alias("two.cloudapp.net")
	for _, step := range []struct{ old, replacement *dns.Record }{{nil, &one}, {&one, &two}, {&two, nil}} {
		if err := zone.Swap(t.Context(), name, step.old, step.replacement); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"GET CNAME", "PUT CNAME If-None-Match", "GET CNAME", "PUT CNAME If-Match", "GET CNAME", "DELETE CNAME If-Match",
	}
	if !slices.Equal(a.requests, want) {
		t.Errorf("got %q", a.requests)
	}
}

func TestTheTTLIsFiveMinutesWhereNoneIsAsked(t *testing.T) {
	a, _ := newAzure()
	one := alias("one.cloudapp.net")
	one.TTL = 0
	if err := a.zone().Swap(t.Context(), name, nil, &one); err != nil {
		t.Fatal(err)
	}
	if got := *a.stored("clouddp", armdns.RecordTypeCNAME).TTL; got != 300 {
		t.Errorf("got %d", got)
	}
}

func TestWhatIsNotOursStays(t *testing.T) {
	a, _ := newAzure()
	long := []string{strings.Repeat("x", 255), "rest"}
	set := texts([]string{"one"}, long, []string{"in ", "parts"})
	set.Metadata = map[string]*string{"owner": new("mail team")}
	a.plant("clouddp", armdns.RecordTypeTXT, set)
	zone := a.zone()

	have, err := zone.Lookup(t.Context(), name)
	if err != nil || len(have) != 3 || have[1].Value != long[0]+long[1] || have[2].Value != "in parts" {
		t.Fatalf("got %v, %v", have, err)
	}
	one, two, parts := text("one"), text("two"), text("in parts")
	two.TTL = time.Hour
	if err := zone.Swap(t.Context(), name, &one, &two); err != nil {
		t.Fatal(err)
	}
	if err := zone.Swap(t.Context(), name, &parts, nil); err != nil {
		t.Fatal(err)
	}
	got := a.stored("clouddp", armdns.RecordTypeTXT)
	if *got.TTL != 60 || got.Metadata["owner"] == nil || *got.Metadata["owner"] != "mail team" {
		t.Errorf("the set lost its TTL or metadata: %d, %v", *got.TTL, got.Metadata)
	}
	if len(got.TxtRecords) != 2 || len(got.TxtRecords[0].Value) != 2 || *got.TxtRecords[1].Value[0] != "two" {
		t.Errorf("got %d records", len(got.TxtRecords))
	}
}

func TestTheMetadataOfAnAliasStays(t *testing.T) {
	a, _ := newAzure()
	a.plant("clouddp", armdns.RecordTypeCNAME, armdns.RecordSetProperties{
		TTL: new(int64(60)), CnameRecord: &armdns.CnameRecord{Cname: new("One.cloudapp.net.")},
		Metadata: map[string]*string{"owner": new("site P01")},
	})
	one, two := alias("one.cloudapp.net"), alias("two.cloudapp.net")
	two.TTL = time.Hour
	if err := a.zone().Swap(t.Context(), name, &one, &two); err != nil {
		t.Fatal(err)
	}
	got := a.stored("clouddp", armdns.RecordTypeCNAME)
	if *got.CnameRecord.Cname != "two.cloudapp.net" || *got.TTL != 3600 || *got.Metadata["owner"] != "site P01" {
		t.Errorf("got %v, %v, %v", *got.CnameRecord.Cname, *got.TTL, got.Metadata)
	}
}

func TestAnAliasRecordSetIsLeftAlone(t *testing.T) {
	const resource = "/subscriptions/0/resourceGroups/web/providers/Microsoft.Network/trafficManagerProfiles/web"
	a, server := newAzure()
	a.plant("clouddp", armdns.RecordTypeCNAME, aliasTo(resource))
	zone := a.zone()
	want := []dns.Record{{Name: name, Type: dns.TypeCNAME, Value: resource, TTL: time.Minute}}
	have, err := zone.Lookup(t.Context(), name)
	if err != nil || !slices.Equal(have, want) {
		t.Errorf("Lookup: got %v, %v", have, err)
	}
	one, two := alias("one.cloudapp.net"), alias("two.cloudapp.net")
	for _, step := range []struct{ old, replacement *dns.Record }{{nil, &one}, {&one, &two}, {&one, nil}} {
		err := zone.Swap(t.Context(), name, step.old, step.replacement)
		conflict, ok := errors.AsType[*dns.ConflictError](err)
		if !ok || !slices.Equal(conflict.Have, want) {
			t.Errorf("Swap(%v, %v): got %v", step.old, step.replacement, err)
		}
	}
	for _, edit := range []func() (dns.Change, error){
		func() (dns.Change, error) { return dns.Ensure(t.Context(), zone, server.Resolver(), one, nil) },
		func() (dns.Change, error) { return dns.Remove(t.Context(), zone, server.Resolver(), one) },
	} {
		if change, err := edit(); change.Verdict != dns.Conflict || !strings.Contains(err.Error(), resource) {
			t.Errorf("got %v, %v", change.Verdict, err)
		}
	}
	if got := a.stored("clouddp", armdns.RecordTypeCNAME); got.CnameRecord != nil || *got.TargetResource.ID != resource {
		t.Error("the set was changed")
	}
}

// Every type that can be in the way is named, and Azure's answer is there for who wants it.
func TestAConflictSaysWhatIsThere(t *testing.T) {
	tests := map[armdns.RecordType]struct {
		set  armdns.RecordSetProperties
		want string
	}{
		armdns.RecordTypeA:    {address("192.0.2.7"), "192.0.2.7"},
		armdns.RecordTypeAAAA: {armdns.RecordSetProperties{AaaaRecords: []*armdns.AaaaRecord{{IPv6Address: new("2001:db8::1")}}}, "2001:db8::1"},
		armdns.RecordTypeTXT:  {texts([]string{"v=spf1"}), "v=spf1"},
		armdns.RecordTypeNS:   {armdns.RecordSetProperties{NsRecords: []*armdns.NsRecord{{Nsdname: new("ns.contoso.com.")}}}, "ns.contoso.com"},
		armdns.RecordTypePTR:  {armdns.RecordSetProperties{PtrRecords: []*armdns.PtrRecord{{Ptrdname: new("a.contoso.com")}}}, "a.contoso.com"},
		armdns.RecordTypeMX: {armdns.RecordSetProperties{MxRecords: []*armdns.MxRecord{
			{Preference: new(int32(10)), Exchange: new("mail.contoso.com")},
		}}, "10 mail.contoso.com"},
		armdns.RecordTypeSRV: {armdns.RecordSetProperties{SrvRecords: []*armdns.SrvRecord{
			{Priority: new(int32(1)), Weight: new(int32(2)), Port: new(int32(443)), Target: new("web.contoso.com")},
		}}, "1 2 443 web.contoso.com"},
		armdns.RecordTypeCAA: {armdns.RecordSetProperties{CaaRecords: []*armdns.CaaRecord{
			{Flags: new(int32(0)), Tag: new("issue"), Value: new("ca.example")},
		}}, `0 issue "ca.example"`},
	}
	for kind, test := range tests {
		t.Run(string(kind), func(t *testing.T) {
			a, _ := newAzure()
			a.plant("clouddp", kind, test.set)
			one := alias("one.cloudapp.net")
			err := a.zone().Swap(t.Context(), name, nil, &one)
			conflict, ok := errors.AsType[*dns.ConflictError](err)
			if !ok || len(conflict.Have) != 1 || conflict.Have[0].Type != string(kind) || conflict.Have[0].Value != test.want {
				t.Errorf("got %v", err)
			}
			if response, ok := errors.AsType[*azcore.ResponseError](err); !ok || response.StatusCode != http.StatusConflict {
				t.Errorf("Azure's answer is not reachable: %v", err)
			}
		})
	}
}

func TestTheApexSaysWhatIsThere(t *testing.T) {
	a, _ := newAzure()
	one := alias("one.cloudapp.net")
	one.Name = apex
	conflict, ok := errors.AsType[*dns.ConflictError](a.zone().Swap(t.Context(), apex, nil, &one))
	if !ok || len(conflict.Have) != 2 || conflict.Have[0].Type != "NS" || conflict.Have[1].Type != "SOA" {
		t.Errorf("got %v", conflict)
	}
	if slices.ContainsFunc(a.requests, func(r string) bool { return !strings.HasPrefix(r, "GET") }) {
		t.Errorf("something was written: %q", a.requests)
	}
}

func TestSomebodyElseWasFaster(t *testing.T) {
	one, two, three := alias("one.cloudapp.net"), alias("two.cloudapp.net"), alias("three.cloudapp.net")
	others := armdns.RecordSetProperties{
		TTL: new(int64(60)), CnameRecord: &armdns.CnameRecord{Cname: new(three.Value)},
	}
	gone := func(a *azure) func() {
		return func() { a.next(func(a *azure) { delete(a.sets, key{"clouddp", armdns.RecordTypeCNAME}) }) }
	}
	changed := func(a *azure) func() { return func() { a.plant("clouddp", armdns.RecordTypeCNAME, others) } }
	tests := map[string]struct {
		old, replacement *dns.Record
		meanwhile        func(*azure) func()
		have             []dns.Record
	}{
		"create, created": {nil, &one, changed, []dns.Record{three}},
		"change, changed": {&one, &two, changed, []dns.Record{three}},
		"change, deleted": {&one, &two, gone, nil},
		"delete, changed": {&one, nil, changed, []dns.Record{three}},
		"delete, deleted": {&one, nil, gone, nil},
	}
	for title, test := range tests {
		t.Run(title, func(t *testing.T) {
			a, _ := newAzure()
			zone := a.zone()
			if test.old != nil {
				if err := zone.Swap(t.Context(), name, nil, test.old); err != nil {
					t.Fatal(err)
				}
			}
			a.next(func(a *azure) { a.between = test.meanwhile(a) })
			err := zone.Swap(t.Context(), name, test.old, test.replacement)
			conflict, ok := errors.AsType[*dns.ConflictError](err)
			if !ok || !slices.Equal(conflict.Have, test.have) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAnswersHaveCategories(t *testing.T) {
	tests := map[refusal]error{
		{http.StatusUnauthorized, "InvalidAuthenticationToken"}: dns.ErrDenied,
		{http.StatusForbidden, "AuthorizationFailed"}:           dns.ErrDenied,
		{http.StatusConflict, "ScopeLocked"}:                    dns.ErrDenied,
		{http.StatusNotFound, "ParentResourceNotFound"}:         dns.ErrNotFound,
		{http.StatusNotFound, "ResourceGroupNotFound"}:          dns.ErrNotFound,
		{http.StatusBadRequest, "BadRequest"}:                   dns.ErrInvalid,
		{http.StatusTooManyRequests, "TooManyRequests"}:         dns.ErrUnavailable,
		{http.StatusServiceUnavailable, "ServerBusy"}:           dns.ErrUnavailable,
		{http.StatusInternalServerError, "InternalServerError"}: dns.ErrUnknown,
		{http.StatusGatewayTimeout, "GatewayTimeout"}:           dns.ErrUnknown,
	}
	for answer, want := range tests {
		a, _ := newAzure()
		a.next(func(a *azure) { a.answer = &answer })
		one := alias("one.cloudapp.net")
		err := a.zone().Swap(t.Context(), name, nil, &one)
		if !errors.Is(err, want) {
			t.Errorf("%v: got %v, want %v", answer, err, want)
		}
		if response, ok := errors.AsType[*azcore.ResponseError](err); !ok || response.ErrorCode != answer.code {
			t.Errorf("%v: Azure's answer is not reachable: %v", answer, err)
		}
		if writes := len(a.requests) - 1; writes != 1 {
			t.Errorf("%v: written %d times", answer, writes)
		}
	}
}

func TestAMissingZoneIsNotAnEmptyName(t *testing.T) {
	a, _ := newAzure()
	zone := a.zone()
	zone.ResourceGroup = "web"
	if have, err := zone.Lookup(t.Context(), name); !errors.Is(err, dns.ErrNotFound) {
		t.Errorf("got %v, %v", have, err)
	}
}

func TestOnlyReadsAreRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, _ := newAzure()
		zone := a.zone()
		busy := func(r *http.Request) (*http.Response, error) {
			body := io.NopCloser(strings.NewReader(`{"error":{"code":"ServerBusy","message":"come\u0007 back"}}`))
			return &http.Response{StatusCode: http.StatusServiceUnavailable, Header: http.Header{}, Body: body, Request: r}, nil
		}
		a.next(func(a *azure) { a.raw = busy })
		_, err := zone.Lookup(t.Context(), name)
		if !errors.Is(err, dns.ErrUnavailable) || !strings.Contains(err.Error(), "503 ServerBusy: come  back") {
			t.Errorf("read: got %v", err)
		}
		if len(a.requests) != 4 {
			t.Errorf("read %d times, want 4", len(a.requests))
		}
		a.next(func(a *azure) {
			a.requests = nil
			a.raw = func(r *http.Request) (*http.Response, error) {
				if r.Method == http.MethodGet {
					return a.transport.Do(r)
				}
				return busy(r)
			}
		})
		one := alias("one.cloudapp.net")
		if err := zone.Swap(t.Context(), name, nil, &one); !errors.Is(err, dns.ErrUnavailable) {
			t.Errorf("write: got %v", err)
		}
		if len(a.requests) != 2 {
			t.Errorf("got %q, want one GET and one PUT", a.requests)
		}
	})
}

func TestAnswersThatDoNotCome(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	defer cancel()
	tests := map[string]struct {
		ctx  context.Context
		err  error
		want []error
	}{
		"reset":        {t.Context(), io.ErrUnexpectedEOF, []error{dns.ErrUnknown, io.ErrUnexpectedEOF}},
		"no name":      {t.Context(), &net.DNSError{Err: "no such host"}, []error{dns.ErrUnavailable}},
		"no listener":  {t.Context(), &net.OpError{Op: "dial", Err: io.EOF}, []error{dns.ErrUnavailable}},
		"end of a ctx": {ended, context.Canceled, []error{dns.ErrUnknown, context.Canceled}},
	}
	for title, test := range tests {
		a, _ := newAzure()
		a.raw = func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodGet {
				return a.transport.Do(r)
			}
			if test.ctx == ended {
				cancel()
			}
			return nil, test.err
		}
		one := alias("one.cloudapp.net")
		err := a.zone().Swap(test.ctx, name, nil, &one)
		for _, want := range test.want {
			if !errors.Is(err, want) {
				t.Errorf("%s: got %v, want %v", title, err, want)
			}
		}
	}
}

type noToken struct{}

func (noToken) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{}, errors.New("AADSTS7000222: the client secret has expired")
}

func TestACredentialWithoutATokenIsDenied(t *testing.T) {
	a, _ := newAzure()
	zone := a.zone()
	zone.Credential = noToken{}
	_, err := zone.Lookup(t.Context(), name)
	if !errors.Is(err, dns.ErrDenied) || !strings.Contains(err.Error(), "AADSTS7000222") {
		t.Errorf("got %v", err)
	}
	if len(a.requests) != 0 {
		t.Errorf("got requests %q", a.requests)
	}
}

func TestHugeAndHostileAnswers(t *testing.T) {
	for title, body := range map[string]io.Reader{
		"endless":    io.LimitReader(endless{}, 64<<20),
		"no JSON":    strings.NewReader("<html>"),
		"no tag":     strings.NewReader(`{"properties":{}}`),
		"wrong kind": strings.NewReader(`{"etag":7}`),
	} {
		a, _ := newAzure()
		a.raw = func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(body), Request: r}, nil
		}
		zone := a.zone()
		zone.Options.Retry.MaxRetries = -1
		if _, err := zone.Lookup(t.Context(), name); !errors.Is(err, dns.ErrUnavailable) {
			t.Errorf("%s: got %v", title, err)
		}
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestSetsWithoutRecordsAreNoPanic(t *testing.T) {
	a, _ := newAzure()
	a.plant("clouddp", armdns.RecordTypeCNAME, armdns.RecordSetProperties{})
	a.plant("clouddp", armdns.RecordTypeTXT, armdns.RecordSetProperties{TxtRecords: []*armdns.TxtRecord{nil, {Value: []*string{nil}}}})
	have, err := a.zone().Lookup(t.Context(), name)
	if err != nil || len(have) != 1 || have[0].Value != "" {
		t.Errorf("got %v, %v", have, err)
	}
}

func TestBadFieldsAreListed(t *testing.T) {
	_, err := (&azuredns.Zone{}).Lookup(t.Context(), name)
	invalid, ok := errors.AsType[*dns.InvalidError](err)
	if !ok || len(invalid.Problems) != 4 {
		t.Errorf("got %v, want four problems", err)
	}
	for _, bad := range []string{"..", "a/b", "a.", "{zoneName}", "a?b", strings.Repeat("a", 91)} {
		a, _ := newAzure()
		zone := a.zone()
		zone.ResourceGroup = bad
		if _, err := zone.Lookup(t.Context(), name); !errors.Is(err, dns.ErrInvalid) {
			t.Errorf("resource group %q: got %v", bad, err)
		}
		zone = a.zone()
		zone.SubscriptionID = bad
		if _, err := zone.Lookup(t.Context(), name); !errors.Is(err, dns.ErrInvalid) {
			t.Errorf("subscription %q: got %v", bad, err)
		}
	}
}
