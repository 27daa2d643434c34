package template_test

import (
	"testing"

	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/template"
)

// TestPlanSeesProvidersThatLookAlike has one provider whose name reads like two.
func TestPlanSeesProvidersThatLookAlike(t *testing.T) {
	two := []template.CSP{{Preference: 1, Name: "A"}, {Preference: 2, Name: "B"}}
	for _, name := range []string{"A; 2,B", `A"; "2,B`} {
		ca, d := certstest.NewCA(authority), desired()
		d.Template.CSPs = []template.CSP{{Preference: 1, Name: name}}
		if _, err := template.Apply(t.Context(), ca, d); err != nil {
			t.Fatal(err)
		}
		if changes, err := template.Plan(t.Context(), ca, d); err != nil || len(changes) != 0 {
			t.Errorf("%s: the same again: %v, %v", name, changes, err)
		}
		d.Template.CSPs = two
		changes, err := template.Plan(t.Context(), ca, d)
		if err != nil || len(changes) != 1 || changes[0].Attribute != "pKIDefaultCSPs" || changes[0].From == changes[0].To {
			t.Errorf("%s: got %v, %v, want a change of providers", name, changes, err)
		}
	}
}
