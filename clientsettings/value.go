package clientsettings

import (
	"strconv"
	"strings"

	"github.com/clouddp/sdk/internal/errs"
)

// Value is a yes-or-no client setting that may also be absent. Its text, in JSON too, is "yes", "no" or "unset".
type Value int

const (
	// Unset means that nothing was said.
	Unset Value = iota
	// No refuses.
	No
	// Yes allows.
	Yes
)

// String returns the text of v.
func (v Value) String() string {
	switch v {
	case Unset:
		return "unset"
	case No:
		return "no"
	case Yes:
		return "yes"
	}
	return "value(" + strconv.Itoa(int(v)) + ")"
}

// MarshalText returns the text of v; a value that has none is an [*InvalidError].
func (v Value) MarshalText() ([]byte, error) {
	if v < Unset || v > Yes {
		return nil, errs.Invalid("clientsettings: value", "Value", "is %d; use Unset, No or Yes", int(v))
	}
	return []byte(v.String()), nil
}

// UnmarshalText reads "yes", "no", "unset" or nothing, in any case. Other text is an [*InvalidError].
func (v *Value) UnmarshalText(text []byte) error {
	for _, known := range []Value{Unset, No, Yes} {
		if strings.EqualFold(string(text), known.String()) {
			*v = known
			return nil
		}
	}
	if len(text) == 0 {
		*v = Unset
		return nil
	}
	return errs.Invalid("clientsettings: value", "Value", `is %q; use "yes", "no" or "unset"`, text)
}

// Kind tells the three kinds of client settings apart. Its text, in JSON too, is "default", "device" or "user".
type Kind int

const (
	// KindUnknown is the zero value.
	KindUnknown Kind = iota
	// Default is the one settings object that applies to everything no other object decides.
	Default
	// Device is a custom settings object for devices.
	Device
	// User is a custom settings object for users.
	User
)

// String returns the text of k.
func (k Kind) String() string {
	switch k {
	case KindUnknown:
		return "unknown"
	case Default:
		return "default"
	case Device:
		return "device"
	case User:
		return "user"
	}
	return "kind(" + strconv.Itoa(int(k)) + ")"
}

// MarshalText returns the text of k; a kind that has none is an [*InvalidError].
func (k Kind) MarshalText() ([]byte, error) {
	if k < KindUnknown || k > User {
		return nil, errs.Invalid("clientsettings: kind", "Kind", "is %d; use Default, Device or User", int(k))
	}
	return []byte(k.String()), nil
}

// UnmarshalText reads "default", "device", "user" or "unknown", in any case. Other text is an [*InvalidError].
func (k *Kind) UnmarshalText(text []byte) error {
	for _, known := range []Kind{KindUnknown, Default, Device, User} {
		if strings.EqualFold(string(text), known.String()) {
			*k = known
			return nil
		}
	}
	return errs.Invalid("clientsettings: kind", "Kind", `is %q; use "default", "device" or "user"`, text)
}
