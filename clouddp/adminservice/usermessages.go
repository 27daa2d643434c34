package adminservice

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/clouddp/sdk/statusmsg"
)

// UserMessages is a [statusmsg.Sink] that reports every message to a site as the user message of its severity: what is a
// message 9409 elsewhere becomes a 39997 whose text begins with that number. With it a site can be the Messages of a
// clouddp.Client. It is safe for concurrent use.
type UserMessages struct {
	// Site receives the messages. Required.
	Site *Site
	// Catalog has the texts; nil means [statusmsg.Documented].
	Catalog statusmsg.Catalog
}

// Report implements [statusmsg.Sink]. A user message is handed on as it is; of any other the text, up to 255 characters,
// the key, time, error and attributes are kept. Errors are those of [Site.Report].
func (u *UserMessages) Report(ctx context.Context, m statusmsg.Message) error {
	if err := m.Validate(); err != nil {
		return err
	}
	ids := map[statusmsg.Severity]statusmsg.ID{
		statusmsg.Informational: statusmsg.UserInformational, statusmsg.Warning: statusmsg.UserWarning,
		statusmsg.Error: statusmsg.UserError,
	}
	if id := ids[m.Severity]; m.ID != id {
		m.Insertions = []string{u.text(m)}
		m.ID = id
	}
	return u.Site.Report(ctx, m)
}

// text returns what m says, on one line.
func (u *UserMessages) text(m statusmsg.Message) string {
	catalog := u.Catalog
	if catalog == nil {
		catalog = statusmsg.Documented()
	}
	text := fmt.Sprintf("%d %s %s: %s", m.ID, m.Component, m.Machine, catalog.Text(m))
	words := strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
	return shorten(strings.ToValidUTF8(strings.Join(words, " "), ""), maxMessageText)
}

// shorten returns what of text fits into so many characters, counted as Windows does.
func shorten(text string, limit int) string {
	size, end := 0, 0 // end is where an ellipsis would go
	for i, r := range text {
		if size < limit {
			end = i
		}
		if size += utf16.RuneLen(r); size > limit {
			return text[:end] + "…"
		}
	}
	return text
}
