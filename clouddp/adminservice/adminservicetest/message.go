package adminservicetest

import (
	"reflect"
	"strconv"
	"time"

	"github.com/clouddp/sdk/statusmsg"
)

// arrival is a message that was raised and cannot be read yet.
type arrival struct {
	visible time.Time
	message statusmsg.Message
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
		value.FieldByName(insString(i)).Set(reflect.ValueOf(&insertion))
	}
	s.add(row)
	for _, a := range m.Attributes {
		s.add(statMsgAttribute{RecordID: s.record, AttributeID: a.ID, AttributeValue: a.Value, AttributeTime: row.Time})
	}
}

// Messages returns all messages of the site, those too that were raised and cannot be read yet.
func (s *Service) Messages() []statusmsg.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var messages []statusmsg.Message
	for _, value := range s.instances[(statMsg{}).class()] {
		messages = append(messages, s.message(value))
	}
	for i, coming := range s.arriving {
		coming.message.RecordID = s.record + int64(i) + 1
		messages = append(messages, coming.message)
	}
	return messages
}

// message returns a row of the site with its attributes.
func (s *Service) message(value reflect.Value) statusmsg.Message {
	row, _ := reflect.TypeAssert[statMsg](value)
	m := statusmsg.Message{
		RecordID:  row.RecordID,
		ID:        statusmsg.ID(row.MessageID), //nolint:gosec // It was one.
		Severity:  statusmsg.Severity(row.Severity),
		Type:      statusmsg.Type(row.MessageType),
		Component: row.Component, Module: row.ModuleName, Site: row.SiteCode, Machine: row.MachineName,
		TopLevelSite: row.TopLevelSiteCode, Time: row.Time, ProcessID: row.ProcessID, ThreadID: row.ThreadID,
		ReportFunction: statusmsg.ReportFunction(row.ReportFunction),
		Flags:          statusmsg.Flags(row.PerClient | row.Transaction | row.SuccessfulTransaction),
		Win32Error:     row.Win32Error,
	}
	for i := range statusmsg.MaxInsertions {
		if text, _ := reflect.TypeAssert[*string](value.FieldByName(insString(i))); text != nil {
			m.Insertions = append(m.Insertions, *text)
		}
	}
	for _, other := range s.instances[(statMsgAttribute{}).class()] {
		if a, _ := reflect.TypeAssert[statMsgAttribute](other); a.RecordID == m.RecordID {
			m.Attributes = append(m.Attributes, statusmsg.Attribute{ID: a.AttributeID, Value: a.AttributeValue})
		}
	}
	return m
}

// insString is the property of the insertion string with an index.
func insString(index int) string { return "InsString" + strconv.Itoa(index+1) }

// arrive makes messages readable that were raised long enough ago.
func (s *Service) arrive(now time.Time) {
	for len(s.arriving) > 0 && !s.arriving[0].visible.After(now) {
		s.raise(s.arriving[0].message)
		s.arriving = s.arriving[1:]
	}
}
