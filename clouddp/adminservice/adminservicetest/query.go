package adminservicetest

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxOrder is by how many properties rows may be sorted: the default of the framework (MaxOrderByNodeCount).
const maxOrder = 5

// list answers a request for the instances of a class.
func (x *exchange) list(c *class) *answer {
	query, refused := x.query("$filter", "$orderby", "$top", "$skip", "$select", "$count")
	if refused != nil {
		return refused
	}
	rows := slices.Clone(x.instances[c.name])
	if text := query.Get("$filter"); text != "" {
		selects, err := c.parseFilter(text)
		if err != nil {
			return badRequest("The query specified in the URI is not valid. %s.", err)
		}
		rows = slices.DeleteFunc(rows, func(row reflect.Value) bool { return !selects(row) })
	}
	if err := c.sort(rows, query.Get("$orderby")); err != nil {
		return badRequest("The query specified in the URI is not valid. %s.", err)
	}
	return x.page(c, rows, query)
}

// query returns the options of the request, which must be among those known.
func (x *exchange) query(known ...string) (url.Values, *answer) {
	query, err := url.ParseQuery(x.request.URL.RawQuery)
	if err != nil {
		return nil, badRequest("The query string is malformed.")
	}
	for name, values := range query {
		if !slices.Contains(known, name) || len(values) > 1 {
			return nil, badRequest("The query parameter '%s' is not supported.", name)
		}
	}
	return query, nil
}

// page answers with some of the rows. The link to the next page leads through what was asked for and not beyond.
func (x *exchange) page(c *class, rows []reflect.Value, query url.Values) *answer {
	skip, err := count(query, "$skip", 0)
	if err != nil {
		return badRequest("The query specified in the URI is not valid. %s.", err)
	}
	top, err := count(query, "$top", len(rows))
	if err != nil {
		return badRequest("The query specified in the URI is not valid. %s.", err)
	}
	rows = rows[min(skip, len(rows)):]
	rows = rows[:min(top, len(rows))]
	body := object{"@odata.context": x.metadata(c)}
	if x.PageSize > 0 && len(rows) > x.PageSize {
		rows = rows[:x.PageSize]
		query.Set("$skip", strconv.Itoa(skip+x.PageSize))
		query.Set("$top", strconv.Itoa(top-x.PageSize))
		if !x.NoLinks {
			body["@odata.nextLink"] = x.base() + "/wmi/" + c.name + "?" + query.Encode()
		}
	}
	x.spoil(body, c)
	selected, refused := c.selected(query.Get("$select"))
	if refused != nil {
		return refused
	}
	values := make([]any, 0, len(rows))
	for _, row := range rows {
		values = append(values, c.entity(row, selected, false))
	}
	body["value"] = values
	return &answer{status: http.StatusOK, body: body}
}

func count(query url.Values, name string, fallback int) (int, error) {
	if !query.Has(name) {
		return fallback, nil
	}
	n, err := strconv.ParseUint(query.Get(name), 10, 31)
	if err != nil {
		return 0, fmt.Errorf("invalid value '%s' for %s query option found", query.Get(name), name)
	}
	return int(n), nil
}

// sort orders rows by the properties of $orderby, or by the key without.
func (c *class) sort(rows []reflect.Value, order string) error {
	terms := strings.Split(order, ",")
	if len(terms) > maxOrder {
		return fmt.Errorf("the limit of '%d' for $orderby has been exceeded", maxOrder)
	}
	var by []func(a, b reflect.Value) int
	for _, term := range terms {
		if order == "" {
			break
		}
		name, direction, _ := strings.Cut(strings.TrimSpace(term), " ")
		p, ok := c.property(name)
		if !ok || p.lazy || p.kind.Kind() == reflect.Slice {
			return fmt.Errorf("could not find a property named '%s' on type 'AdminService.%s'", name, c.name)
		}
		switch strings.TrimSpace(direction) {
		case "", "asc":
			by = append(by, func(a, b reflect.Value) int { return compareValues(a.Field(p.index), b.Field(p.index)) })
		case "desc":
			by = append(by, func(a, b reflect.Value) int { return compareValues(b.Field(p.index), a.Field(p.index)) })
		default:
			return fmt.Errorf("syntax error in $orderby at '%s'", direction)
		}
	}
	slices.SortStableFunc(rows, func(a, b reflect.Value) int {
		for _, compare := range by {
			if order := compare(a, b); order != 0 {
				return order
			}
		}
		return 0
	})
	return nil
}

func compareValues(a, b reflect.Value) int {
	a, b = reflect.Indirect(a), reflect.Indirect(b)
	switch {
	case !a.IsValid() || !b.IsValid():
		return cmp.Compare(truth(a.IsValid()), truth(b.IsValid()))
	case a.Kind() == reflect.String:
		return strings.Compare(strings.ToLower(a.String()), strings.ToLower(b.String()))
	case a.Kind() == reflect.Bool:
		return cmp.Compare(truth(a.Bool()), truth(b.Bool()))
	case a.Kind() == reflect.Struct:
		first, _ := reflect.TypeAssert[time.Time](a)
		second, _ := reflect.TypeAssert[time.Time](b)
		return first.Compare(second)
	}
	return cmp.Compare(integer(a), integer(b))
}

// selected returns the properties that $select names; nil for all.
func (c *class) selected(text string) (map[string]bool, *answer) {
	if text == "" {
		return nil, nil
	}
	names := map[string]bool{}
	for name := range strings.SplitSeq(text, ",") {
		p, ok := c.property(strings.TrimSpace(name))
		if !ok {
			return nil, badRequest("Could not find a property named '%s' on type 'AdminService.%s'.", name, c.name)
		}
		names[p.name] = true
	}
	return names, nil
}

// object is a JSON object.
type object map[string]any

// entity returns an instance as it is sent. Lazy properties are null unless the instance was asked for by its key.
func (c *class) entity(row reflect.Value, selected map[string]bool, byKey bool) object {
	o := object{"@odata.etag": c.keyOf(row), "__CLASS": c.name}
	lazy := []string{}
	for _, p := range c.properties {
		if p.lazy {
			lazy = append(lazy, p.name)
		}
		if selected != nil && !selected[p.name] {
			continue
		}
		o[p.name] = wire(row.Field(p.index))
		if p.lazy && !byKey {
			o[p.name] = nil
		}
	}
	o["__LAZYPROPERTIES"] = lazy
	return o
}

// wire returns a value as it is sent. A time without value is one of those that mean "never".
func wire(v reflect.Value) any {
	switch value := v.Interface().(type) {
	case time.Time:
		if value.IsZero() {
			return "1980-01-01T06:00:00Z"
		}
		return value.UTC().Format("2006-01-02T15:04:05Z")
	case []agent:
		if value == nil {
			return nil
		}
	case *string:
		if value == nil {
			return nil
		}
	}
	return v.Interface()
}

// find returns the instance whose key is text, as it stands in parentheses in a path.
func (x *exchange) find(c *class, text string) (reflect.Value, *answer) {
	keys := c.keys()
	if len(keys) != 1 {
		return reflect.Value{}, badRequest("The key of '%s' has %d properties.", c.name, len(keys))
	}
	quoted := len(text) > 1 && strings.HasPrefix(text, "'") && strings.HasSuffix(text, "'")
	if quoted != (keys[0].kind.Kind() == reflect.String) {
		return reflect.Value{}, badRequest("The key '%s' is not of the type of %s.%s.", text, c.name, keys[0].name)
	}
	if quoted {
		text = strings.ReplaceAll(text[1:len(text)-1], "''", "'")
	}
	for _, row := range x.instances[c.name] {
		if strings.EqualFold(fmt.Sprint(row.Field(keys[0].index).Interface()), text) {
			return row, nil
		}
	}
	return reflect.Value{}, &answer{status: http.StatusNotFound, message: fmt.Sprintf("%s(%s) was not found.", c.name, text)}
}
