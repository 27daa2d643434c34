package adminservice_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddp/sdk/clouddp/adminservice"
	"github.com/clouddp/sdk/clouddp/adminservice/adminservicetest"
)

func plantServices(s *adminservicetest.Service, count int) {
	for i := range count {
		s.Plant(adminservicetest.AzureService{AzureServiceID: uint32(i + 1), Name: fmt.Sprint("CLOUDDP", i+1), ServiceType: adminservice.ServiceCloudDP})
	}
}

func TestListsAreWhole(t *testing.T) {
	for name, paging := range pagings {
		for _, count := range []int{0, 1, 2, 3, 7} {
			t.Run(fmt.Sprint(count, " ", name), func(t *testing.T) {
				l := newLab(t)
				l.service.PageSize, l.service.NoLinks = paging.size, paging.noLinks
				plantServices(l.service, count)
				for i := range count {
					l.service.Plant(adminservicetest.Collection{CollectionID: fmt.Sprint("PS1", 1000+i)})
				}
				for i, got := range must(t, l.site.CloudServices(t.Context())) {
					if got.ID != uint32(i+1) {
						t.Errorf("service %d has ID %d", i, got.ID)
					}
				}
				for kind, got := range map[string]int{
					"services":    len(must(t, l.site.CloudServices(t.Context()))),
					"collections": len(must(t, l.site.Collections(t.Context()))),
				} {
					if got != count {
						t.Errorf("%d %s, want %d", got, kind, count)
					}
				}
			})
		}
	}
}

// Rows that are added while a listing is read come along or not, and none comes twice.
func TestListWhileRowsAreAdded(t *testing.T) {
	l := newLab(t)
	l.site.PageSize = 2
	plantServices(l.service, 5)
	seen := map[uint32]int{}
	for service, err := range l.site.CloudServices(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if seen[service.ID]++; len(seen) < 5 {
			l.service.Plant(adminservicetest.AzureService{AzureServiceID: uint32(100 + len(seen))})
		}
	}
	for id, times := range seen {
		if times != 1 {
			t.Errorf("service %d came %d times", id, times)
		}
	}
	if len(seen) < 9 {
		t.Errorf("%d services came, want all 9", len(seen))
	}
}

// pager answers the pages of SMS_AzureService by a function of the request.
func pager(page func(query url.Values) (ids []int, link string)) *adminservice.Site {
	return &adminservice.Site{URL: address, PageSize: 3, Transport: transport(func(r *http.Request) (*http.Response, error) {
		ids, link := page(r.URL.Query())
		var values []string
		for _, id := range ids {
			values = append(values, fmt.Sprintf(`{"AzureServiceID":%d}`, id))
		}
		body := `{"value":[` + strings.Join(values, ",") + `]`
		if link != "" {
			body += `,"@odata.nextLink":"` + link + `"`
		}
		return response(r, 200, "application/json", body+"}"), nil
	})}
}

func TestOddPagers(t *testing.T) {
	const class = "/AdminService/wmi/SMS_AzureService"
	tests := []struct {
		name string
		page func(query url.Values) ([]int, string)
		want int
		err  error
	}{
		{"ignores every option", func(url.Values) ([]int, string) { return []int{1, 2}, "" }, 2, nil},
		{"ignores the page size", func(url.Values) ([]int, string) { return []int{1, 2, 3, 4}, "" }, 4, nil},
		{"ignores the filter and does not go on", func(url.Values) ([]int, string) { return []int{1, 2, 3}, "" }, 3, adminservice.ErrUnsupported},
		{"relative link", func(q url.Values) ([]int, string) {
			if q.Get("$skiptoken") == "x" {
				return []int{2}, ""
			}
			if strings.Contains(q.Get("$filter"), "gt 2") {
				return nil, ""
			}
			return []int{1}, "SMS_AzureService?$skiptoken=x"
		}, 2, nil},
		{"empty page with a link", func(q url.Values) ([]int, string) {
			switch {
			case q.Get("$skiptoken") == "x":
				return []int{1}, ""
			case q.Get("$filter") != "":
				return nil, ""
			}
			return nil, address + "/wmi/SMS_AzureService?$skiptoken=x"
		}, 1, nil},
		{"same link again", func(url.Values) ([]int, string) { return nil, class + "?$skiptoken=x" }, 0, adminservice.ErrIntegrity},
		{"other host", func(url.Values) ([]int, string) { return []int{1}, "https://elsewhere.example" + class }, 1, adminservice.ErrIntegrity},
		{"plain http", func(url.Values) ([]int, string) { return []int{1}, "http://cm1.contoso.com" + class }, 1, adminservice.ErrIntegrity},
		{"other port", func(url.Values) ([]int, string) { return []int{1}, "https://cm1.contoso.com:444" + class }, 1, adminservice.ErrIntegrity},
		{"with a password", func(url.Values) ([]int, string) { return []int{1}, "https://u:p@cm1.contoso.com" + class }, 1, adminservice.ErrIntegrity},
		{"other class", func(url.Values) ([]int, string) { return []int{1}, address + "/wmi/SMS_Admin" }, 1, adminservice.ErrIntegrity},
		{"path upwards", func(url.Values) ([]int, string) { return []int{1}, "../../elsewhere" }, 1, adminservice.ErrIntegrity},
		{"no link at all", func(url.Values) ([]int, string) { return []int{1}, "https://[::1" }, 1, adminservice.ErrIntegrity},
		{"wrong order", func(url.Values) ([]int, string) { return []int{2, 1}, "" }, 0, adminservice.ErrIntegrity},
		{"row without a key", func(url.Values) ([]int, string) { return nil, `","value":[{}],"x":"` }, 0, adminservice.ErrIntegrity},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := collect(pager(tt.page).CloudServices(t.Context()))
			if len(got) != tt.want || !errors.Is(err, tt.err) || err != nil && strings.Contains(err.Error(), "u:p@") {
				t.Errorf("%d services, %v; want %d, %v", len(got), err, tt.want, tt.err)
			}
		})
	}
}

func TestEndlessPagesEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		page := 0
		site := pager(func(url.Values) ([]int, string) {
			page++
			return []int{page}, fmt.Sprint("SMS_AzureService?$skiptoken=", page)
		})
		if _, err := collect(site.CloudServices(t.Context())); !errors.Is(err, adminservice.ErrLimit) {
			t.Errorf("error = %v, want ErrLimit", err)
		}
	})
}

func TestSpoiledLists(t *testing.T) {
	for fault, want := range map[adminservicetest.Fault]error{
		adminservicetest.FaultForeignLink:   adminservice.ErrIntegrity,
		adminservicetest.FaultCircle:        adminservice.ErrIntegrity,
		adminservicetest.FaultTruncated:     adminservice.ErrIntegrity,
		adminservicetest.FaultHTML:          adminservice.ErrUnavailable,
		adminservicetest.FaultInternalError: adminservice.ErrUnavailable,
		adminservicetest.FaultDrop:          adminservice.ErrUnavailable,
	} {
		l := newLab(t)
		plantServices(l.service, 2)
		l.service.Inject(fault)
		if _, err := collect(l.site.CloudServices(t.Context())); !errors.Is(err, want) {
			t.Errorf("fault %d: error = %v, want %v", fault, err, want)
		}
		if got := must(t, l.site.CloudServices(t.Context())); len(got) != 2 {
			t.Errorf("fault %d: %d services afterwards", fault, len(got))
		}
	}
}

func TestBusyServiceIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		plantServices(l.service, 1)
		l.service.Inject(adminservicetest.FaultBusy, adminservicetest.FaultTooMany)
		start := time.Now()
		if got := must(t, l.site.CloudServices(t.Context())); len(got) != 1 {
			t.Errorf("%d services", len(got))
		}
		if waited := time.Since(start); waited != 3*time.Second {
			t.Errorf("waited %v, want the 2 s and 1 s that the service asks for", waited)
		}
		l.service.Inject(adminservicetest.FaultBusy, adminservicetest.FaultBusy, adminservicetest.FaultBusy)
		_, err := collect(l.site.CloudServices(t.Context()))
		busy, ok := errors.AsType[*adminservice.StatusError](err)
		if !ok || !errors.Is(err, adminservice.ErrUnavailable) || busy.RetryAfter != 2*time.Second {
			t.Errorf("error = %v, want a StatusError after three attempts", err)
		}
	})
}

func TestWritesAreSentOnce(t *testing.T) {
	for _, fault := range []adminservicetest.Fault{adminservicetest.FaultBusy, adminservicetest.FaultTooMany, adminservicetest.FaultInternalError} {
		l := newLab(t)
		plantServices(l.service, 1)
		l.service.Inject(fault)
		if err := l.site.StartCloudService(t.Context(), 1); err == nil || l.service.Requests() != 1 {
			t.Errorf("fault %d: error = %v after %d requests", fault, err, l.service.Requests())
		}
	}
}

func TestBusyServiceThatAsksForTooMuch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for value, want := range map[string]time.Duration{"3600": time.Hour, "in an hour": time.Hour, "soon": 0, "-1": 0} {
			if value == "in an hour" {
				value = time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)
			}
			requests := 0
			site := &adminservice.Site{URL: address, Transport: transport(func(r *http.Request) (*http.Response, error) {
				requests++
				answer := response(r, 503, "text/plain", "no")
				answer.Header.Set("Retry-After", value)
				return answer, nil
			})}
			_, err := site.CloudService(t.Context(), 1)
			busy, ok := errors.AsType[*adminservice.StatusError](err)
			if !ok || busy.RetryAfter != want || want > 0 && requests != 1 {
				t.Errorf("Retry-After %s: %v after %d requests, RetryAfter %v", value, err, requests, busy.RetryAfter)
			}
		}
	})
}

func TestSlowServiceIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		l.service.Inject(adminservicetest.FaultSlow, adminservicetest.FaultSlow)
		start := time.Now()
		if _, err := collect(l.site.CloudServices(t.Context())); !errors.Is(err, adminservice.ErrUnavailable) {
			t.Errorf("error = %v", err)
		}
		if waited := time.Since(start); waited != time.Minute {
			t.Errorf("gave up after %v, want a minute", waited)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := collect(l.site.CloudServices(ctx)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error = %v, want that of the context", err)
		}
	})
}

func TestRequestsAreSpacedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sent []time.Time
		site := &adminservice.Site{URL: address, Transport: transport(func(r *http.Request) (*http.Response, error) {
			sent = append(sent, time.Now())
			return response(r, 200, "application/json", `{"value":[]}`), nil
		})}
		for range 1000 {
			must(t, site.CloudServices(t.Context()))
		}
		for i := 200; i < len(sent); i++ {
			if d := sent[i].Sub(sent[i-200]); d < time.Second {
				t.Fatalf("201 requests within %v", d)
			}
		}
	})
}

func TestLargeAnswers(t *testing.T) {
	for name, body := range map[string]string{
		"bytes":  `{"value":[{"x":"` + strings.Repeat("x", 17<<20) + `"}]}`,
		"values": `{"value":[` + strings.Repeat("[],", 1<<20) + `[]]}`,
		"depth":  strings.Repeat("[", 1000),
	} {
		if _, err := collect(saying(200, body).CloudServices(t.Context())); !errors.Is(err, adminservice.ErrLimit) {
			t.Errorf("too many %s: error = %.200v", name, err)
		}
		if err := saying(200, body).StartCloudService(t.Context(), 1); !errors.Is(err, adminservice.ErrUnknown) {
			t.Errorf("too many %s after a write: error = %.200v", name, err)
		}
	}
}
