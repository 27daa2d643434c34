package template_test

import (
	"crypto/x509"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clouddp/sdk/certs/template"
)

const group template.SID = "S-1-5-21-1004336348-1177238915-682003330-1104"

func TestWebServerIsTheBuiltInTemplate(t *testing.T) {
	web := template.WebServer()
	for what, pair := range map[string][2]any{
		"flags":                       {web.Flags, template.GeneralFlags(66113)},
		"revision":                    {[2]int{web.Revision, web.MinorRevision}, [2]int{4, 1}},
		"schema version":              {web.SchemaVersion, 1},
		"key spec":                    {web.KeySpec, template.KeyExchange},
		"key usage":                   {web.KeyUsage, x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment},
		"minimal key size":            {web.MinimalKeySize, 2048},
		"validity":                    {web.Validity, 730 * 24 * time.Hour},
		"renewal":                     {web.Renewal, 42 * 24 * time.Hour},
		"purposes":                    {web.ExtKeyUsage, []string{"1.3.6.1.5.5.7.3.1"}},
		"application policies":        {len(web.ApplicationPolicies), 0},
		"critical extensions":         {web.CriticalExtensions, []string{"2.5.29.15"}},
		"name flags":                  {web.NameFlags, template.NameFlags(1)},
		"enrollment flags":            {web.EnrollmentFlags, template.EnrollmentFlags(0)},
		"private key flags":           {web.PrivateKeyFlags, template.PrivateKeyFlags(0)},
		"preferred provider":          {web.CSPs[0], template.CSP{Preference: 1, Name: "Microsoft RSA SChannel Cryptographic Provider"}},
		"rights of the whole forest":  {web.Granted(template.AuthenticatedUsers), template.Read},
		"required further signatures": {web.RASignatures, 0},
	} {
		if !reflect.DeepEqual(pair[0], pair[1]) {
			t.Errorf("%s: %v, want %v", what, pair[0], pair[1])
		}
	}
}

func TestDuplicateChangesWhatTheConsoleChanges(t *testing.T) {
	web := template.WebServer()
	web.OID = "1.3.6.1.4.1.311.21.8.1.2.3.4.5.6.1.16"
	d := web.Duplicate("Cloud DP Cert")
	want := web.Clone()
	want.Name, want.DisplayName, want.OID = "CloudDPCert", "Cloud DP Cert", ""
	want.Flags, want.PrivateKeyFlags = 131649, 0x01010000
	want.SchemaVersion, want.Revision, want.MinorRevision = 2, 100, 0
	want.ApplicationPolicies = []string{template.ServerAuth}
	if !reflect.DeepEqual(d, want) {
		t.Errorf("got  %+v\nwant %+v", d, want)
	}
	d.ExtKeyUsage[0], d.Access[0].Rights = template.ClientAuth, template.Write
	if web.ExtKeyUsage[0] != template.ServerAuth || web.Access[0].Rights != template.Read {
		t.Error("the duplicate shares memory with its source")
	}
}

func TestDuplicateKeepsANewerTemplateNew(t *testing.T) {
	original := newer()
	original.ApplicationPolicies = []string{template.ServerAuth, template.ClientAuth}
	original.PrivateKeyFlags |= template.PrivateKeyServer2016
	want := original.Clone()
	want.Name, want.DisplayName = "Newer", "New er"
	if got := original.Duplicate("New er"); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	second := template.CloudDP(group)
	second.PrivateKeyFlags |= template.PrivateKeyServerVersions
	if got := second.Duplicate("Again"); got.PrivateKeyFlags != 16842768 || got.SchemaVersion != 2 {
		t.Errorf("a duplicate of a duplicate has private key flags %s, schema version %d", got.PrivateKeyFlags, got.SchemaVersion)
	}
}

func TestCloudDPIsWhatTheGuideMakes(t *testing.T) {
	got := template.CloudDP(group)
	if err := got.Validate(); err != nil {
		t.Fatal(err)
	}
	if findings := got.Check(); len(findings) != 0 {
		t.Errorf("findings: %v", findings)
	}
	if got.PrivateKeyFlags != 16842768 {
		t.Errorf("private key flags %d, want 16842768", got.PrivateKeyFlags)
	}
	want := []template.Access{{SID: template.AuthenticatedUsers, Rights: template.Read}, {SID: group, Rights: template.Read | template.Enroll}}
	if !slices.Equal(got.Access, want) {
		t.Errorf("access %v, want %v", got.Access, want)
	}
}

func TestValidateListsEveryProblem(t *testing.T) {
	bad := template.Template{
		Name:               "Cloud/DP",
		DisplayName:        "Cloud\nDP",
		OID:                "1.50.1",
		SchemaVersion:      5,
		Revision:           -1,
		KeySpec:            3,
		MinimalKeySize:     -1,
		Validity:           time.Hour,
		Renewal:            2 * time.Hour,
		ExtKeyUsage:        []string{"serverAuth"},
		CriticalExtensions: []string{"2.5.29.15", "2.5.29.15"},
		CSPs:               []template.CSP{{Preference: -1, Name: "Microsoft"}},
		RASignatures:       -1,
		Access:             []template.Access{{SID: "Admins", Rights: template.Read}, {SID: group}, {SID: group, Rights: template.Read}},
	}
	invalid, _ := errors.AsType[*template.InvalidError](bad.Validate())
	if invalid == nil {
		t.Fatalf("got %v, want an InvalidError", bad.Validate())
	}
	var fields []string
	for _, p := range invalid.Problems {
		fields = append(fields, p.Field)
	}
	want := []string{
		"Name", "DisplayName", "OID", "SchemaVersion", "Revision", "KeySpec", "MinimalKeySize", "RASignatures", "Renewal",
		"ExtKeyUsage", "CriticalExtensions", "CSPs", "Access", "Access", "Access",
	}
	if !slices.Equal(fields, want) {
		t.Errorf("fields %v\nwant   %v", fields, want)
	}
}

func TestObjectIdentifiers(t *testing.T) {
	for oid, valid := range map[string]bool{
		"1.3.6.1.4.1.311.21.8.4837291.9026315.1529844.7710235.3308176.201.10000001.99999999": true,
		"2.999.1":                         true,
		"1.39":                            true,
		"1.40":                            false,
		"3.1":                             false,
		"1":                               false,
		"1..2":                            false,
		"1.02":                            false,
		"1.2.2147483648":                  false,
		"1.2." + strings.Repeat("9", 300): false,
	} {
		wanted := template.CloudDP(group)
		wanted.OID = oid
		if err := wanted.Validate(); (err == nil) != valid {
			t.Errorf("%q: %v", oid, err)
		}
	}
}

func TestSIDs(t *testing.T) {
	for sid, valid := range map[template.SID]bool{
		group:                                   true,
		template.Everyone:                       true,
		template.AuthenticatedUsers:             true,
		"S-1-281474976710655-1":                 true,
		"S-1-281474976710656-1":                 false,
		"S-1-5-4294967295":                      true,
		"S-1-5-4294967296":                      false,
		"":                                      false,
		"S-1-5":                                 false,
		"s-1-5-11":                              false,
		"S-1-5-11 ":                             false,
		"S-2-5-11":                              false,
		"S-1-5-1-2-3-4-5-6-7-8-9-0-1-2-3-4-5-6": false,
		"CONTOSO\\Admins":                       false,
	} {
		err := sid.Validate()
		if (err == nil) != valid {
			t.Errorf("%q: %v, want valid %t", sid, err, valid)
		}
		if err != nil && !errors.Is(err, template.ErrInvalid) {
			t.Errorf("%q: %v is no ErrInvalid", sid, err)
		}
	}
}

func TestFlagsArePrintable(t *testing.T) {
	for got, want := range map[string]string{
		template.WebServer().Flags.String():                           "enrollee supplies subject|machine type|add template name|default",
		template.CloudDP(group).PrivateKeyFlags.String():              "exportable|server 2003|client XP",
		template.EnrollmentFlags(0).String():                          "none",
		template.NameFlags(0x00000101).String():                       "enrollee supplies subject|0x00000100",
		template.PrivateKeyFlags(0x01010000).String():                 "server 2003|client XP",
		template.PrivateKeyFlags(50659328).String():                   "server 2012 R2|client 7",
		template.PrivateKeyFlags(101056512).String():                  "server 2016|client 10",
		template.PrivateKeyFlags(0xF7070100).String():                 "legacy provider|0xF7070000",
		template.PrivateKeyFlags(0).String():                          "none",
		(template.Read | template.Enroll).String():                    "Read, Enroll",
		template.Change{Action: 99, Template: "CloudDPCert"}.String(): "Action(99) on CloudDPCert",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestEveryPublishedFlagHasAName holds for [MS-CRTD] sections 2.4 and 2.26 to 2.28.
func TestEveryPublishedFlagHasAName(t *testing.T) {
	general, enrollment, names, keys := uint32(0x31AFB), uint32(0xFFD7F), uint32(0xFFC10009), uint32(0x06367FF1)
	seen := map[string]bool{}
	for bit := range 32 {
		word := uint32(1) << bit
		for what, text := range map[string]string{
			"general":    template.GeneralFlags(general & word).String(),
			"enrollment": template.EnrollmentFlags(enrollment & word).String(),
			"name":       template.NameFlags(names & word).String(),
			"key":        template.PrivateKeyFlags(keys & word).String(),
		} {
			if strings.Contains(text, "0x") || seen[what+text] && text != "none" {
				t.Errorf("%s flag %#x is called %q", what, word, text)
			}
			seen[what+text] = true
		}
	}
}

func FuzzSID(f *testing.F) {
	for _, seed := range []string{string(group), "S-1-1-0", "", "S-1-5-99999999999", "S-1--5-1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		err := template.SID(s).Validate()
		if err == nil && (!strings.HasPrefix(s, "S-1-") || len(s) > 4+15+15*11) {
			t.Errorf("%q was accepted", s)
		}
		if err != nil && !errors.Is(err, template.ErrInvalid) {
			t.Errorf("%q: %v is no ErrInvalid", s, err)
		}
		if again, parsed := template.ParseSID(template.SID(s).Encode()); (err == nil) != (parsed == nil && string(again) == s) {
			t.Errorf("%q reads back as %q, %v", s, again, parsed)
		}
	})
}
