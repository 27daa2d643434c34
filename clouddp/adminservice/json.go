package adminservice

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

const (
	// maxDepth bounds how deep values are nested.
	maxDepth = 64
	// maxValues bounds how many values there are in one answer, which all take memory.
	maxValues = 1 << 20
)

// parse reads one JSON value: objects as map[string]any, arrays as []any, numbers as [json.Number]. Unlike
// [json.Unmarshal] it refuses a name that occurs twice, in any case, and text that is not UTF-8. A byte order mark is
// skipped.
func parse(body []byte) (any, error) {
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	if !utf8.Valid(body) {
		return nil, errors.New("it is not UTF-8")
	}
	p := parser{decoder: json.NewDecoder(bytes.NewReader(body))}
	p.decoder.UseNumber()
	value, err := p.value(0)
	if err != nil {
		return nil, err
	}
	if _, err := p.decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the value")
	}
	return value, nil
}

type parser struct {
	decoder *json.Decoder
	values  int
}

func (p *parser) value(depth int) (any, error) {
	p.values++
	if depth > maxDepth || p.values > maxValues {
		return nil, fmt.Errorf("it is nested too deep or holds too many values: %w", ErrLimit)
	}
	token, err := p.decoder.Token()
	if errors.Is(err, io.EOF) {
		return nil, io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		return p.object(depth + 1)
	case json.Delim('['):
		return p.array(depth + 1)
	}
	return token, nil
}

func (p *parser) object(depth int) (map[string]any, error) {
	object, seen := map[string]any{}, map[string]bool{}
	for p.decoder.More() {
		token, err := p.decoder.Token()
		if err != nil {
			return nil, err
		}
		name, _ := token.(string)
		if seen[strings.ToLower(name)] {
			return nil, fmt.Errorf("the name %q occurs twice", printable(name))
		}
		seen[strings.ToLower(name)] = true
		if object[name], err = p.value(depth); err != nil {
			return nil, err
		}
	}
	_, err := p.decoder.Token()
	return object, err
}

func (p *parser) array(depth int) ([]any, error) {
	array := []any{}
	for p.decoder.More() {
		value, err := p.value(depth)
		if err != nil {
			return nil, err
		}
		array = append(array, value)
	}
	_, err := p.decoder.Token()
	return array, err
}
