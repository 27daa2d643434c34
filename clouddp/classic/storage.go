package classic

import (
	"context"
	"fmt"
	"net/http"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/clouddp"
)

// accountType is what Configuration Manager chose for a classic cloud distribution point: geo-redundant storage.
const accountType = "Standard_GRS"

// storageAccount is the part that holds the package and the content.
type storageAccount struct {
	place
	found storageAccountReply
}

func (a *storageAccount) what(verb string) string {
	return verb + " storage account " + a.names.StorageAccount
}

func (a *storageAccount) path() []string {
	return []string{"services", "storageservices", a.names.StorageAccount}
}

func (a *storageAccount) read(ctx context.Context) (clouddp.Component, error) {
	if err := a.subscription.get(ctx, a.what("read"), &a.found, a.path()...); err != nil {
		return clouddp.Component{}, err
	}
	if a.found.Properties.Status == statusDeleted {
		return clouddp.Component{}, fmt.Errorf("classic: %s: %w", a.what("read"), clouddp.ErrNotFound)
	}
	component := clouddp.Component{
		State:  resourceState(a.found.Properties.Status),
		Owner:  a.found.Extended.owner(),
		Reason: printable(a.found.Properties.Status),
		Drift:  a.found.Extended.drift(a.spec),
	}
	if a.found.Properties.Description != a.spec.Description {
		component.Drift = append(component.Drift, "description differs")
	}
	return component, nil
}

func (a *storageAccount) create(ctx context.Context, _ *certs.Bundle) (clouddp.Ticket, error) {
	return a.subscription.start(ctx, &call{
		what:   a.what("create"),
		method: http.MethodPost,
		path:   []string{"services", "storageservices"},
		body: &createStorageAccount{
			ServiceName:        a.names.StorageAccount,
			Description:        a.spec.Description,
			Label:              encoded(a.names.StorageAccount),
			Location:           a.spec.Region,
			ExtendedProperties: (&properties{}).marked(a.spec),
			AccountType:        accountType,
		},
	})
}

func (a *storageAccount) change(ctx context.Context) (clouddp.Ticket, error) {
	return a.subscription.start(ctx, &call{
		what:   a.what("update"),
		method: http.MethodPut,
		path:   a.path(),
		body: &updateStorageAccount{
			Description:        a.spec.Description,
			Label:              encoded(a.names.StorageAccount),
			ExtendedProperties: a.found.Extended.marked(a.spec),
			AccountType:        a.found.Properties.AccountType,
		},
	})
}

func (a *storageAccount) remove(ctx context.Context) (clouddp.Ticket, error) {
	return a.subscription.start(ctx, &call{what: a.what("delete"), method: http.MethodDelete, path: a.path()})
}
