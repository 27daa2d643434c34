package classic

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/clouddp"
	"github.com/clouddp/sdk/internal/errs"
)

// The kinds of parts, in order of creation.
const (
	kindStorage     = "storage account"
	kindService     = "cloud service"
	kindCertificate = "service certificate"
	kindDeployment  = "deployment"
)

var (
	_ clouddp.Provider = (*Subscription)(nil)
	_ clouddp.Adopter  = (*Subscription)(nil)
)

// Parts implements [clouddp.Provider]: a storage account, a cloud service, its service certificate and its deployment in
// the production slot. The certificate is named sha1-THUMBPRINT, as the service does, and has no name, nor can it be read or
// applied, while spec has no thumbprint.
func (s *Subscription) Parts(spec *clouddp.Spec) ([]clouddp.Part, error) {
	if err := s.accept(spec); err != nil {
		return nil, err
	}
	names := spec.Names()
	return []clouddp.Part{
		{Kind: kindStorage, Name: names.StorageAccount},
		{Kind: kindService, Name: names.Service},
		{Kind: kindCertificate, Name: certificateName(spec.Thumbprint), After: []string{kindService}, Certificate: true},
		{Kind: kindDeployment, Name: names.Service, After: []string{kindStorage, kindService, kindCertificate}},
	}, nil
}

// Read implements [clouddp.Provider].
func (s *Subscription) Read(ctx context.Context, spec *clouddp.Spec, part clouddp.Part) (clouddp.Component, error) {
	r, err := s.resource(spec, part)
	if err != nil {
		return clouddp.Component{Part: part}, err
	}
	component, err := r.read(ctx)
	if errors.Is(err, clouddp.ErrNotFound) {
		return clouddp.Component{Part: part, State: clouddp.StateAbsent}, nil
	}
	if err != nil {
		return clouddp.Component{Part: part}, err
	}
	component.Part = part
	return component, nil
}

// Apply implements [clouddp.Provider]. It changes one thing at a time: a deployment that differs in configuration and in
// running or stopped takes two calls. A part that is as wanted is left alone; one that bears another mark is a
// [*clouddp.ForeignError].
func (s *Subscription) Apply(ctx context.Context, spec *clouddp.Spec, part clouddp.Part, service *certs.Bundle) (clouddp.Ticket, error) {
	r, err := s.resource(spec, part)
	if err != nil {
		return "", err
	}
	component, err := r.read(ctx)
	switch {
	case errors.Is(err, clouddp.ErrNotFound):
		return r.create(ctx, service)
	case err != nil:
		return "", err
	case component.Owner != spec.OwnerMark():
		return "", &clouddp.ForeignError{Part: part, Owner: component.Owner}
	case len(component.Drift) == 0:
		return "", nil
	}
	return r.change(ctx)
}

// Delete implements [clouddp.Provider]. A part that bears another mark is a [*clouddp.ForeignError].
func (s *Subscription) Delete(ctx context.Context, spec *clouddp.Spec, part clouddp.Part) (clouddp.Ticket, error) {
	r, err := s.resource(spec, part)
	if err != nil {
		return "", err
	}
	component, err := r.read(ctx)
	if err != nil {
		return "", fmt.Errorf("classic: delete %s %s: %w", part.Kind, part.Name, err)
	}
	if component.Owner != spec.OwnerMark() {
		return "", &clouddp.ForeignError{Part: part, Owner: component.Owner}
	}
	return r.remove(ctx)
}

// Adopt implements [clouddp.Adopter]: it brings part to what spec says and marks it with its owner, whoever owned it
// before. A service certificate bears no mark and is left alone.
func (s *Subscription) Adopt(ctx context.Context, spec *clouddp.Spec, part clouddp.Part) error {
	r, err := s.resource(spec, part)
	if err != nil {
		return err
	}
	component, err := r.read(ctx)
	if err != nil {
		return fmt.Errorf("classic: adopt %s %s: %w", part.Kind, part.Name, err)
	}
	if component.Owner == spec.OwnerMark() {
		return nil
	}
	_, err = r.change(ctx)
	return err
}

// resource is one part in the cloud.
type resource interface {
	// read returns the component without its Part; an absent one is ErrNotFound.
	read(ctx context.Context) (clouddp.Component, error)
	create(ctx context.Context, service *certs.Bundle) (clouddp.Ticket, error)
	// change mends the drift of what read has returned last.
	change(ctx context.Context) (clouddp.Ticket, error)
	remove(ctx context.Context) (clouddp.Ticket, error)
}

// place is what every resource knows: where it belongs.
type place struct {
	subscription *Subscription
	spec         *clouddp.Spec
	names        clouddp.Names
}

// resource returns the part of spec.
func (s *Subscription) resource(spec *clouddp.Spec, part clouddp.Part) (resource, error) {
	parts, err := s.Parts(spec)
	if err != nil {
		return nil, err
	}
	if err := s.connect(); err != nil {
		return nil, err
	}
	for _, own := range parts {
		if own.Kind == part.Kind && own.Name == part.Name && own.Name != "" {
			return s.newResource(spec, part.Kind), nil
		}
	}
	return nil, errs.Invalid("classic: part", "part", "%q %q is none of this Spec's", part.Kind, part.Name)
}

func (s *Subscription) newResource(spec *clouddp.Spec, kind string) resource {
	at := place{subscription: s, spec: spec, names: spec.Names()}
	switch kind {
	case kindStorage:
		return &storageAccount{place: at}
	case kindService:
		return &cloudService{place: at}
	case kindCertificate:
		return &serviceCertificate{place: at}
	}
	return &deployment{place: at}
}

// accept refuses a Spec that is invalid or of another subscription.
func (s *Subscription) accept(spec *clouddp.Spec) error {
	if spec == nil {
		return errs.Invalid("classic", "spec", "is nil")
	}
	if err := spec.Validate(); err != nil {
		return err
	}
	if !strings.EqualFold(spec.Subscription, s.ID) {
		return errs.Invalid("classic: spec", "Subscription", "%s is not the subscription %s connected to", spec.Subscription, s.ID)
	}
	if _, taken := spec.Tags[ownerProperty]; taken {
		return errs.Invalid("classic: spec", "Tags", "%q is the name of the ownership mark", ownerProperty)
	}
	return nil
}
