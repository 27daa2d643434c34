package clientsettings_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"reflect"
	"testing"

	"github.com/clouddp/sdk/clientsettings"
	"github.com/clouddp/sdk/clientsettings/clientsettingstest"
)

func laptop() clientsettings.Target {
	return clientsettings.Target{Kind: clientsettings.Device, Name: "PC1", Collections: []string{"A"}}
}

func TestCheckAllowed(t *testing.T) {
	policies := clientsettingstest.Policies{custom(clientsettings.Device, "1", 1, group(clientsettings.Yes), "A")}
	resolution, err := clientsettings.Check(t.Context(), policies, laptop())
	if err != nil || !resolution.Allowed() || resolution.Policy != "P1" || resolution.Target.Name != "PC1" {
		t.Errorf("got %+v, %v", resolution, err)
	}
}

func TestCheckNotAllowed(t *testing.T) {
	tests := []struct {
		name   string
		source clientsettingstest.Policies
		text   string
	}{
		{
			"by a policy",
			clientsettingstest.Policies{defaultPolicy(group(clientsettings.No))},
			`clientsettings: check device "PC1": access to cloud distribution points is not allowed: policy "Default" says No`,
		},
		{
			"by the documented default", nil,
			`clientsettings: check device "PC1": access to cloud distribution points is not allowed: no policy allows it`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			resolution, err := clientsettings.Check(t.Context(), tt.source, laptop())
			denied, ok := errors.AsType[*clientsettings.NotAllowedError](err)
			if !ok || !errors.Is(err, clientsettings.ErrDenied) || !errors.Is(err, fs.ErrPermission) {
				t.Fatalf("error = %v, want a NotAllowedError", err)
			}
			if err.Error() != tt.text {
				t.Errorf("got  %v\nwant %s", err, tt.text)
			}
			if !reflect.DeepEqual(denied.Resolution, resolution) || resolution.AllowCloudDP != clientsettings.No || len(resolution.Steps) == 0 {
				t.Errorf("the error has %+v, beside it is %+v", denied.Resolution, resolution)
			}
		})
	}
}

func TestCheckErrors(t *testing.T) {
	broken := errors.New("site server is down")
	failing := clientsettingstest.NewSite()
	failing.Fail(broken)
	tests := []struct {
		name   string
		cancel bool
		source clientsettings.Source
		target clientsettings.Target
		want   []error
		not    error
		text   string
	}{
		{
			"everything missing", false, nil,
			clientsettings.Target{},
			[]error{clientsettings.ErrInvalid},
			clientsettings.ErrUnavailable,
			"clientsettings: check: source: is nil; give where to read policies; Kind: is unknown; use Device or User; " +
				"Name: is empty; name the device or user",
		},
		{
			"default is no target", false, failing,
			clientsettings.Target{Kind: clientsettings.Default, Name: "x"},
			[]error{clientsettings.ErrInvalid},
			clientsettings.ErrUnavailable, "clientsettings: check: Kind: is default; use Device or User",
		},
		{
			"cancelled", true, clientsettingstest.NewSite(), laptop(),
			[]error{context.Canceled},
			clientsettings.ErrUnavailable,
			`clientsettings: check device "PC1": context canceled`,
		},
		{
			"source fails", false, failing, laptop(),
			[]error{clientsettings.ErrUnavailable, broken},
			clientsettings.ErrDenied,
			`clientsettings: check device "PC1": unavailable: clientsettingstest: read policies: site server is down`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if tt.cancel {
				cancel()
			}
			resolution, err := clientsettings.Check(ctx, tt.source, tt.target)
			for _, want := range tt.want {
				if !errors.Is(err, want) {
					t.Errorf("error = %v, want %v", err, want)
				}
			}
			if errors.Is(err, tt.not) {
				t.Errorf("error = %v must not match %v", err, tt.not)
			}
			if err == nil || err.Error() != tt.text {
				t.Errorf("got  %v\nwant %s", err, tt.text)
			}
			if !reflect.DeepEqual(resolution, clientsettings.Resolution{}) {
				t.Errorf("resolution %+v beside an error", resolution)
			}
		})
	}
}

func TestPolicyJSON(t *testing.T) {
	const text = `{"id":"1","name":"P1","kind":"user","priority":3,"cloudServices":{"allowCloudDP":"yes"},"collections":["A"]}`
	want := custom(clientsettings.User, "1", 3, group(clientsettings.Yes), "A")
	var got clientsettings.Policy
	if err := json.Unmarshal([]byte(text), &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	if back, err := json.Marshal(got); err != nil || string(back) != text {
		t.Errorf("got %s, %v, want %s", back, err, text)
	}
}

func TestTexts(t *testing.T) {
	for text, want := range map[string]clientsettings.Value{
		"yes": clientsettings.Yes, "NO": clientsettings.No, "Unset": clientsettings.Unset, "": clientsettings.Unset,
	} {
		got := clientsettings.Value(9)
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("value %q: got %v, %v, want %v", text, got, err, want)
		}
	}
	for text, want := range map[string]clientsettings.Kind{
		"device": clientsettings.Device, "User": clientsettings.User, "DEFAULT": clientsettings.Default, "unknown": clientsettings.KindUnknown,
	} {
		got := clientsettings.Kind(9)
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("kind %q: got %v, %v, want %v", text, got, err, want)
		}
	}
}

func TestTextErrors(t *testing.T) {
	value, kind := clientsettings.Yes, clientsettings.User
	if err := value.UnmarshalText([]byte("true")); !errors.Is(err, clientsettings.ErrInvalid) || value != clientsettings.Yes {
		t.Errorf("value %v, error %v", value, err)
	}
	if err := kind.UnmarshalText(nil); !errors.Is(err, clientsettings.ErrInvalid) || kind != clientsettings.User {
		t.Errorf("kind %v, error %v", kind, err)
	}
	if _, err := clientsettings.Value(-1).MarshalText(); !errors.Is(err, clientsettings.ErrInvalid) {
		t.Errorf("value -1: %v", err)
	}
	if _, err := clientsettings.Kind(4).MarshalText(); !errors.Is(err, clientsettings.ErrInvalid) {
		t.Errorf("kind 4: %v", err)
	}
	if got := clientsettings.Value(7).String() + clientsettings.Kind(-7).String(); got != "value(7)kind(-7)" {
		t.Errorf("got %q", got)
	}
}
