package adminservice_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clouddp/sdk/clientsettings"
	"github.com/clouddp/sdk/clientsettings/clientsettingstest"
	"github.com/clouddp/sdk/clouddp/adminservice"
	"github.com/clouddp/sdk/clouddp/adminservice/adminservicetest"
	"github.com/clouddp/sdk/httpauth"
	"github.com/clouddp/sdk/statusmsg"
	"github.com/clouddp/sdk/statusmsg/statusmsgtest"
)

// pagings are the ways in which a service may give its rows.
var pagings = map[string]struct {
	size    int
	noLinks bool
}{
	"all at once":       {},
	"pages with links":  {2, false},
	"pages without":     {2, true},
	"one row at a time": {1, true},
}

// labs remembers which service stands behind a site, for the hooks of the suites.
type labs struct{ services sync.Map }

func (l *labs) connect(t *testing.T, kind string, served bool) *adminservice.Site {
	t.Helper()
	service := &adminservicetest.Service{PageSize: pagings[kind].size, NoLinks: pagings[kind].noLinks}
	site := &adminservice.Site{URL: address, Transport: service.RoundTripper()}
	if served {
		site = serve(t, service)
	}
	l.services.Store(site, service)
	return site
}

func (l *labs) service(site any) *adminservicetest.Service {
	service, _ := l.services.Load(site)
	return service.(*adminservicetest.Service)
}

func TestStatusMessages(t *testing.T) {
	for kind := range pagings {
		t.Run(kind, func(t *testing.T) {
			var l labs
			statusmsgtest.TestSource(t, statusmsgtest.SourceHarness{
				New: func(t *testing.T) statusmsg.Source { return l.connect(t, kind, false) },
				Plant: func(_ *testing.T, source statusmsg.Source, messages ...statusmsg.Message) {
					l.service(source).PlantMessages(messages...)
				},
				Fail: func(_ *testing.T, source statusmsg.Source, err error) { l.service(source).Fail(err) },
			})
		})
	}
}

func TestStatusMessagesOverTLS(t *testing.T) {
	var l labs
	statusmsgtest.TestSource(t, statusmsgtest.SourceHarness{
		New: func(t *testing.T) statusmsg.Source { return l.connect(t, "pages with links", true) },
		Plant: func(_ *testing.T, source statusmsg.Source, messages ...statusmsg.Message) {
			l.service(source).PlantMessages(messages...)
		},
	})
}

// A site fills in which component, module, site and machine raised a message, and the key becomes an attribute: the rest
// of the contract of a Sink stands.
func TestUserMessages(t *testing.T) {
	var l labs
	statusmsgtest.TestSink(t, statusmsgtest.SinkHarness{
		New: func(t *testing.T) statusmsg.Sink {
			t.Helper()
			site := l.connect(t, "all at once", false)
			l.service(site).ProcessTime = time.Millisecond
			return site
		},
		Messages: func(t *testing.T, sink statusmsg.Sink) []statusmsg.Message {
			t.Helper()
			messages := l.service(sink).Messages()
			for i := range messages {
				m := &messages[i]
				if m.Component != "SMS Provider" || m.Module != "SMS Provider" || m.Site != "PS1" || m.Machine != "CM1.contoso.com" {
					t.Errorf("raised by %s of %s at %s on %s", m.Component, m.Module, m.Site, m.Machine)
				}
				m.Component, m.Module = "Cloud DP SDK", "SMS Server"
				m.Attributes = slices.DeleteFunc(m.Attributes, func(a statusmsg.Attribute) bool { return strings.HasPrefix(a.Value, "clouddp:") })
			}
			return messages
		},
		Fail: func(_ *testing.T, sink statusmsg.Sink, err error) { l.service(sink).Fail(err) },
	})
}

func TestPolicies(t *testing.T) {
	for kind := range pagings {
		t.Run(kind, func(t *testing.T) {
			var l labs
			clientsettingstest.TestSource(t, clientsettingstest.SourceHarness{
				New: func(t *testing.T, policies ...clientsettings.Policy) clientsettings.Source {
					t.Helper()
					return newSettingsSource(t, &l, kind, false, policies)
				},
				Fail: func(_ *testing.T, source clientsettings.Source, err error) { l.service(source).Fail(err) },
			})
		})
	}
}

func TestPoliciesOverTLS(t *testing.T) {
	var l labs
	clientsettingstest.TestSource(t, clientsettingstest.SourceHarness{
		New: func(t *testing.T, policies ...clientsettings.Policy) clientsettings.Source {
			t.Helper()
			return newSettingsSource(t, &l, "pages without", true, policies)
		},
	})
}

func newSettingsSource(t *testing.T, l *labs, kind string, served bool, policies []clientsettings.Policy) clientsettings.Source {
	t.Helper()
	site := l.connect(t, kind, served)
	if err := l.service(site).PlantPolicies(policies...); err != nil {
		t.Fatal(err)
	}
	return site
}

// serve connects a site to a service over TLS on loopback.
func serve(t *testing.T, service *adminservicetest.Service) *adminservice.Site {
	t.Helper()
	server, err := service.Serve(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	site := &adminservice.Site{URL: server.URL, Transport: &httpauth.Transport{Roots: server.Pool()}}
	t.Cleanup(func() {
		site.CloseIdleConnections()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return site
}
