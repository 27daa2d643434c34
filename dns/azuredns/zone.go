package azuredns

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"unicode"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/dns/armdns"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/internal/swap"
)

// maxResourceGroup is the longest name of a resource group, documented by Microsoft in "Naming rules and restrictions for
// Azure resources".
const maxResourceGroup = 90

// Zone is one public zone in Azure DNS. It implements [dns.Zone] and is safe for concurrent use; its fields must not change
// after the first call. Do not copy it.
type Zone struct {
	// SubscriptionID is the subscription of the zone. Required.
	SubscriptionID string
	// ResourceGroup is the resource group of the zone. Required.
	ResourceGroup string
	// Name is the zone: "contoso.com". Required.
	Name string
	// Credential gives the tokens; any of package azidentity. Required.
	Credential azcore.TokenCredential
	// Options are those of every Azure client: the cloud, retries of reads, logging, the transport. Writes are never
	// retried, and resource providers never registered, whatever they say. Nil means the public cloud.
	Options *arm.ClientOptions

	connecting sync.Once
	client     *armdns.RecordSetsClient
	clientErr  error
}

var _ dns.Zone = (*Zone)(nil)

// Lookup implements [dns.Zone]. It asks for two record sets.
func (z *Zone) Lookup(ctx context.Context, name string) ([]dns.Record, error) {
	name, err := z.locate(name)
	if err != nil {
		return nil, err
	}
	return z.read(ctx, name, armdns.RecordTypeCNAME, armdns.RecordTypeTXT)
}

// Swap implements [dns.Zone].
func (z *Zone) Swap(ctx context.Context, name string, old, replacement *dns.Record) error {
	name, err := z.locate(name)
	if err != nil {
		return err
	}
	change, err := swap.Check("azuredns: swap "+name, name, old, replacement)
	if err != nil {
		return err
	}
	if name == z.apex() && change.New != nil && change.Type == dns.TypeCNAME {
		return z.conflict(ctx, name)
	}
	set, err := z.get(ctx, name, armdns.RecordType(change.Type))
	if err != nil {
		return err
	}
	if change.Blocked(set.records()) {
		return &dns.ConflictError{Name: name, Have: set.records()}
	}
	if err := z.refuseBesideAlias(ctx, change); err != nil {
		return err
	}
	return z.write(ctx, set, change)
}

// refuseBesideAlias says so before Azure does that a text cannot join a CNAME.
func (z *Zone) refuseBesideAlias(ctx context.Context, change *swap.Swap) error {
	if change.Type == dns.TypeCNAME || change.New == nil {
		return nil
	}
	alias, err := z.get(ctx, change.Name, armdns.RecordTypeCNAME)
	if err == nil && alias.exists() {
		err = &dns.ConflictError{Name: change.Name, Have: alias.records()}
	}
	return err
}

// write replaces or deletes the set that was read, if it still is the one that was read.
func (z *Zone) write(ctx context.Context, set *recordSet, change *swap.Swap) error {
	var err error
	if next := set.after(change); next != nil {
		err = z.put(ctx, set, next)
	} else {
		err = z.remove(ctx, set)
	}
	if !errors.Is(err, dns.ErrConflict) {
		return err
	}
	conflict := z.conflict(ctx, set.name)
	if refused, ok := errors.AsType[*answerError](err); ok {
		return refused.because(conflict)
	}
	return conflict
}

// conflict returns an error with everything that the name holds.
func (z *Zone) conflict(ctx context.Context, name string) error {
	have, err := z.read(ctx, name, armdns.PossibleRecordTypeValues()...)
	conflict := &dns.ConflictError{Name: name, Have: have}
	if err != nil {
		return fmt.Errorf("%w; what is there cannot be read: %w", conflict, err)
	}
	return conflict
}

// read returns the records of some types at a name.
func (z *Zone) read(ctx context.Context, name string, kinds ...armdns.RecordType) ([]dns.Record, error) {
	var have []dns.Record
	for _, kind := range kinds {
		set, err := z.get(ctx, name, kind)
		if err != nil {
			return nil, err
		}
		have = append(have, set.records()...)
	}
	return have, nil
}

// locate returns the canonical form of a name inside the zone, or why the zone cannot be asked about it.
func (z *Zone) locate(name string) (string, error) {
	if err := z.check(); err != nil {
		return "", err
	}
	name, err := dns.CanonicalName(name)
	if err != nil {
		return "", err
	}
	if !dns.Within(name, z.apex()) {
		return "", fmt.Errorf("azuredns: zone %s: %s: %w", z.apex(), name, dns.ErrNotFound)
	}
	return name, nil
}

func (z *Zone) check() error {
	problems := &dns.InvalidError{Subject: "azuredns: zone"}
	if len(z.SubscriptionID) != 36 || strings.Trim(strings.ToLower(z.SubscriptionID), "0123456789abcdef-") != "" {
		problems.Add("SubscriptionID", "is %q; give the subscription's id, 00000000-0000-0000-0000-000000000000", z.SubscriptionID)
	}
	if !isResourceGroup(z.ResourceGroup) {
		problems.Add("ResourceGroup", "is %q; use letters, digits, and -_.() but not a dot at the end", z.ResourceGroup)
	}
	if _, err := dns.CanonicalName(z.Name); err != nil {
		problems.Add("Name", "%v", err)
	}
	if z.Credential == nil {
		problems.Add("Credential", "is nil; give one of package azidentity")
	}
	return problems.Err()
}

// isResourceGroup keeps names out that would change the path of a request.
func isResourceGroup(name string) bool {
	unusual := strings.ContainsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_.()", r)
	})
	return name != "" && len([]rune(name)) <= maxResourceGroup && !unusual && !strings.HasSuffix(name, ".")
}

// apex is the name of a zone that check has accepted.
func (z *Zone) apex() string {
	apex, _ := dns.CanonicalName(z.Name)
	return apex
}
