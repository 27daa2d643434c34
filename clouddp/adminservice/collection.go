package adminservice

import (
	"context"
	"iter"
	"strings"

	"github.com/clouddp/sdk/clientsettings"
)

// The types of resources and collections, documented for SMS_R_User, SMS_R_System and SMS_Collection.
const (
	resourceUser   = 4
	resourceDevice = 5

	collectionUsers   = 1
	collectionDevices = 2
)

// Collection is a collection of devices or of users (SMS_Collection).
type Collection struct {
	// ID is its id, such as SMS00001, and Name what the console shows.
	ID, Name string
	// Kind is clientsettings.Device or User; KindUnknown for a collection of something else.
	Kind clientsettings.Kind
	// Members is how many members it has, as the site last counted.
	Members uint32
	// LimitedTo is the ID of the collection that its members are taken from.
	LimitedTo string
	// Raw are all properties as the site gave them, numbers as [encoding/json.Number].
	Raw map[string]any
}

// Collections yields the collections of the site that the caller may see; an error is the last pair.
func (s *Site) Collections(ctx context.Context) iter.Seq2[Collection, error] {
	l := listing{class: "SMS_Collection", keys: []string{"CollectionID"}}
	return read(ctx, s, l, func(r *row) Collection {
		return Collection{
			ID: r.text("CollectionID"), Name: r.text("Name"), Members: r.bits("MemberCount"), LimitedTo: r.text("LimitToCollectionID"),
			Kind: kindOfNumber(r.bits("CollectionType"), collectionDevices, collectionUsers), Raw: r.raw,
		}
	})
}

func kindOfNumber(number, device, user uint32) clientsettings.Kind {
	switch number {
	case device:
		return clientsettings.Device
	case user:
		return clientsettings.User
	}
	return clientsettings.KindUnknown
}

// TargetsOptions selects the targets of [Site.Targets]; nil or the zero value means all.
type TargetsOptions struct {
	// Kind is clientsettings.Device or User; KindUnknown means both.
	Kind clientsettings.Kind
	// Name is the name of a resource as its collections show it, compared without regard to case: "PC1", or
	// `CONTOSO\ada (Ada Lovelace)`. Several resources may have it.
	Name string
}

// Targets yields the devices and users of the site with the collections that they are members of
// (SMS_FullCollectionMembership), as package clientsettings wants them; an error is the last pair. A resource that is in
// no collection the caller may see is left out. Resources come by their number and are not kept, so that a whole site can
// stream through [clientsettings.Evaluate].
func (s *Site) Targets(ctx context.Context, o *TargetsOptions) iter.Seq2[clientsettings.Target, error] {
	if o == nil {
		o = &TargetsOptions{}
	}
	wanted := *o
	return func(yield func(clientsettings.Target, error) bool) {
		var current membership
		for m, err := range s.memberships(ctx, wanted) {
			if err != nil {
				yield(clientsettings.Target{}, err)
				return
			}
			begun := current.kind != clientsettings.KindUnknown
			if !begun || m.resource != current.resource {
				if begun && !yield(current.target(), nil) {
					return
				}
				current = m
				continue
			}
			current.collections = append(current.collections, m.collections...)
		}
		if current.kind != clientsettings.KindUnknown {
			yield(current.target(), nil)
		}
	}
}

// membership is a resource and collections that it is in.
type membership struct {
	resource    int64
	kind        clientsettings.Kind
	name        string
	collections []string
}

func (m *membership) target() clientsettings.Target {
	return clientsettings.Target{Kind: m.kind, Name: m.name, Collections: m.collections}
}

// memberships yields a membership for each collection that a resource is in.
func (s *Site) memberships(ctx context.Context, o TargetsOptions) iter.Seq2[membership, error] {
	l := listing{
		class: "SMS_FullCollectionMembership", keys: []string{"ResourceID", "CollectionID"}, by: "ResourceID", repeats: true,
		filter: and(resourceFilter(o.Kind), equalText("Name", o.Name)),
	}
	selected := func(m membership) bool {
		return m.kind != clientsettings.KindUnknown && (o.Kind == clientsettings.KindUnknown || m.kind == o.Kind) &&
			(o.Name == "" || strings.EqualFold(m.name, o.Name))
	}
	return read(ctx, s, l, func(r *row) membership {
		return membership{
			resource: r.integer("ResourceID"), kind: kindOfNumber(r.bits("ResourceType"), resourceDevice, resourceUser),
			name: r.text("Name"), collections: []string{r.text("CollectionID")},
		}
	}, selected)
}

func resourceFilter(kind clientsettings.Kind) filter {
	switch kind {
	case clientsettings.Device:
		return compare("ResourceType", "eq", number(resourceDevice))
	case clientsettings.User:
		return compare("ResourceType", "eq", number(resourceUser))
	default:
		return ""
	}
}
