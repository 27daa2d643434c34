package classictest

import (
	"encoding/base64"
	"encoding/xml"
	"regexp"
	"time"
)

// property is an extended property.
type property struct {
	Name  string
	Value string
}

var propertyName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,63}$`)

func (p property) valid() bool { return propertyName.MatchString(p.Name) && len(p.Value) <= 255 }

// extended is the element of a reply; a nil pointer leaves it out.
type extended struct {
	List []property `xml:"ExtendedProperty"`
}

func newExtended(list []property) *extended {
	if len(list) == 0 {
		return nil
	}
	return &extended{list}
}

type faultBody struct {
	XMLName xml.Name `xml:"http://schemas.microsoft.com/windowsazure Error"`
	Code    string
	Message string
}

type availabilityBody struct {
	XMLName xml.Name `xml:"http://schemas.microsoft.com/windowsazure AvailabilityResponse"`
	Result  bool
	Reason  string `xml:",omitempty"`
}

func available(reason string) *availabilityBody {
	return &availabilityBody{Result: reason == "", Reason: reason}
}

func base64Text(raw []byte) string { return base64.StdEncoding.EncodeToString(raw) }

func timeText(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
