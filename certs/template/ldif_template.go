package template

import (
	"fmt"
	"slices"
	"strings"

	"github.com/clouddp/sdk/internal/errs"
)

const (
	// servicesContainer is what everything about certificates lies below, in the configuration partition of a forest.
	servicesContainer = "CN=Public Key Services,CN=Services,"

	securityAttribute = "nTSecurityDescriptor"
)

// LDIF returns d as changes for somebody to review and to import, in the safe order: the object identifier, the
// template, its publication. What [FormatLDIF] makes of them is imported by an enterprise administrator with one of
//
//	ldifde -i -f clouddp.ldf
//	ldapmodify -H ldaps://dc1.contoso.com -D administrator@contoso.com -W -f clouddp.ldf
//
// What is there already stops ldifde, unless it is told to go on (-k), and ldapmodify (-c).
//
// configuration is the distinguished name of the configuration partition, which is the forest's:
// CN=Configuration,DC=contoso,DC=com. administrators may change the template; without at least one, whoever imports it
// would be left outside. They are commonly Enterprise Admins, the SID of the forest's root domain and -519, and Domain
// Admins of that domain, its SID and -512; (Get-ADDomain contoso.com).DomainSID.Value prints the first part. The template
// needs an OID below that of the forest, since one of another forest collides: see [Template.DeriveOID]. Bad input is an
// [*InvalidError].
func (d Desired) LDIF(configuration string, administrators ...SID) ([]LDIFRecord, error) {
	e := &errs.InvalidError{Subject: "template: LDIF"}
	e.Problems = append(e.Problems, d.problems()...)
	if d.Template.OID == "" {
		e.Add("Template", "has no OID; DeriveOID makes one below that of the forest")
	}
	if !strings.HasPrefix(strings.ToUpper(configuration), "CN=CONFIGURATION,") || !isName(configuration, 1024) {
		e.Add("configuration", "%.300q does not look like CN=Configuration,DC=contoso,DC=com", configuration)
	}
	if len(administrators) == 0 {
		e.Add("administrators", "are missing; give the groups that may change the template")
	}
	access := slices.Clone(d.Template.Access)
	for _, sid := range administrators {
		access = append(access, Access{SID: sid, Rights: Read | Write})
	}
	access = mergeAccess(access)
	Template{Access: access}.validateAccess(e)
	if err := e.Err(); err != nil {
		return nil, err
	}
	return d.records(servicesContainer+configuration, access)
}

func (d Desired) records(services string, access []Access) ([]LDIFRecord, error) {
	o := ObjectIdentifier{d.Template.OID, d.Template.DisplayName}
	registration, err := o.Attributes()
	if err != nil {
		return nil, err
	}
	attributes, err := d.Template.Attributes()
	if err != nil {
		return nil, err
	}
	security, err := SecurityDescriptor{}.WithAccess(access)
	if err != nil {
		return nil, err
	}
	attributes = append(attributes, Attribute{securityAttribute, [][]byte{security.Encode()}})
	return []LDIFRecord{
		added(commonNamePart(o.CN())+",CN=OID,"+services, "msPKI-Enterprise-Oid", registration),
		added(commonNamePart(d.Template.Name)+",CN=Certificate Templates,"+services, "pKICertificateTemplate", attributes),
		{
			DN:         fmt.Sprintf("%s,CN=Enrollment Services,%s", commonNamePart(d.CA), services),
			ChangeType: LDIFModify,
			Modifications: []LDIFModification{
				{LDIFAdd, Attribute{"certificateTemplates", [][]byte{[]byte(d.Template.Name)}}},
			},
		},
	}, nil
}

func added(dn, class string, attributes []Attribute) LDIFRecord {
	classes := Attribute{"objectClass", [][]byte{[]byte("top"), []byte(class)}}
	return LDIFRecord{DN: dn, ChangeType: LDIFAdd, Attributes: append([]Attribute{classes}, attributes...)}
}
