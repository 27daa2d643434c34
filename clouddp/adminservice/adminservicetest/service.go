package adminservicetest

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/clouddp/sdk/clientsettings"
	"github.com/clouddp/sdk/statusmsg"
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

// arrival is a message that was raised and cannot be read yet.
type arrival struct {
	visible time.Time
	message statusmsg.Message
}

// Plant puts objects into the site as they are. One with the key of another replaces it.
func (s *Service) Plant(instances ...Instance) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range instances {
		s.put(i)
	}
}

func (s *Service) put(i Instance) {
	c := s.class(i.class())
	key := c.keyOf(reflect.ValueOf(i))
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
	value := reflect.New(reflect.TypeOf(i)).Elem()
	value.Set(reflect.ValueOf(i))
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

// PlantMessages raises messages as the components of the site do. RecordIDs are assigned; Key is not kept.
func (s *Service) PlantMessages(messages ...statusmsg.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range messages {
		s.raise(m)
	}
}

func (s *Service) raise(m statusmsg.Message) {
	s.record++
	row := statMsg{
		RecordID: s.record, MessageID: uint32(m.ID), Severity: uint32(m.Severity), MessageType: uint32(m.Type),
		Component: m.Component, ModuleName: m.Module, SiteCode: m.Site, MachineName: m.Machine, TopLevelSiteCode: m.TopLevelSite,
		Time: m.Time.UTC(), ProcessID: m.ProcessID, ThreadID: m.ThreadID, ReportFunction: uint32(m.ReportFunction),
		PerClient: uint32(m.Flags & statusmsg.PerClient), Transaction: uint32(m.Flags & statusmsg.Transaction),
		SuccessfulTransaction: uint32(m.Flags & statusmsg.SuccessfulTransaction), Win32Error: m.Win32Error,
	}
	value := reflect.ValueOf(&row).Elem()
	for i, insertion := range m.Insertions[:min(len(m.Insertions), statusmsg.MaxInsertions)] {
		value.FieldByName("InsString" + strconv.Itoa(i+1)).Set(reflect.ValueOf(&insertion))
	}
	s.add(row)
	for _, a := range m.Attributes {
		s.add(statMsgAttribute{RecordID: s.record, AttributeID: a.ID, AttributeValue: a.Value, AttributeTime: row.Time})
	}
}

// Messages returns all messages of the site, those that cannot be read yet too.
func (s *Service) Messages() []statusmsg.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.arrive(time.Now().Add(s.ProcessTime))
	var messages []statusmsg.Message
	for _, value := range s.instances[(statMsg{}).class()] {
		row, _ := reflect.TypeAssert[statMsg](value)
		m := statusmsg.Message{
			RecordID: row.RecordID,
			ID:       statusmsg.ID(row.MessageID), //nolint:gosec // It was one.
			Severity: statusmsg.Severity(row.Severity), Type: statusmsg.Type(row.MessageType), Component: row.Component, Module: row.ModuleName, Site: row.SiteCode,
			Machine: row.MachineName, TopLevelSite: row.TopLevelSiteCode, Time: row.Time, ProcessID: row.ProcessID,
			ThreadID: row.ThreadID, ReportFunction: statusmsg.ReportFunction(row.ReportFunction),
			Flags: statusmsg.Flags(row.PerClient | row.Transaction | row.SuccessfulTransaction), Win32Error: row.Win32Error,
		}
		for i := range statusmsg.MaxInsertions {
			if text, _ := reflect.TypeAssert[*string](value.FieldByName("InsString" + strconv.Itoa(i+1))); text != nil {
				m.Insertions = append(m.Insertions, *text)
			}
		}
		for _, other := range s.instances[(statMsgAttribute{}).class()] {
			if a, _ := reflect.TypeAssert[statMsgAttribute](other); a.RecordID == m.RecordID {
				m.Attributes = append(m.Attributes, statusmsg.Attribute{ID: a.AttributeID, Value: a.AttributeValue})
			}
		}
		messages = append(messages, m)
	}
	return messages
}

// arrive makes messages readable that were raised long enough ago.
func (s *Service) arrive(now time.Time) {
	for len(s.arriving) > 0 && !s.arriving[0].visible.After(now) {
		s.raise(s.arriving[0].message)
		s.arriving = s.arriving[1:]
	}
}

// PlantPolicies puts client settings objects into the site, with the groups and assignments that they say. Every custom
// object contains another group too, and its description is "Managed by " and its ID. A policy whose ID is not a number, or
// that a site could not hold, is a [*clientsettings.InvalidError].
func (s *Service) PlantPolicies(policies ...clientsettings.Policy) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range policies {
		if err := p.Validate(); err != nil {
			return err
		}
		id, err := strconv.ParseUint(p.ID, 10, 32)
		if err != nil {
			return fmt.Errorf("adminservicetest: plant policy %q: ID %q is not a number: %w", p.Name, p.ID, clientsettings.ErrInvalid)
		}
		s.putPolicy(uint32(id), p)
	}
	return nil
}

func (s *Service) putPolicy(id uint32, p clientsettings.Policy) {
	row := clientSettings{
		SettingsID: id, Name: p.Name, Description: "Managed by " + p.ID, Enabled: true, FeatureType: featureSettings,
		Priority:        uint32(p.Priority),         //nolint:gosec // It was validated.
		AssignmentCount: uint32(len(p.Collections)), //nolint:gosec // Tests have few.
		CreatedBy:       `CONTOSO\admin`, DateCreated: time.Date(2026, time.January, 5, 8, 0, 0, 0, time.UTC),
		SecuredScopeNames:   []string{"Default"},
		AgentConfigurations: agentsOf(p),
	}
	switch p.Kind {
	case clientsettings.Default:
		s.put(clientSettingsDefault(row))
		return
	case clientsettings.User:
		row.Type = 2
	default:
		row.Type = 1
	}
	s.put(row)
	for _, collection := range p.Collections {
		s.put(settingsAssignment{ClientSettingsID: id, CollectionID: collection, CollectionName: collection})
	}
}

// HideDefaultGroups makes the site not show the groups of its default client settings object: Microsoft's reference does
// not know any.
func (s *Service) HideDefaultGroups() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, value := range s.instances[(clientSettingsDefault{}).class()] {
		value.FieldByName("AgentConfigurations").SetZero()
	}
}

const featureSettings = 2

// agentsOf returns the groups of a policy: one of another kind, and that of the cloud services if p has it.
func agentsOf(p clientsettings.Policy) []agent {
	agents := []agent{{"@odata.type": inventoryAgentType, "AgentID": 15, "Enabled": true, "MaxThirdPartyMIFSize": 250}}
	if p.CloudServices == nil {
		return agents
	}
	cloud := agent{
		"@odata.type": cloudAgentType, "AgentID": 22, "AllowCloudDP": boolean(p.CloudServices.AllowCloudDP),
		"AllowCMG": boolean(p.CloudServices.AllowCMG), "AutoAADJoin": boolean(p.CloudServices.AutoAADJoin),
	}
	if p.Kind == clientsettings.User { // the class has the settings of devices, which mean nothing here
		cloud["AllowCMG"], cloud["AutoAADJoin"] = false, false
	}
	return append(agents, cloud)
}

func boolean(v clientsettings.Value) any {
	if v == clientsettings.Unset {
		return nil
	}
	return v == clientsettings.Yes
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
