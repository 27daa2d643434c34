package template

import "strings"

// isDefault reports whether t says of itself that it is one of Windows' own templates.
func (t Template) isDefault() bool { return t.SchemaVersion == 1 || t.Flags&GeneralIsDefault != 0 }

// hasBuiltInName reports whether the installation of an enterprise authority makes a template of that name ("Default
// certificate templates", Microsoft Learn). It stays Windows' own when somebody edits it, although the console then calls
// it modified.
func hasBuiltInName(name string) bool {
	switch strings.ToLower(name) {
	case "administrator", "ca", "caexchange", "cepencryption", "clientauth", "codesigning", "crossca", "ctlsigning",
		"directoryemailreplication", "domaincontroller", "domaincontrollerauthentication", "efs", "efsrecovery",
		"enrollmentagent", "enrollmentagentoffline", "exchangeuser", "exchangeusersignature",
		"ipsecintermediateoffline", "ipsecintermediateonline", "kerberosauthentication", "keyrecoveryagent", "machine",
		"machineenrollmentagent", "ocspresponsesigning", "offlinerouter", "rasandiasserver", "smartcardlogon",
		"smartcarduser", "subca", "user", "usersignature", "webserver", "workstation":
		return true
	}
	return false
}
