package libdnszone_test

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/libdns/libdns"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/dnstest"
)

const apex = "contoso.com"

// quirks are what real providers do, and libdns leaves open or forbids.
type quirks struct {
	noDots         bool // targets and owners are shown absolute and without a trailing dot
	dots           bool // owners are shown absolute with a trailing dot
	loud           bool // owners are shown in upper case
	opaque         bool // records are shown as libdns.RR
	exactDelete    bool // DeleteRecords finds a record only in the form in which it is shown
	appendSets     bool // AppendRecords overwrites what has the name and type
	setAppends     bool // SetRecords leaves what was there
	zoneFileTexts  bool // texts are shown in quotation marks and with backslashes
	shortTTLs      bool // a TTL is at least an hour
	lag            time.Duration
	keepsOneRecord bool // a name and type hold one record, the last of those that are set
}

// provider is a libdns provider in memory as sloppy as its quirks. It checks nothing, lets a CNAME stand beside anything,
// takes a target without a dot for a name of the zone, and returns nothing from its writes.
type provider struct {
	quirks
	published *dnstest.Zone

	mu      sync.Mutex
	stored  []stored
	shown   []dns.Record // what was published
	ignore  bool         // the next write
	lose    bool         // the answer to the next write
	fail    error        // the next write
	between func()       // runs before the next write
	writes  []string
}

// stored is one record, its names absolute and with a dot.
type stored struct {
	libdns.RR
	since time.Time
	until time.Time // zero while it is there
}

// setterProvider is a provider with SetRecords.
type setterProvider struct{ *provider }

func newProvider(q quirks) (*provider, *dnstest.Server) {
	server := dnstest.NewServer()
	return &provider{quirks: q, published: server.AddZone(apex)}, server
}

func (p *provider) GetRecords(ctx context.Context, zone string) ([]libdns.Record, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if zone != apex+"." {
		return nil, fmt.Errorf("zone %q is not here", zone)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	listing := []libdns.Record{
		nil,
		libdns.NS{Name: "@", Target: "ns1.contoso.com."},
		libdns.RR{Name: "conformance", Type: "RRSIG", Data: "of a signed zone"},
		libdns.RR{Name: `a\.b`, Type: "TXT", Data: "an owner that is no host name"},
		libdns.Address{Name: "contoso.com.example", IP: netip.MustParseAddr("192.0.2.1")},
	}
	for _, r := range p.stored {
		if visible(r, time.Now().Add(-p.lag)) {
			listing = append(listing, p.show(r.RR))
		}
	}
	return listing, nil
}

func visible(r stored, at time.Time) bool {
	return !r.since.After(at) && (r.until.IsZero() || r.until.After(at))
}

// show returns a record in the form that the provider shows.
func (p *provider) show(r libdns.RR) libdns.Record {
	switch {
	case p.noDots:
		r.Name = strings.TrimSuffix(r.Name, ".")
		if r.Type == "CNAME" {
			r.Data = strings.TrimSuffix(r.Data, ".")
		}
	case !p.dots:
		r.Name = strings.TrimSuffix(r.Name, "."+apex+".")
		if r.Name == apex+"." {
			r.Name = "@"
		}
	}
	if p.loud {
		r.Name = strings.ToUpper(r.Name)
	}
	if r.Type == "TXT" && p.zoneFileTexts {
		r.Data = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(r.Data) + `"`
	}
	if p.opaque {
		return r
	}
	parsed, err := r.Parse()
	if err != nil {
		return r
	}
	return parsed
}

// read returns a record as it is stored.
func (p *provider) read(record libdns.Record) libdns.RR {
	r := record.RR()
	switch {
	case r.Name == "@":
		r.Name = apex + "."
	case !strings.HasSuffix(r.Name, "."):
		r.Name += "." + apex + "."
	}
	if r.Type == "CNAME" && !strings.HasSuffix(r.Data, ".") {
		r.Data += "." + apex + "."
	}
	if p.shortTTLs {
		r.TTL = max(r.TTL, time.Hour)
	}
	return r
}

func (p *provider) AppendRecords(ctx context.Context, _ string, records []libdns.Record) ([]libdns.Record, error) {
	return nil, p.write(ctx, "append", func() {
		for _, record := range records {
			if r := p.read(record); p.appendSets {
				p.set([]libdns.RR{r})
			} else {
				p.store(r)
			}
		}
	})
}

func (p setterProvider) SetRecords(ctx context.Context, _ string, records []libdns.Record) ([]libdns.Record, error) {
	return nil, p.write(ctx, "set", func() {
		var all []libdns.RR
		for _, record := range records {
			all = append(all, p.read(record))
		}
		switch {
		case p.setAppends:
			for _, r := range all {
				p.store(r)
			}
		case p.keepsOneRecord:
			p.set(all[len(all)-1:])
		default:
			p.set(all)
		}
	})
}

func (p *provider) DeleteRecords(ctx context.Context, _ string, records []libdns.Record) ([]libdns.Record, error) {
	return nil, p.write(ctx, "delete", func() {
		for _, record := range records {
			p.drop(func(r libdns.RR) bool { return p.matches(r, record) })
		}
	})
}

// matches reports whether DeleteRecords means a record; what is empty matches anything.
func (p *provider) matches(have libdns.RR, record libdns.Record) bool {
	want := p.read(record)
	if p.exactDelete {
		have, want = p.show(have).RR(), record.RR()
	}
	return strings.EqualFold(have.Name, want.Name) && (want.Type == "" || have.Type == want.Type) &&
		(want.Data == "" || have.Data == want.Data) && (want.TTL == 0 || have.TTL == want.TTL)
}

// write makes one change, under the fault that is due.
func (p *provider) write(ctx context.Context, kind string, change func()) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p.mu.Lock()
	between := p.between
	p.between = nil
	p.mu.Unlock()
	if between != nil {
		between()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.writes = append(p.writes, kind)
	ignore, lose, fail := p.ignore, p.lose, p.fail
	p.ignore, p.lose, p.fail = false, false, nil
	switch {
	case fail != nil:
		return fail
	case !ignore:
		change()
		p.publish()
	}
	if lose {
		return io.ErrUnexpectedEOF
	}
	return nil
}

func (p *provider) store(r libdns.RR) {
	p.stored = append(p.stored, stored{RR: r, since: time.Now()})
}

// set replaces everything of the name and type of records.
func (p *provider) set(records []libdns.RR) {
	p.drop(func(r libdns.RR) bool {
		return slices.ContainsFunc(records, func(n libdns.RR) bool { return strings.EqualFold(n.Name, r.Name) && n.Type == r.Type })
	})
	for _, r := range records {
		p.store(r)
	}
}

func (p *provider) drop(gone func(libdns.RR) bool) {
	for i := range p.stored {
		if p.stored[i].until.IsZero() && gone(p.stored[i].RR) {
			p.stored[i].until = time.Now()
		}
	}
}

// publish makes the server answer with what is stored, as far as a server can.
func (p *provider) publish() {
	_ = p.published.Remove(p.shown...)
	p.shown = nil
	for _, r := range p.stored {
		record := dns.Record{Name: r.Name, Type: r.Type, Value: r.Data, TTL: r.TTL}
		if r.until.IsZero() && p.published.Add(record) == nil {
			p.shown = append(p.shown, record)
		}
	}
}

// plant puts records in past the zone.
func (p *provider) plant(records ...dns.Record) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range records {
		p.store(libdns.RR{Name: r.Name + ".", Type: r.Type, Data: r.Value, TTL: r.TTL})
	}
	p.publish()
}

// next changes what happens to the next write.
func (p *provider) next(change func(*provider)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(p)
}

// values returns what is stored of one type.
func (p *provider) values(kind string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var values []string
	for _, r := range p.stored {
		if r.until.IsZero() && r.Type == kind {
			values = append(values, r.Data)
		}
	}
	return values
}

// wants fails the test unless exactly the values of one type are stored, in this order.
func (p *provider) wants(t *testing.T, kind string, want ...string) {
	t.Helper()
	if got := p.values(kind); !slices.Equal(got, want) {
		t.Errorf("stored %s: got %q, want %q", kind, got, want)
	}
}
