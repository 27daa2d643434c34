package adminservice

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/clouddp/sdk/clientsettings"
)

// row is an instance of a WMI class as the service gave it. Its methods read properties, whose names WMI compares
// without regard to case, and take the types that the documents disagree about for one another. A property that is
// absent or null reads as zero. The first one that cannot be read stays as the error.
type row struct {
	class string
	raw   map[string]any
	names map[string]string // by name in lower case
	err   error
}

func newRow(class string, raw map[string]any) *row {
	r := &row{class: class, raw: raw, names: make(map[string]string, len(raw))}
	for name := range raw {
		r.names[strings.ToLower(name)] = name
	}
	return r
}

// value returns a property as it came; nil if there is none.
func (r *row) value(name string) any {
	spelt, ok := r.names[strings.ToLower(name)]
	if !ok {
		return nil
	}
	return r.raw[spelt]
}

// fail keeps the first error.
func (r *row) fail(name, want string) {
	if r.err == nil {
		r.err = fmt.Errorf("%s.%s is %.40q, not %s: %w", r.class, name, printable(fmt.Sprint(r.value(name))), want, ErrIntegrity)
	}
}

// require fails if one of the properties is absent.
func (r *row) require(names ...string) {
	for _, name := range names {
		if r.value(name) == nil && r.err == nil {
			r.err = fmt.Errorf("%s.%s is missing: %w", r.class, name, ErrIntegrity)
		}
	}
}

func (r *row) text(name string) string {
	switch value := r.value(name).(type) {
	case nil:
		return ""
	case string:
		return value
	case json.Number:
		return value.String()
	case bool:
		return strconv.FormatBool(value)
	}
	r.fail(name, "text")
	return ""
}

// integer returns a number of 64 bits.
func (r *row) integer(name string) int64 {
	text := strings.TrimSpace(r.text(name))
	if text == "" {
		return 0
	}
	if number, err := parseInteger(text); err == nil {
		return number
	}
	r.fail(name, "a number")
	return 0
}

// parseInteger also takes a whole number that is written with a fraction or an exponent.
func parseInteger(text string) (int64, error) {
	if number, err := strconv.ParseInt(text, 10, 64); err == nil {
		return number, nil
	}
	number, err := strconv.ParseFloat(text, 64)
	if err != nil || number != math.Trunc(number) || math.Abs(number) > 1<<53 {
		return 0, errors.New("not a whole number")
	}
	return int64(number), nil
}

// bits returns a number of 32 bits, which SQL shows signed and WMI unsigned.
func (r *row) bits(name string) uint32 {
	number := r.integer(name)
	if number < math.MinInt32 || number > math.MaxUint32 {
		r.fail(name, "a number of 32 bits")
		return 0
	}
	return uint32(number & math.MaxUint32) // a sign is reinterpreted
}

// small returns a number of 16 bits.
func (r *row) small(name string) uint16 {
	number := r.integer(name)
	if number < 0 || number > math.MaxUint16 {
		r.fail(name, "a number of 16 bits")
		return 0
	}
	return uint16(number)
}

func (r *row) answer(name string) clientsettings.Value {
	switch strings.ToLower(strings.TrimSpace(r.text(name))) {
	case "":
		return clientsettings.Unset
	case "true", "1", "yes":
		return clientsettings.Yes
	case "false", "0", "no":
		return clientsettings.No
	}
	r.fail(name, "true or false")
	return clientsettings.Unset
}

func (r *row) time(name string) time.Time {
	at, err := parseTime(r.text(name))
	if err != nil {
		r.fail(name, "a time")
	}
	return at
}

// rows returns the objects of an array; nil if there is none.
func (r *row) rows(name string) []*row {
	value := r.value(name)
	if value == nil {
		return nil
	}
	list, ok := value.([]any)
	if !ok {
		r.fail(name, "a list")
	}
	rows := make([]*row, 0, len(list))
	for _, element := range list {
		object, ok := element.(map[string]any)
		if !ok {
			r.fail(name, "a list of objects")
			return nil
		}
		rows = append(rows, newRow(r.class+"."+name, object))
	}
	return rows
}

// numbered returns the texts of properties 1 to 10, up to the last that is not null.
func (r *row) numbered(prefix string) []string {
	var texts []string
	for i := 1; i <= 10; i++ {
		name := prefix + strconv.Itoa(i)
		if r.value(name) == nil {
			continue
		}
		for len(texts) < i-1 {
			texts = append(texts, "")
		}
		texts = append(texts, r.text(name))
	}
	return texts
}

// key is what tells r from other rows of its listing: a JSON array of the properties.
func (r *row) key(names []string) string {
	values := make([]any, len(names))
	for i, name := range names {
		values[i] = r.value(name)
	}
	text, _ := json.Marshal(values) //nolint:errchkjson // Strings and numbers always can be.
	return string(text)
}
