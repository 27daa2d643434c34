package adminservice_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf16"

	"github.com/clouddp/sdk/clouddp/adminservice"
	"github.com/clouddp/sdk/clouddp/clouddptest"
	"github.com/clouddp/sdk/statusmsg"
)

// A client whose messages go to a site announces there that its service is ready, once.
func TestClientReportsToASite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		l.service.ProcessTime = 10 * time.Second
		lab := clouddptest.NewLab()
		client := lab.Client()
		client.Messages = &adminservice.UserMessages{Site: l.site}
		spec := lab.Spec("clouddp")
		for range 2 {
			operation, err := client.Create(t.Context(), spec)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := operation.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		messages := must(t, l.site.Messages(t.Context(), statusmsg.Query{}))
		if len(messages) != 1 || messages[0].ID != statusmsg.UserInformational {
			t.Fatalf("messages = %v", messages)
		}
		const want = "9409 SMS_CLOUD_SERVICES_MANAGER clouddp.contoso.com: The cloud distribution point is provisioned and ready."
		if messages[0].Insertions[0] != want {
			t.Errorf("the text is %q", messages[0].Insertions[0])
		}
		if a := messages[0].Attributes; len(a) != 2 || a[0].ID != statusmsg.AttributeDistributionPoint {
			t.Errorf("attributes = %v", a)
		}
	})
}

func TestUserMessagesHaveOneShortLine(t *testing.T) {
	for name, text := range map[string]string{
		"long": strings.Repeat("x", 1000), "beyond the basic plane": strings.Repeat("\U0001F600", 300), "odd": "x" + strings.Repeat("\U0001F600", 300),
		"lines": "a%n%t%rb", "control": "a\x07b",
	} {
		l := newLab(t)
		sink := &adminservice.UserMessages{Site: l.site, Catalog: statusmsg.Catalog{9425: text}}
		m := statusmsg.Message{ID: 9425, Severity: statusmsg.Error, Component: "C", Machine: "M", Insertions: []string{"a", "b"}}
		if err := sink.Report(t.Context(), m); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := l.service.Messages()[0]
		said := got.Insertions[0]
		if got.ID != statusmsg.UserError || len(utf16.Encode([]rune(said))) > 255 || strings.ContainsAny(said, "\r\n\t\x07\ufffd") || !strings.HasPrefix(said, "9425 C M: ") {
			t.Errorf("%s: %v", name, got)
		}
	}
	sink := &adminservice.UserMessages{Site: newLab(t).site}
	if err := sink.Report(t.Context(), statusmsg.Message{}); !errors.Is(err, statusmsg.ErrInvalid) {
		t.Errorf("error = %v", err)
	}
}

func TestUserMessagesAreHandedOn(t *testing.T) {
	l := newLab(t)
	sink := &adminservice.UserMessages{Site: l.site}
	if err := sink.Report(t.Context(), userMessage("k")); err != nil || l.service.Messages()[0].Insertions[0] != "storage at 91 %" {
		t.Errorf("%v, %v", l.service.Messages(), err)
	}
}
