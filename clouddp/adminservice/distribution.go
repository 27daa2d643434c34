package adminservice

import (
	"context"
	"iter"
	"strings"
	"time"

	"github.com/clouddp/sdk/statusmsg"
)

// DistributionPoint is what a site knows of a distribution point (SMS_DistributionPointInfo).
type DistributionPoint struct {
	// Name is what the console shows, SiteCode the site.
	Name, SiteCode string
	// NALPath is how the site addresses it, ResourceType what kind of a system it is. The value for cloud distribution
	// points is not documented.
	NALPath, ResourceType string
	// ServiceType and Region are those of a cloud distribution point; empty or "0" for others. The documents disagree which
	// of them is a number.
	ServiceType, Region string
	// Raw are all properties as the site gave them, numbers as [encoding/json.Number].
	Raw map[string]any
}

// DistributionPoints yields the distribution points of the site; an error is the last pair.
func (s *Site) DistributionPoints(ctx context.Context) iter.Seq2[DistributionPoint, error] {
	l := listing{class: "SMS_DistributionPointInfo", keys: []string{"NALPath", "ResourceType", "SiteCode"}}
	return read(ctx, s, l, func(r *row) DistributionPoint {
		return DistributionPoint{
			Name: r.text("Name"), SiteCode: r.text("SiteCode"), NALPath: r.text("NALPath"), ResourceType: r.text("ResourceType"),
			ServiceType: r.text("ServiceType"), Region: r.text("Region"), Raw: r.raw,
		}
	})
}

// ContentState is how far content is at a distribution point; other values than the documented ones are kept.
type ContentState uint32

// The documented states.
const (
	ContentSuccess    ContentState = 1
	ContentInProgress ContentState = 2
	ContentError      ContentState = 3
)

// String returns the state in lower case, or the number where it has no name.
func (c ContentState) String() string {
	return named([]string{ContentSuccess: "success", ContentInProgress: "in progress", ContentError: "error"}, "content state", uint32(c))
}

// ContentStatus is how far a package is at a distribution point (SMS_DistributionDPStatus).
type ContentStatus struct {
	// PackageID is the package and ObjectType its kind: 2 a package, 31 an application.
	PackageID  string
	ObjectType uint32
	// Name is the distribution point, NALPath how the site addresses it, SiteCode its site.
	Name, NALPath, SiteCode string
	// State sums up.
	State ContentState
	// Message is the number, with severity, of the last status message.
	Message statusmsg.FullID
	// Insertions are the insertion strings of that message.
	Insertions []string
	// Updated is when the status changed, in UTC; zero where the site does not say.
	Updated time.Time
	// Raw are all properties as the site gave them, numbers as [encoding/json.Number].
	Raw map[string]any
}

// ContentStatus yields how far a package is, for each distribution point; an error is the last pair.
func (s *Site) ContentStatus(ctx context.Context, packageID string) iter.Seq2[ContentStatus, error] {
	l := listing{class: "SMS_DistributionDPStatus", keys: []string{"ID"}, filter: equalText("PackageID", packageID)}
	return read(ctx, s, l, func(r *row) ContentStatus {
		return ContentStatus{
			PackageID: r.text("PackageID"), ObjectType: r.bits("ObjectTypeID"),
			Name: r.text("Name"), NALPath: r.text("NalPath"), SiteCode: r.text("SiteCode"),
			State: ContentState(r.bits("MessageState")), Message: contentMessage(r), Insertions: r.numbered("InsString"),
			Updated: r.time("LastUpdateDate"), Raw: r.raw,
		}
	}, func(status ContentStatus) bool { return strings.EqualFold(status.PackageID, packageID) })
}

// contentMessage puts the number together where the site does not.
func contentMessage(r *row) statusmsg.FullID {
	if full := r.bits("MessageFullID"); full != 0 {
		return statusmsg.FullID(full)
	}
	return statusmsg.JoinID(statusmsg.Severity(r.bits("MessageSeverity")), 0, statusmsg.ID(r.small("MessageID")))
}
