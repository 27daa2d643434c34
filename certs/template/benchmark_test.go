package template_test

import (
	"testing"

	"github.com/clouddp/sdk/certs/template"
)

func BenchmarkParseAttributes(b *testing.B) {
	attributes := attributesOf(b, newerDump)
	for b.Loop() {
		if _, err := template.ParseAttributes("Newer", attributes); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWithAccess(b *testing.B) {
	data, access := builtIn(b), template.CloudDP(group).Access
	for b.Loop() {
		d, err := template.ParseSecurityDescriptor(data)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := d.WithAccess(access); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLDIF(b *testing.B) {
	text := ldif(b, desiredWithOID())
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		records, err := template.ParseLDIF(text)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := template.FormatLDIF(records); err != nil {
			b.Fatal(err)
		}
	}
}
