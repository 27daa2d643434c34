package adminservice

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/clouddp/sdk/clientsettings"
	"github.com/clouddp/sdk/internal/errs"
)

// SetAllowCloudDP sets "Allow access to cloud distribution points" of a custom client settings object, by its
// SettingsID, to Yes or No, and reads it back. Clients follow with their next policy.
//
// Experimental: Microsoft documents the properties, but not that the service takes this change. The object is written
// with all its groups, as they were read a moment before; a change by somebody else in between is lost if the read-back
// does not show it.
//
// The description of the object must contain owner, which is how an administrator says that it is the caller's to change;
// if it does not, the error is [ErrForeign]. The default object and an object without the group "Cloud Services" are
// [ErrUnsupported]; one that does not exist is [ErrNotFound]. An object that looks different afterwards in more than that
// value is [ErrConflict]. Where the answer was lost and the value is not there, the outcome is [ErrUnknown].
func (s *Site) SetAllowCloudDP(ctx context.Context, id string, value clientsettings.Value, owner string) error {
	e := &errs.InvalidError{Subject: "adminservice: set AllowCloudDP"}
	if value != clientsettings.Yes && value != clientsettings.No {
		e.Add("value", "is %v; use Yes or No", value)
	}
	if strings.TrimSpace(owner) == "" {
		e.Add("owner", "is empty; give the mark that the description of the object must contain")
	}
	if err := e.Err(); err != nil {
		return err
	}
	if err := s.setAllowCloudDP(ctx, id, value, owner); err != nil {
		return fmt.Errorf("adminservice: set AllowCloudDP of policy %s to %v: %w", printable(id), value, err)
	}
	return nil
}

func (s *Site) setAllowCloudDP(ctx context.Context, id string, value clientsettings.Value, owner string) error {
	before, err := s.changeable(ctx, id, owner)
	if err != nil {
		return err
	}
	agent := cloudAgent(before)
	if agent.answer("AllowCloudDP") == value {
		return agent.err
	}
	agent.raw[orDefault(agent.names["allowclouddp"], "AllowCloudDP")] = value == clientsettings.Yes
	object := settingsClass + "(" + id + ")"
	change := &call{
		what: "change " + object, method: http.MethodPatch, url: s.address(object, nil),
		body: map[string]any{"AgentConfigurations": before.value("AgentConfigurations")},
	}
	_, written := s.do(ctx, change)
	if written != nil && !errors.Is(written, ErrUnknown) {
		return written
	}
	after, err := s.settings(ctx, settingsClass, id)
	if err != nil {
		return fmt.Errorf("%w: read back: %w", ErrUnknown, errors.Join(written, err))
	}
	return settled(before, after, value, written)
}

// changeable returns an object that may be changed, with its groups.
func (s *Site) changeable(ctx context.Context, id, owner string) (*row, error) {
	r, err := s.settings(ctx, settingsClass, id)
	if errors.Is(err, ErrNotFound) {
		if _, other := s.settings(ctx, defaultSettingsClass, id); other == nil {
			return nil, fmt.Errorf("it is the default object: %w", ErrUnsupported)
		}
	}
	if err != nil {
		return nil, err
	}
	kind, name := kindOf(settingsClass, r.bits("Type")), strconv.Quote(printable(r.text("Name")))
	switch {
	case kind == clientsettings.KindUnknown:
		return nil, fmt.Errorf("%s is neither for devices nor for users: %w", name, ErrUnsupported)
	case !strings.Contains(r.text("Description"), owner):
		return nil, fmt.Errorf("the description of %s does not contain %q: %w", name, owner, ErrForeign)
	case cloudServices(r, kind) == nil && r.err == nil:
		return nil, fmt.Errorf("%s does not contain the group Cloud Services: %w", name, ErrUnsupported)
	}
	return r, r.err
}

// settled compares an object that was changed with what it should be. Written is the error of the change.
func settled(want, got *row, value clientsettings.Value, written error) error {
	agent := cloudAgent(got)
	switch {
	case got.err != nil:
		return fmt.Errorf("%w: read back: %w", ErrUnknown, got.err)
	case agent != nil && agent.answer("AllowCloudDP") == value && sameGroups(want, got):
		return nil
	case agent != nil && agent.answer("AllowCloudDP") == value:
		return fmt.Errorf("its groups differ from what was written: %w", ErrConflict)
	case written != nil:
		return written
	}
	return fmt.Errorf("the site took the change and does not show it: %w", ErrConflict)
}

// sameGroups compares the groups of two objects but for the notes of the protocol.
func sameGroups(a, b *row) bool {
	return reflect.DeepEqual(texts(a.rows("AgentConfigurations")), texts(b.rows("AgentConfigurations")))
}

// texts returns the values of groups as text: a boolean may come back as one.
func texts(groups []*row) []map[string]string {
	all := make([]map[string]string, 0, len(groups))
	for _, group := range groups {
		values := map[string]string{}
		for lower, name := range group.names {
			if !strings.HasPrefix(name, "@") && !strings.HasPrefix(name, "__") {
				values[lower] = strings.ToLower(fmt.Sprint(group.raw[name]))
			}
		}
		all = append(all, values)
	}
	return all
}
