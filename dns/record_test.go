package dns_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clouddp/sdk/dns"
)

func TestRecordCanonical(t *testing.T) {
	got, err := dns.Record{Name: "CloudDP.Contoso.com.", Type: "cname", Value: "X.CloudApp.NET.", TTL: time.Minute}.Canonical()
	want := dns.Record{Name: "clouddp.contoso.com", Type: dns.TypeCNAME, Value: "x.cloudapp.net", TTL: time.Minute}
	if err != nil || got != want {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	text := dns.Record{Name: "contoso.com", Type: dns.TypeTXT, Value: "MS=Ms 1 \x00\xff"}
	if got, err := text.Canonical(); err != nil || got != text {
		t.Errorf("got %v, %v, want %v", got, err, text)
	}
}

func TestRecordProblems(t *testing.T) {
	tests := []struct {
		record dns.Record
		fields []string
	}{
		{dns.Record{}, []string{"Name", "Type"}},
		{dns.Record{Name: "a b", Type: "CNAME", TTL: -time.Second}, []string{"Name", "Value", "TTL"}},
		{dns.Record{Name: "a.example", Type: "CNAME", Value: "A.example."}, []string{"Value"}},
		{dns.Record{Name: "a.example", Type: "CNAME", Value: "*.example"}, []string{"Value"}},
		{dns.Record{Name: "a.example", Type: "A", Value: "192.0.2.1"}, []string{"Type"}},
		{dns.Record{Name: "a.example", Type: "TXT", Value: strings.Repeat("x", 256)}, []string{"Value"}},
		{dns.Record{Name: "a.example", Type: "TXT", TTL: time.Second / 2}, []string{"TTL"}},
		{dns.Record{Name: "a.example", Type: "TXT", TTL: 1 << 31 * time.Second}, []string{"TTL"}},
	}
	for _, test := range tests {
		_, err := test.record.Canonical()
		invalid, ok := errors.AsType[*dns.InvalidError](err)
		if !ok {
			t.Errorf("%v: got %v, want an InvalidError", test.record, err)
			continue
		}
		var fields []string
		for _, problem := range invalid.Problems {
			fields = append(fields, problem.Field)
		}
		if !slices.Equal(fields, test.fields) {
			t.Errorf("%v: got problems with %v, want %v", test.record, fields, test.fields)
		}
	}
}

func TestRecordEqual(t *testing.T) {
	record := alias()
	loud := dns.Record{Name: "CLOUDDP.contoso.com.", Type: "cname", Value: "clouddp.CloudApp.net.", TTL: time.Hour}
	if !record.Equal(loud) {
		t.Errorf("%v differs from %v", record, loud)
	}
	text := dns.Record{Name: "a.example", Type: dns.TypeTXT, Value: "Text."}
	for _, value := range []string{"text.", "Text"} {
		other := text
		other.Value = value
		if text.Equal(other) {
			t.Errorf("%v equals %v", text, other)
		}
	}
}

func TestRecordString(t *testing.T) {
	text := dns.Record{Name: "a.example", Type: dns.TypeTXT, Value: "one\ntwo", TTL: time.Minute}
	if got, want := text.String(), `a.example 60 TXT "one\ntwo"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
