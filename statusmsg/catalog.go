package statusmsg

import (
	"fmt"
	"strings"
)

// Catalog holds the texts of messages by id, with the placeholders of [Render]. It is a plain map: add texts of your
// own, or those of your site's message files. A nil Catalog knows no text.
type Catalog map[ID]string

// Documented returns a new Catalog of the messages whose meaning Microsoft documents. Microsoft does not publish the
// texts themselves, so these are our own words; that of your site's message file may differ.
func Documented() Catalog {
	return Catalog{
		1015:               "The site component manager installed a component.",
		2301:               "The distribution manager processed a package.",
		2399:               "The distribution manager installed or upgraded a distribution point.",
		5035:               "The site backup is complete.",
		CloudDPReady:       "The cloud distribution point is provisioned and ready.",
		CertificateExpired: "A certificate of a cloud distribution point has expired.",
		UserInformational:  "%1",
		UserWarning:        "%1",
		UserError:          "%1",
	}
}

// Text returns the text of m with its insertion strings. A message that c does not know is described by its id,
// component and insertion strings, so that nothing is hidden.
func (c Catalog) Text(m Message) string {
	if text, ok := c[m.ID]; ok {
		return Render(text, m.Insertions)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Message %d", m.ID)
	if m.Component != "" {
		b.WriteString(" of " + printable(m.Component))
	}
	for i, insertion := range m.Insertions {
		fmt.Fprintf(&b, " %%%d=%q", i+1, insertion)
	}
	return b.String()
}
