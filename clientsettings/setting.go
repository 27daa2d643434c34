package clientsettings

import (
	"strconv"
	"strings"

	"github.com/clouddp/sdk/internal/errs"
)

// Setting is one setting of the group "Cloud Services". Its text, in JSON too, is the name of its property of the WMI
// class SMS_CloudAgentConfig.
type Setting int

const (
	// AllowCloudDP is "Allow access to cloud distribution point", for devices and users.
	AllowCloudDP Setting = iota
	// AllowCMG is "Enable clients to use a cloud management gateway", for devices only.
	AllowCMG
	// AutoAADJoin is "Automatically register new Windows 10 or later domain joined devices with Azure Active Directory", for
	// devices only.
	AutoAADJoin
)

const settingCount = int(AutoAADJoin) + 1

// Statement is what one of Microsoft's documents says about the default value of a setting.
type Statement struct {
	// Document is the name of the article, as in its address, and the years of its editions.
	Document string
	// Value is the default that it gives.
	Value Value
}

// settings describes every Setting.
var settings = [settingCount]struct {
	name, title string
	forUsers    bool
	taken       Value
	statements  []Statement
}{
	AllowCloudDP: {
		name: "AllowCloudDP", title: "Allow access to cloud distribution point", forUsers: true,
		taken: No,
		statements: []Statement{
			{"use-a-cloud-based-distribution-point (2017 to 2020)", No},
			{"install-cloud-based-distribution-points-in-microsoft-azure (2018 to 2021)", Yes},
		},
	},
	AllowCMG: {
		name: "AllowCMG", title: "Enable clients to use a cloud management gateway",
		taken:      Yes,
		statements: []Statement{{"about-client-settings (2023)", Yes}},
	},
	AutoAADJoin: {
		name: "AutoAADJoin", title: "Automatically register new Windows 10 or later domain joined devices with Azure Active Directory",
	},
}

// String returns the text of s.
func (s Setting) String() string {
	if !s.known() {
		return "setting(" + strconv.Itoa(int(s)) + ")"
	}
	return settings[s].name
}

// Title returns what the console calls s; empty for an unknown setting.
func (s Setting) Title() string {
	if !s.known() {
		return ""
	}
	return settings[s].title
}

// Statements returns what Microsoft's documents say about the default value of s. They disagree about [AllowCloudDP] and
// say nothing about [AutoAADJoin].
func (s Setting) Statements() []Statement {
	if !s.known() {
		return nil
	}
	return append([]Statement(nil), settings[s].statements...)
}

// Default returns the value that this package takes where no policy says anything: the documented one, the safer one
// where documents disagree, and [Unset] where there is none.
func (s Setting) Default() Value {
	if !s.known() {
		return Unset
	}
	return settings[s].taken
}

// MarshalText returns the text of s; a setting that has none is an [*InvalidError].
func (s Setting) MarshalText() ([]byte, error) {
	if !s.known() {
		return nil, errs.Invalid("clientsettings: setting", "Setting", "is %d; use AllowCloudDP, AllowCMG or AutoAADJoin", int(s))
	}
	return []byte(s.String()), nil
}

// UnmarshalText reads the text of a setting, in any case. Other text is an [*InvalidError].
func (s *Setting) UnmarshalText(text []byte) error {
	for known := range Setting(settingCount) {
		if strings.EqualFold(string(text), known.String()) {
			*s = known
			return nil
		}
	}
	return errs.Invalid("clientsettings: setting", "Setting", "is %q; use AllowCloudDP, AllowCMG or AutoAADJoin", text)
}

func (s Setting) known() bool { return s >= 0 && int(s) < settingCount }

// appliesTo reports whether targets of a kind have s.
func (s Setting) appliesTo(kind Kind) bool {
	return kind == Device || kind == User && settings[s].forUsers
}

// defaultReason says why the default of s is taken.
func (s Setting) defaultReason() string {
	said := make([]string, 0, len(settings[s].statements))
	for _, statement := range settings[s].statements {
		said = append(said, statement.Document+" says "+statement.Value.String())
	}
	if len(said) == 0 {
		return "no policy says anything and Microsoft documents no default"
	}
	return "no policy says anything, so " + s.Default().String() + " is taken; of Microsoft's articles, " + strings.Join(said, ", ")
}

// of returns the value that a policy gives s; Unset if it gives none.
func (s Setting) of(p *Policy) Value {
	if p.CloudServices == nil {
		return Unset
	}
	value := Unset
	switch s {
	case AllowCloudDP:
		value = p.CloudServices.AllowCloudDP
	case AllowCMG:
		value = p.CloudServices.AllowCMG
	case AutoAADJoin:
		value = p.CloudServices.AutoAADJoin
	}
	if value != Yes && value != No {
		return Unset
	}
	return value
}
