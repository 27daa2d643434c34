package clouddp_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"reflect"
	"strings"
	"testing"

	"github.com/clouddp/sdk/clouddp"
)

func validSpec() *clouddp.Spec {
	return &clouddp.Spec{
		ServiceFQDN:  "clouddp.contoso.com",
		Subscription: "00000000-0000-0000-0000-000000000001",
		Region:       "West Europe",
		SiteCode:     "PS1",
	}
}

func TestSpecValidate(t *testing.T) {
	many := map[string]string{}
	for _, c := range "abcdefghijk" {
		many[string(c)] = ""
	}
	for name, test := range map[string]struct {
		change func(*clouddp.Spec)
		field  string // empty: valid
	}{
		"as documented":            {func(*clouddp.Spec) {}, ""},
		"trailing dot, upper case": {func(s *clouddp.Spec) { s.ServiceFQDN = "CloudDP.Contoso.com." }, ""},
		"label of 3":               {func(s *clouddp.Spec) { s.ServiceFQDN = "cdp.contoso.com" }, ""},
		"label of 24":              {func(s *clouddp.Spec) { s.ServiceFQDN = strings.Repeat("a", 24) + ".contoso.com" }, ""},
		"label of 2":               {func(s *clouddp.Spec) { s.ServiceFQDN = "cd.contoso.com" }, "ServiceFQDN"},
		"label of 25":              {func(s *clouddp.Spec) { s.ServiceFQDN = strings.Repeat("a", 25) + ".contoso.com" }, "ServiceFQDN"},
		"label with dash":          {func(s *clouddp.Spec) { s.ServiceFQDN = "cloud-dp.contoso.com" }, "ServiceFQDN"},
		"label begins with digit":  {func(s *clouddp.Spec) { s.ServiceFQDN = "1cloud.contoso.com" }, "ServiceFQDN"},
		"two labels":               {func(s *clouddp.Spec) { s.ServiceFQDN = "clouddp.com" }, "ServiceFQDN"},
		"wildcard":                 {func(s *clouddp.Spec) { s.ServiceFQDN = "*.contoso.com" }, "ServiceFQDN"},
		"empty name":               {func(s *clouddp.Spec) { s.ServiceFQDN = "" }, "ServiceFQDN"},
		"65 characters":            {func(s *clouddp.Spec) { s.ServiceFQDN = "clouddp." + strings.Repeat("a", 53) + ".com" }, "ServiceFQDN"},
		"unicode":                  {func(s *clouddp.Spec) { s.ServiceFQDN = "clouddp.bücher.de" }, "ServiceFQDN"},
		"subscription no GUID":     {func(s *clouddp.Spec) { s.Subscription = "contoso" }, "Subscription"},
		"no region":                {func(s *clouddp.Spec) { s.Region = " " }, "Region"},
		"site code of 4":           {func(s *clouddp.Spec) { s.SiteCode = "PS12" }, "SiteCode"},
		"description with NUL":     {func(s *clouddp.Spec) { s.Description = "a\x00b" }, "Description"},
		"description too long":     {func(s *clouddp.Spec) { s.Description = strings.Repeat("ü", 1025) }, "Description"},
		"description of 1024":      {func(s *clouddp.Spec) { s.Description = strings.Repeat("ü", 1024) }, ""},
		"owner not ASCII":          {func(s *clouddp.Spec) { s.Owner = "Müller" }, "Owner"},
		"16 instances":             {func(s *clouddp.Spec) { s.Instances = 16 }, ""},
		"17 instances":             {func(s *clouddp.Spec) { s.Instances = 17 }, "Instances"},
		"negative instances":       {func(s *clouddp.Spec) { s.Instances = -1 }, "Instances"},
		"account with capital":     {func(s *clouddp.Spec) { s.StorageAccount = "Account" }, "StorageAccount"},
		"11 tags":                  {func(s *clouddp.Spec) { s.Tags = many }, "Tags"},
		"tag with space":           {func(s *clouddp.Spec) { s.Tags = map[string]string{"a b": ""} }, "Tags"},
		"alert off":                {func(s *clouddp.Spec) { s.Alerts.Storage.LimitGB = -1 }, ""},
		"alert limit too large":    {func(s *clouddp.Spec) { s.Alerts.Transfer.LimitGB = 1_000_001 }, "Alerts.Transfer"},
		"alert percents cross":     {func(s *clouddp.Spec) { s.Alerts.Storage.WarningPercent = 95 }, "Alerts.Storage"},
	} {
		t.Run(name, func(t *testing.T) {
			s := validSpec()
			test.change(s)
			err := s.Validate()
			if test.field == "" {
				if err != nil {
					t.Fatalf("valid spec refused: %v", err)
				}
				return
			}
			invalid, ok := errors.AsType[*clouddp.InvalidError](err)
			if !ok || !errors.Is(err, fs.ErrInvalid) {
				t.Fatalf("got %v, want an InvalidError", err)
			}
			if got := invalid.Problems[0].Field; got != test.field {
				t.Errorf("problem is with %s, want %s: %v", got, test.field, err)
			}
		})
	}
}

func TestSpecValidateListsEveryProblem(t *testing.T) {
	err := (&clouddp.Spec{Instances: 99}).Validate()
	invalid, ok := errors.AsType[*clouddp.InvalidError](err)
	if !ok {
		t.Fatalf("got %v, want an InvalidError", err)
	}
	fields := map[string]bool{}
	for _, p := range invalid.Problems {
		fields[p.Field] = true
	}
	for _, want := range []string{"ServiceFQDN", "Subscription", "Region", "SiteCode", "Instances"} {
		if !fields[want] {
			t.Errorf("%s is missing from %v", want, err)
		}
	}
}

func TestSpecNames(t *testing.T) {
	s := validSpec()
	s.ServiceFQDN = "CloudDP.Contoso.com."
	want := clouddp.Names{ServiceFQDN: "clouddp.contoso.com", Service: "clouddp", StorageAccount: "clouddp"}
	if got := s.Names(); got != want {
		t.Errorf("Names() = %+v, want %+v", got, want)
	}
	s.StorageAccount = "account1"
	if got := s.Names().StorageAccount; got != "account1" {
		t.Errorf("StorageAccount = %q, want account1", got)
	}
	if got := s.OwnerMark(); got != "PS1/clouddp.contoso.com" {
		t.Errorf("OwnerMark() = %q", got)
	}
}

func TestSpecRoundTripsAsJSON(t *testing.T) {
	s := validSpec()
	s.Thumbprint[0] = 0xAB
	s.Alerts.Storage = clouddp.Threshold{LimitGB: 100, WarningPercent: 10, CriticalPercent: 20}
	s.Tags = map[string]string{"team": "client"}
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var back clouddp.Spec
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(*s, back) {
		t.Errorf("round trip gives %+v, want %+v", back, *s)
	}
}
