package adminservicetest

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// maxNodes is how large a filter may be: the default of the framework that serves OData (ODataValidationSettings).
const maxNodes = 100

// expression is a parsed $filter. It returns whether an instance is selected.
type expression func(instance reflect.Value) bool

// parseFilter reads the part of the language that the service is known to take: comparisons of a property with a literal,
// startswith, endswith and contains, not, and, or, and parentheses.
func (c *class) parseFilter(text string) (expression, error) {
	tokens, err := scan(text)
	if err != nil {
		return nil, err
	}
	p := &filterParser{class: c, tokens: tokens}
	e, err := p.or(0)
	if err != nil {
		return nil, err
	}
	if len(p.tokens) > 0 {
		return nil, fmt.Errorf("syntax error at '%s'", p.tokens[0].text)
	}
	if p.nodes > maxNodes {
		return nil, fmt.Errorf("the node count limit of '%d' has been exceeded", maxNodes)
	}
	return e, nil
}

// token is a word, a literal or a punctuation mark.
type token struct {
	text   string
	quoted bool
}

func scan(text string) ([]token, error) {
	var tokens []token
	for text = strings.TrimLeft(text, " \t"); text != ""; text = strings.TrimLeft(text, " \t") {
		var t token
		var err error
		switch {
		case strings.ContainsRune("(),", rune(text[0])):
			t, text = token{text: text[:1]}, text[1:]
		case text[0] == '\'':
			if t, text, err = scanQuoted(text[1:]); err != nil {
				return nil, err
			}
		default:
			end := strings.IndexAny(text, " \t(),'")
			if end < 0 {
				end = len(text)
			}
			t, text = token{text: text[:end]}, text[end:]
		}
		tokens = append(tokens, t)
	}
	return tokens, nil
}

// scanQuoted reads a literal behind its opening quote; two quotes stand for one.
func scanQuoted(text string) (token, string, error) {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "'")
		b.WriteString(before)
		if !found {
			return token{}, "", errors.New("there is an unterminated string literal")
		}
		if !strings.HasPrefix(after, "'") {
			return token{b.String(), true}, after, nil
		}
		b.WriteByte('\'')
		text = after[1:]
	}
}

type filterParser struct {
	class  *class
	tokens []token
	nodes  int
}

// take consumes the next token if it is one of the words.
func (p *filterParser) take(words ...string) (string, bool) {
	if len(p.tokens) == 0 || p.tokens[0].quoted {
		return "", false
	}
	for _, word := range words {
		if p.tokens[0].text == word {
			p.tokens = p.tokens[1:]
			p.nodes++
			return word, true
		}
	}
	return "", false
}

func (p *filterParser) next() (token, error) {
	if len(p.tokens) == 0 {
		return token{}, errors.New("expression expected at the end")
	}
	t := p.tokens[0]
	p.tokens = p.tokens[1:]
	p.nodes++
	return t, nil
}

func (p *filterParser) or(depth int) (expression, error) {
	left, err := p.and(depth)
	for err == nil {
		if _, more := p.take("or"); !more {
			break
		}
		var right expression
		first := left
		if right, err = p.and(depth); err == nil {
			left = func(i reflect.Value) bool { return first(i) || right(i) }
		}
	}
	return left, err
}

func (p *filterParser) and(depth int) (expression, error) {
	left, err := p.unary(depth)
	for err == nil {
		if _, more := p.take("and"); !more {
			break
		}
		var right expression
		first := left
		if right, err = p.unary(depth); err == nil {
			left = func(i reflect.Value) bool { return first(i) && right(i) }
		}
	}
	return left, err
}

func (p *filterParser) unary(depth int) (expression, error) {
	if depth++; depth > maxNodes {
		return nil, errors.New("recursion limit reached")
	}
	if _, negated := p.take("not"); negated {
		inner, err := p.unary(depth)
		return func(i reflect.Value) bool { return !inner(i) }, err
	}
	if _, grouped := p.take("("); grouped {
		p.nodes-- // parentheses are no nodes
		inner, err := p.or(depth)
		if err != nil {
			return nil, err
		}
		return inner, p.expect(")")
	}
	return p.comparison()
}

func (p *filterParser) expect(mark string) error {
	if _, ok := p.take(mark); !ok {
		return fmt.Errorf("'%s' expected", mark)
	}
	p.nodes--
	return nil
}

// comparison reads "Property eq literal" or "function(Property,'text')", the latter with "eq true" behind it or not.
func (p *filterParser) comparison() (expression, error) {
	if name, ok := p.take("startswith", "endswith", "contains"); ok {
		return p.function(name)
	}
	property, err := p.property()
	if err != nil {
		return nil, err
	}
	operator, ok := p.take("eq", "ne", "gt", "ge", "lt", "le")
	if !ok {
		return nil, fmt.Errorf("operator expected after '%s'", property.name)
	}
	literal, err := p.next()
	if err != nil {
		return nil, err
	}
	compare, err := comparer(property, literal)
	if err != nil {
		return nil, err
	}
	return func(i reflect.Value) bool { return holds(operator, compare, i.Field(property.index)) }, nil
}

func (p *filterParser) property() (property, error) {
	t, err := p.next()
	if err != nil {
		return property{}, err
	}
	found, ok := p.class.property(t.text)
	if t.quoted || !ok {
		return property{}, fmt.Errorf("could not find a property named '%s' on type 'AdminService.%s'", t.text, p.class.name)
	}
	if found.lazy || found.kind.Kind() == reflect.Slice {
		return property{}, fmt.Errorf("the property '%s' cannot be used in the $filter query option", found.name)
	}
	return found, nil
}

func (p *filterParser) function(name string) (expression, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	property, err := p.property()
	if err != nil {
		return nil, err
	}
	if property.kind != reflect.TypeFor[string]() {
		return nil, fmt.Errorf("the function '%s' takes text", name)
	}
	if err := p.expect(","); err != nil {
		return nil, err
	}
	argument, err := p.next()
	if err != nil || !argument.quoted {
		return nil, fmt.Errorf("the function '%s' takes a string literal", name)
	}
	if err := p.expect(")"); err != nil {
		return nil, err
	}
	want := true
	if _, compared := p.take("eq"); compared {
		word, ok := p.take("true", "false")
		if !ok {
			return nil, errors.New("'true' or 'false' expected")
		}
		want = word == "true"
	}
	test := map[string]func(s, part string) bool{
		"startswith": strings.HasPrefix, "endswith": strings.HasSuffix, "contains": strings.Contains,
	}[name]
	return func(i reflect.Value) bool {
		return test(strings.ToLower(i.Field(property.index).String()), strings.ToLower(argument.text)) == want
	}, nil
}

// comparer returns how a property compares with a literal; false for null. Text compares without regard to case, as the
// site's database does.
func comparer(p property, literal token) (func(reflect.Value) (int, bool), error) {
	mismatch := fmt.Errorf("a binary operator with incompatible types: property '%s' and literal '%s'", p.name, literal.text)
	kind := p.kind
	if kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	if literal.quoted != (kind.Kind() == reflect.String) {
		return nil, mismatch
	}
	switch kind.Kind() {
	case reflect.String:
		want := strings.ToLower(literal.text)
		return func(v reflect.Value) (int, bool) {
			if v = reflect.Indirect(v); !v.IsValid() {
				return 0, false
			}
			return strings.Compare(strings.ToLower(v.String()), want), true
		}, nil
	case reflect.Int64, reflect.Uint32, reflect.Uint64:
		want, err := strconv.ParseInt(literal.text, 10, 64)
		return func(v reflect.Value) (int, bool) {
			if v = reflect.Indirect(v); !v.IsValid() {
				return 0, false
			}
			return cmp.Compare(integer(v), want), true
		}, orMismatch(err, mismatch)
	case reflect.Bool:
		if literal.text != "true" && literal.text != "false" {
			return nil, mismatch
		}
		return func(v reflect.Value) (int, bool) {
			return cmp.Compare(truth(v.Bool()), truth(literal.text == "true")), true
		}, nil
	case reflect.Struct:
		want, err := time.Parse(time.RFC3339, literal.text)
		return func(v reflect.Value) (int, bool) {
			at, _ := reflect.TypeAssert[time.Time](v)
			return at.Compare(want), true
		}, orMismatch(err, mismatch)
	default:
		return nil, mismatch
	}
}

func orMismatch(err, mismatch error) error {
	if err != nil {
		return mismatch
	}
	return nil
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// integer returns a number of any size.
func integer(v reflect.Value) int64 {
	if v.CanInt() {
		return v.Int()
	}
	return int64(v.Uint()) //nolint:gosec // Tests have no numbers that large.
}

func holds(operator string, compare func(reflect.Value) (int, bool), v reflect.Value) bool {
	order, ok := compare(v)
	if !ok {
		return operator == "ne"
	}
	switch operator {
	case "eq":
		return order == 0
	case "ne":
		return order != 0
	case "gt":
		return order > 0
	case "ge":
		return order >= 0
	case "lt":
		return order < 0
	default:
		return order <= 0
	}
}
