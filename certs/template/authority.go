package template

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
)

// Authority is an authority that issues by templates, as a directory knows it.
type Authority struct {
	// Name is what [Desired.CA] and an issuer call it.
	Name string
	// Host is the DNS name of the computer that it runs on.
	Host string
	// Published are the names of the templates that it issues.
	Published []string
}

// maxListed is how many authorities an error lists.
const maxListed = 20

// published returns what ca issues. If there is no such authority, the error says which ones there are, where directory
// can tell.
func published(ctx context.Context, directory Directory, ca string) ([]string, error) {
	names, err := directory.Published(ctx, ca)
	lister, can := directory.(interface {
		Authorities(ctx context.Context) ([]Authority, error)
	})
	if !errors.Is(err, ErrNotFound) || !can {
		return names, err
	}
	known, failed := lister.Authorities(ctx)
	if failed != nil || len(known) == 0 {
		return nil, err
	}
	var list []string
	for i, a := range known {
		if i == maxListed {
			list = append(list, fmt.Sprintf("and %d more", len(known)-i))
			break
		}
		list = append(list, fmt.Sprintf("%q on %s", a.Name, cmp.Or(a.Host, "an unknown host")))
	}
	return nil, fmt.Errorf("%w; the forest has %s", err, strings.Join(list, ", "))
}
