package certs

import "strings"

// maxCommonName is the upper bound of a common name in X.520, in characters.
const maxCommonName = 64

// isFQDN reports whether name is a host name of two labels or more in ASCII; the first label may be "*".
func isFQDN(name string) bool {
	labels := strings.Split(strings.TrimPrefix(name, "*."), ".")
	if len(name) > 253 || len(labels) < 2 {
		return false
	}
	for _, label := range labels {
		if !isHostLabel(label) {
			return false
		}
	}
	return strings.Trim(labels[len(labels)-1], "0123456789") != "" // else it is an address
}

func isHostLabel(label string) bool {
	if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
		return false
	}
	return strings.Trim(strings.ToLower(label), "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

func isWildcard(name string) bool { return strings.HasPrefix(name, "*.") }

// isServicePrefix reports whether label can name a storage account and a cloud service: 3 to 24 letters and digits, a
// letter first. Configuration Manager lowers the case itself.
func isServicePrefix(label string) bool {
	label = strings.ToLower(label)
	return len(label) >= 3 && len(label) <= 24 && label[0] >= 'a' && label[0] <= 'z' &&
		strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}

func firstLabel(name string) string {
	label, _, _ := strings.Cut(name, ".")
	return label
}
