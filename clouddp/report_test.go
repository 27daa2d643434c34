package clouddp_test

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/clouddp"
	"github.com/clouddp/sdk/clouddp/clouddptest"
	"github.com/clouddp/sdk/clouddp/mgmtcert"
	"github.com/clouddp/sdk/dns"
)

// idsOf returns the ids of the findings of level level.
func idsOf(report *clouddp.Report, level slog.Level) []string {
	var ids []string
	for _, f := range report.Findings {
		if f.Severity == level {
			ids = append(ids, f.ID)
		}
	}
	return ids
}

func TestPreflightFindsEverythingInTheWay(t *testing.T) {
	for title, test := range map[string]struct {
		spoil  func(t *testing.T, lab *clouddptest.Lab, client *clouddp.Client, spec *clouddp.Spec)
		errors []string
	}{
		"nothing": {func(*testing.T, *clouddptest.Lab, *clouddp.Client, *clouddp.Spec) {}, nil},
		"no certificate": {func(_ *testing.T, _ *clouddptest.Lab, client *clouddp.Client, _ *clouddp.Spec) {
			client.Certificate = func(context.Context, string) (*certs.Bundle, error) { return nil, nil }
		}, []string{"cert.missing"}},
		"certificate without key": {func(_ *testing.T, lab *clouddptest.Lab, client *clouddp.Client, _ *clouddp.Spec) {
			client.Certificate = func(ctx context.Context, fqdn string) (*certs.Bundle, error) {
				whole, err := lab.Certificate(ctx, fqdn)
				return &certs.Bundle{Leaf: whole.Leaf}, err
			}
		}, []string{"cert.missing"}},
		"certificate of another name": {func(_ *testing.T, lab *clouddptest.Lab, client *clouddp.Client, _ *clouddp.Spec) {
			client.Certificate = func(ctx context.Context, _ string) (*certs.Bundle, error) {
				return lab.Certificate(ctx, "other.contoso.com")
			}
		}, []string{"cert.cn.matches", "cert.san.dns"}},
		"unknown subscription": {func(_ *testing.T, lab *clouddptest.Lab, _ *clouddp.Client, _ *clouddp.Spec) {
			lab.Cloud.Subscription = "00000000-0000-0000-0000-000000000009"
		}, []string{"cloud.subscription"}},
		"unknown region": {func(_ *testing.T, lab *clouddptest.Lab, _ *clouddp.Client, _ *clouddp.Spec) {
			lab.Cloud.Regions = []string{"Moon"}
		}, []string{"cloud.region"}},
		"foreign storage account": {func(t *testing.T, lab *clouddptest.Lab, _ *clouddp.Client, spec *clouddp.Spec) {
			t.Helper()
			parts, err := lab.Cloud.Parts(spec)
			if err != nil {
				t.Fatal(err)
			}
			lab.Cloud.Plant(spec, parts[0], "XYZ/other")
		}, []string{"cloud.foreign"}},
		"no management certificate": {func(_ *testing.T, lab *clouddptest.Lab, client *clouddp.Client, _ *clouddp.Spec) {
			client.ManagementCertificates = lab.ManagementCertificates
		}, []string{"mgmt.none"}},
		"alias leads elsewhere": {func(t *testing.T, lab *clouddptest.Lab, _ *clouddp.Client, _ *clouddp.Spec) {
			t.Helper()
			taken := dns.Record{Name: name, Type: "CNAME", Value: "www.contoso.com"}
			if err := lab.Zone.Swap(t.Context(), name, nil, &taken); err != nil {
				t.Fatal(err)
			}
		}, []string{"dns.alias.taken"}},
		"another zone": {func(_ *testing.T, lab *clouddptest.Lab, client *clouddp.Client, _ *clouddp.Spec) {
			client.Zone = lab.DNS.AddZone("example.org")
		}, []string{"dns.zone"}},
		"a bad Spec": {func(_ *testing.T, _ *clouddptest.Lab, _ *clouddp.Client, spec *clouddp.Spec) {
			spec.SiteCode, spec.Region = "", ""
		}, []string{"spec.invalid", "spec.invalid"}},
	} {
		t.Run(title, func(t *testing.T) {
			inLab(t, func(t *testing.T, lab *clouddptest.Lab, client *clouddp.Client) {
				client.ManagementCertificates = nil
				spec := lab.Spec("clouddp")
				test.spoil(t, lab, client, spec)
				report, err := client.Preflight(t.Context(), spec)
				if err != nil {
					t.Fatal(err)
				}
				if got := idsOf(report, slog.LevelError); !slices.Equal(got, test.errors) {
					t.Errorf("errors %v, want %v\n%s", got, test.errors, report)
				}
				if n := lab.Cloud.Writes(); n != 0 {
					t.Errorf("Preflight wrote %d times", n)
				}
			})
		})
	}
}

func TestPreflightOfManagementCertificates(t *testing.T) {
	inLab(t, func(t *testing.T, lab *clouddptest.Lab, client *clouddp.Client) {
		for _, validity := range []time.Duration{time.Hour, 365 * 24 * time.Hour} {
			bundle, err := certs.SelfSigned("management", &certs.SelfSignedOptions{Validity: validity})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := mgmtcert.Ensure(t.Context(), lab.ManagementCertificates, bundle.Leaf); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(2 * time.Hour)
		report, err := client.Preflight(t.Context(), lab.Spec("clouddp"))
		if err != nil || !report.OK() || !slices.Contains(idsOf(report, slog.LevelWarn), "mgmt.expired") {
			t.Errorf("Preflight: %v\n%s", err, report)
		}
	})
}

func TestVerifyFindsWhatWentWrong(t *testing.T) {
	for title, test := range map[string]struct {
		spoil  func(t *testing.T, lab *clouddptest.Lab, client *clouddp.Client)
		errors []string
	}{
		"nothing": {func(*testing.T, *clouddptest.Lab, *clouddp.Client) {}, nil},
		"alias gone": {func(t *testing.T, lab *clouddptest.Lab, _ *clouddp.Client) {
			t.Helper()
			alias := dns.Record{Name: name, Type: "CNAME", Value: "clouddp.cloudapp.net"}
			if err := lab.Zone.Swap(t.Context(), name, &alias, nil); err != nil {
				t.Fatal(err)
			}
		}, []string{"dns.missing", "tls.handshake"}},
		"a part deleted by hand": {func(t *testing.T, lab *clouddptest.Lab, _ *clouddp.Client) {
			t.Helper()
			spec := lab.Spec("clouddp")
			parts, err := lab.Cloud.Parts(spec)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := lab.Cloud.Delete(t.Context(), spec, parts[0]); err != nil {
				t.Fatal(err)
			}
		}, []string{"cloud.part"}},
		"roots that clients lack": {func(_ *testing.T, _ *clouddptest.Lab, client *clouddp.Client) {
			client.Roots = clouddptest.NewLab().CA.Pool()
		}, []string{"tls.handshake"}},
	} {
		t.Run(title, func(t *testing.T) {
			inLab(t, func(t *testing.T, lab *clouddptest.Lab, client *clouddp.Client) {
				create(t, lab, client)
				test.spoil(t, lab, client)
				report, err := client.Verify(t.Context(), name)
				if err != nil {
					t.Fatal(err)
				}
				if got := idsOf(report, slog.LevelError); !slices.Equal(got, test.errors) {
					t.Errorf("errors %v, want %v\n%s", got, test.errors, report)
				}
			})
		})
	}
}

func TestVerifyOfAStoppedServiceWarns(t *testing.T) {
	inLab(t, func(t *testing.T, lab *clouddptest.Lab, client *clouddp.Client) {
		create(t, lab, client)
		wait(t)(client.Stop(t.Context(), name))
		report, err := client.Verify(t.Context(), name)
		if err != nil || !report.OK() || !slices.Contains(idsOf(report, slog.LevelWarn), "cloud.stopped") {
			t.Errorf("Verify: %v\n%s", err, report)
		}
	})
}

func TestReportReadsWell(t *testing.T) {
	report := &clouddp.Report{Name: name, Findings: []clouddp.Finding{
		{ID: "dns.alias.taken", Severity: slog.LevelError, Subject: name, Evidence: "it is an alias already", Remedy: "remove it"},
	}}
	text := report.String()
	for _, want := range []string{name, "ERROR", "dns.alias.taken", "remove it"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing from\n%s", want, text)
		}
	}
	if err := report.Err(); !errors.Is(err, clouddp.ErrInvalid) || !strings.Contains(err.Error(), "dns.alias.taken") {
		t.Errorf("Err: %v", err)
	}
}

func TestMemoryRegistry(t *testing.T) {
	registry := &clouddp.MemoryRegistry{}
	for _, label := range []string{"second", "first"} {
		r := &clouddp.Record{Spec: clouddp.Spec{ServiceFQDN: label + ".contoso.com", Tags: map[string]string{"k": "v"}}}
		if err := registry.Put(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		r.Spec.Tags["k"] = "changed after Put"
	}
	names, err := collect(registry.List(t.Context()))
	if want := []string{"first.contoso.com", "second.contoso.com"}; err != nil || !slices.Equal(names, want) {
		t.Errorf("List: %v, %v; want %v", names, err, want)
	}
	r, err := registry.Get(t.Context(), "FIRST.contoso.com.")
	if err != nil || r.Spec.Tags["k"] != "v" {
		t.Errorf("Get: %v, %v", r, err)
	}
	if err := registry.Delete(t.Context(), "first.contoso.com"); err != nil {
		t.Error(err)
	}
	for call, err := range map[string]error{
		"Delete": registry.Delete(t.Context(), "first.contoso.com"),
		"Get":    second(registry.Get(t.Context(), "first.contoso.com")),
	} {
		if !errors.Is(err, clouddp.ErrNotFound) {
			t.Errorf("%s of a deleted record: %v", call, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func collect(records iter.Seq2[*clouddp.Record, error]) (names []string, err error) {
	for r, err := range records {
		if err != nil {
			return names, err
		}
		names = append(names, r.Name())
	}
	return names, nil
}
