package adminservicetest

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
)

// Service is the AdminService of a site. The zero value is ready and its site empty. Set the fields before the first
// request; the methods are safe for concurrent use. A Service must not be copied.
type Service struct {
	// Path is where the service answers; empty means /AdminService.
	Path string
	// SiteCode and Machine are those of the server that has the SMS Provider; empty means PS1 and CM1.contoso.com.
	SiteCode, Machine string
	// PageSize is how many rows the service gives at a time, with a link to the next page; 0 means as many as asked for.
	PageSize int
	// NoLinks makes the service leave the link out, so that a caller must go on by itself.
	NoLinks bool
	// ProcessTime is how long a message that was raised takes until it can be read.
	ProcessTime time.Duration
	// Authenticate says whom to answer; nil means everybody. An error becomes 401 Unauthorized with its text.
	Authenticate func(*http.Request) error

	mu        sync.Mutex
	known     map[string]*class          // every class, by its name in lower case; nil before it is needed
	instances map[string][]reflect.Value // by class; each an addressable struct
	arriving  []arrival
	faults    []Fault
	fault     error
	record    int64
	requests  int
	writes    int
}

// Plant puts objects into the site as they are. One with the key of another replaces it.
func (s *Service) Plant(instances ...Instance) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range instances {
		if reflect.Indirect(reflect.ValueOf(i)).IsValid() { // else it is nil
			s.put(i)
		}
	}
}

func (s *Service) put(i Instance) {
	c := s.class(i.class())
	key := c.keyOf(reflect.Indirect(reflect.ValueOf(i)))
	if rows := s.instances[c.name]; len(rows) > 0 {
		s.instances[c.name] = slices.DeleteFunc(rows, func(other reflect.Value) bool { return c.keyOf(other) == key })
	}
	s.add(i)
}

// add is put for a row that has no other's key.
func (s *Service) add(i Instance) {
	if s.instances == nil {
		s.instances = map[string][]reflect.Value{}
	}
	given := reflect.Indirect(reflect.ValueOf(i))
	value := reflect.New(given.Type()).Elem()
	value.Set(given)
	s.instances[i.class()] = append(s.instances[i.class()], value)
}

// class returns that of a name, in any case; nil if it is unknown.
func (s *Service) class(name string) *class {
	if s.known == nil {
		s.known = classes()
	}
	return s.known[strings.ToLower(name)]
}

// keyOf returns the key of an instance, which is also its entity tag: the values with semicolons between.
func (c *class) keyOf(instance reflect.Value) string {
	var values []string
	for _, p := range c.keys() {
		values = append(values, fmt.Sprint(instance.Field(p.index).Interface()))
	}
	return strings.Join(values, ";")
}

// Requests returns how many requests the service has received, Writes how many of them have changed the site.
func (s *Service) Requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

// Writes returns how many requests have changed the site.
func (s *Service) Writes() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.writes
}

func orDefault[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}

func (s *Service) path() string { return strings.TrimSuffix(orDefault(s.Path, "/AdminService"), "/") }

func (s *Service) siteCode() string { return orDefault(s.SiteCode, "PS1") }

func (s *Service) machine() string { return orDefault(s.Machine, "CM1.contoso.com") }
