package azuredns_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	azfake "github.com/Azure/azure-sdk-for-go/sdk/azcore/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/dns/armdns"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/dns/armdns/fake"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/azuredns"
	"github.com/clouddp/sdk/dns/dnstest"
)

const (
	apex  = "contoso.com"
	name  = "clouddp." + apex
	group = "dns"
)

// azure is a table of record sets with the rules of the service behind Microsoft's fake transport: entity tags, a CNAME that
// stands alone, a write that replaces the whole set.
type azure struct {
	published *dnstest.Zone
	transport *fake.RecordSetsServerTransport

	mu       sync.Mutex
	sets     map[key]armdns.RecordSet
	version  int
	requests []string // "PUT CNAME If-None-Match"
	shown    []dns.Record
	ignore   bool     // the next write
	lose     bool     // the answer to the next write
	answer   *refusal // instead of the next write
	between  func()   // runs before the next write
	raw      func(*http.Request) (*http.Response, error)
}

type key struct {
	name string // relative, lower case
	kind armdns.RecordType
}

type refusal struct {
	status int
	code   string
}

func newAzure() (*azure, *dnstest.Server) {
	server := dnstest.NewServer()
	a := &azure{published: server.AddZone(apex), sets: map[key]armdns.RecordSet{}}
	a.transport = fake.NewRecordSetsServerTransport(&fake.RecordSetsServer{Get: a.get, CreateOrUpdate: a.put, Delete: a.delete})
	a.plant("@", armdns.RecordTypeSOA, armdns.RecordSetProperties{
		TTL: new(int64(3600)), SoaRecord: &armdns.SoaRecord{Host: new("ns1-01.azure-dns.com.")},
	})
	a.plant("@", armdns.RecordTypeNS, armdns.RecordSetProperties{
		TTL: new(int64(3600)), NsRecords: []*armdns.NsRecord{{Nsdname: new("ns1-01.azure-dns.com.")}},
	})
	return a, server
}

// zone is the driver over the fake.
func (a *azure) zone() *azuredns.Zone {
	return &azuredns.Zone{
		SubscriptionID: "00000000-0000-0000-0000-000000000000", ResourceGroup: group, Name: "Contoso.com.",
		Credential: &azfake.TokenCredential{},
		Options:    &arm.ClientOptions{ClientOptions: policy.ClientOptions{Transport: a}},
	}
}

// Do implements [policy.Transporter].
func (a *azure) Do(request *http.Request) (*http.Response, error) {
	segments := strings.Split(request.URL.Path, "/")
	entry := request.Method + " " + segments[len(segments)-2]
	for _, header := range []string{"If-Match", "If-None-Match"} {
		if request.Header.Get(header) != "" {
			entry += " " + header
		}
	}
	write := request.Method != http.MethodGet
	a.mu.Lock()
	a.requests = append(a.requests, entry)
	lose, between, raw := a.lose && write, a.between, a.raw
	if write {
		a.lose, a.between = false, nil
	}
	a.mu.Unlock()
	if write && between != nil {
		between()
	}
	if raw != nil {
		return raw(request)
	}
	response, err := a.transport.Do(request)
	if err == nil && lose {
		return nil, errors.New("connection reset by peer")
	}
	return response, err
}

type (
	getResponse    = armdns.RecordSetsClientGetResponse
	putResponse    = armdns.RecordSetsClientCreateOrUpdateResponse
	deleteResponse = armdns.RecordSetsClientDeleteResponse
)

func (a *azure) get(_ context.Context, group, zone, name string, kind armdns.RecordType, _ *armdns.RecordSetsClientGetOptions) (r azfake.Responder[getResponse], e azfake.ErrorResponder) {
	a.mu.Lock()
	defer a.mu.Unlock()
	set, ok := a.sets[key{name, kind}]
	switch {
	case !here(group, zone):
		e.SetResponseError(http.StatusNotFound, "ResourceNotFound")
	case !ok:
		e.SetResponseError(http.StatusNotFound, "NotFound")
	default:
		r.SetResponse(http.StatusOK, getResponse{RecordSet: set}, nil)
	}
	return r, e
}

func (a *azure) put(_ context.Context, group, zone, name string, kind armdns.RecordType, set armdns.RecordSet, o *armdns.RecordSetsClientCreateOrUpdateOptions) (r azfake.Responder[putResponse], e azfake.ErrorResponder) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if o == nil {
		o = &armdns.RecordSetsClientCreateOrUpdateOptions{}
	}
	refused := a.refuses(group, zone, key{name, kind}, o.IfMatch)
	switch {
	case refused != nil:
	case o.IfNoneMatch != nil && a.has(name, kind):
		refused = &refusal{http.StatusPreconditionFailed, "PreconditionFailed"}
	case a.excluded(name, kind):
		refused = &refusal{http.StatusConflict, "Conflict"}
	case set.Properties == nil || set.Properties.TTL == nil || *set.Properties.TTL < 1 || set.Properties.Fqdn != nil:
		refused = &refusal{http.StatusBadRequest, "BadRequest"}
	}
	if refused != nil {
		e.SetResponseError(refused.status, refused.code)
		return r, e
	}
	if !a.ignored() {
		a.store(key{name, kind}, *set.Properties)
	}
	r.SetResponse(http.StatusOK, putResponse{RecordSet: set}, nil)
	return r, e
}

func (a *azure) delete(_ context.Context, group, zone, name string, kind armdns.RecordType, o *armdns.RecordSetsClientDeleteOptions) (r azfake.Responder[deleteResponse], e azfake.ErrorResponder) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var ifMatch *string
	if o != nil && a.has(name, kind) {
		ifMatch = o.IfMatch
	}
	if refused := a.refuses(group, zone, key{name, kind}, ifMatch); refused != nil {
		e.SetResponseError(refused.status, refused.code)
		return r, e
	}
	status := http.StatusNoContent
	if a.has(name, kind) {
		status = http.StatusOK
		if !a.ignored() {
			delete(a.sets, key{name, kind})
			a.publish()
		}
	}
	r.SetResponse(status, deleteResponse{}, nil)
	return r, e
}

func here(resourceGroup, zone string) bool { return resourceGroup == group && zone == apex }

// refuses checks what is the same for every write.
func (a *azure) refuses(group, zone string, at key, ifMatch *string) *refusal {
	if answer := a.answer; answer != nil {
		a.answer = nil
		return answer
	}
	if !here(group, zone) {
		return &refusal{http.StatusNotFound, "ParentResourceNotFound"}
	}
	if set, ok := a.sets[at]; ifMatch != nil && (!ok || *set.Etag != *ifMatch) {
		return &refusal{http.StatusPreconditionFailed, "PreconditionFailed"}
	}
	return nil
}

func (a *azure) has(name string, kind armdns.RecordType) bool {
	_, ok := a.sets[key{name, kind}]
	return ok
}

// excluded reports whether a CNAME would not stand alone.
func (a *azure) excluded(name string, kind armdns.RecordType) bool {
	for at := range a.sets {
		if at.name == name && at.kind != kind && (kind == armdns.RecordTypeCNAME || at.kind == armdns.RecordTypeCNAME) {
			return true
		}
	}
	return false
}

func (a *azure) ignored() bool {
	ignore := a.ignore
	a.ignore = false
	return ignore
}

func (a *azure) store(at key, properties armdns.RecordSetProperties) {
	a.version++
	properties.Fqdn = new(at.name + "." + apex + ".")
	properties.ProvisioningState = new("Succeeded")
	a.sets[at] = armdns.RecordSet{Etag: new(fmt.Sprintf("etag-%d", a.version)), Properties: &properties}
	a.publish()
}

// publish makes the server answer with the names and texts that are stored.
func (a *azure) publish() {
	_ = a.published.Remove(a.shown...)
	a.shown = nil
	for at, set := range a.sets {
		owner := at.name + "." + apex
		if p := set.Properties; p.CnameRecord != nil {
			a.show(dns.Record{Name: owner, Type: "CNAME", Value: *p.CnameRecord.Cname})
		}
	}
}

func (a *azure) show(r dns.Record) {
	if a.published.Add(r) == nil {
		a.shown = append(a.shown, r)
	}
}

// plant puts a record set in past every rule.
func (a *azure) plant(name string, kind armdns.RecordType, properties armdns.RecordSetProperties) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.store(key{name, kind}, properties)
}

// stored returns the properties of a record set, nil if there is none.
func (a *azure) stored(name string, kind armdns.RecordType) *armdns.RecordSetProperties {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.sets[key{name, kind}].Properties
}

// next changes what happens to the next write.
func (a *azure) next(change func(*azure)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	change(a)
}

func address(ip string) armdns.RecordSetProperties {
	return armdns.RecordSetProperties{TTL: new(int64(60)), ARecords: []*armdns.ARecord{{IPv4Address: &ip}}}
}

func aliasTo(resource string) armdns.RecordSetProperties {
	return armdns.RecordSetProperties{TTL: new(int64(60)), TargetResource: &armdns.SubResource{ID: &resource}}
}

// texts is a set with the strings of each record.
func texts(records ...[]string) armdns.RecordSetProperties {
	p := armdns.RecordSetProperties{TTL: new(int64(60))}
	for _, parts := range records {
		p.TxtRecords = append(p.TxtRecords, &armdns.TxtRecord{Value: to.SliceOfPtrs(parts...)})
	}
	return p
}
