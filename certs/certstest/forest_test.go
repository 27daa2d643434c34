package certstest_test

import (
	"errors"
	"testing"

	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/template"
)

func TestForestIsACopy(t *testing.T) {
	ca := certstest.NewCA("Contoso Issuing CA")
	forest := ca.Forest()
	forest.Published[0], forest.Templates[0].Name = "X", "X"
	forest.Templates[0].Attributes[0].Values[0] = []byte("X")
	clear(forest.Groups)
	after := ca.Forest()
	if after.Published[0] != "WebServer" || after.Templates[0].Name != "WebServer" || len(after.Groups) == 0 ||
		string(after.Templates[0].Attributes[0].Values[0]) == "X" {
		t.Errorf("the CA's own memory was handed out: %+v", after)
	}
}

func TestSetForest(t *testing.T) {
	ca := certstest.NewCA("Contoso Issuing CA")
	forest := ca.Forest()
	forest.Templates[0].Name = "Renamed"
	forest.Published = []string{"Renamed"}
	ca.SetForest(forest)
	forest.Templates[0].Name = "Again"
	if _, err := ca.Template(t.Context(), "WebServer"); !errors.Is(err, template.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
	if got, err := ca.Template(t.Context(), "renamed"); err != nil || got.DisplayName != "Web Server" {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := ca.Published(t.Context(), ca.Name()); err != nil || len(got) != 1 || got[0] != "Renamed" {
		t.Errorf("published %v, %v", got, err)
	}
}
