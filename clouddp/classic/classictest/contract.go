package classictest

import (
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"mime"
	"strings"
)

// namespace is that of every request body.
const namespace = "http://schemas.microsoft.com/windowsazure"

// node is an element of a request.
type node struct {
	XMLName  xml.Name
	Text     string `xml:",chardata"`
	Children []node `xml:",any"`
}

// member is an element that a contract knows.
type member struct {
	name     string
	required bool
}

func required(name string) member { return member{name, true} }
func optional(name string) member { return member{name: name} }

// contract reads the body as Microsoft's DataContractSerializer does: an element that is unknown, in another namespace
// or out of order is passed over in silence, and a required one that is missed for it is an error.
func (x *exchange) contract(root string, members ...member) (fields, *refusal) {
	media, _, err := mime.ParseMediaType(x.request.Header.Get("Content-Type"))
	if err != nil || media != "application/xml" {
		return nil, &refusal{400, "InvalidContentType", "The Content-Type header must be application/xml."}
	}
	var top node
	if err := xml.Unmarshal(x.body, &top); err != nil {
		return nil, malformed("it is not well-formed XML")
	}
	if top.XMLName.Space != namespace || top.XMLName.Local != root {
		return nil, malformed("expected the element %s in the namespace %s", root, namespace)
	}
	return top.read(members...)
}

// fields are the members of a contract that were found.
type fields map[string]*node

func (n *node) read(members ...member) (fields, *refusal) {
	found := fields{}
	next := 0
	for i := range n.Children {
		child := &n.Children[i]
		if child.XMLName.Space != namespace {
			continue
		}
		for at := next; at < len(members); at++ {
			if members[at].name == child.XMLName.Local {
				found[members[at].name] = child
				next = at + 1
				break
			}
		}
	}
	for _, m := range members {
		if m.required && found[m.name] == nil {
			return nil, malformed("the element %s is missing or not in its place", m.name)
		}
	}
	return found, nil
}

// text returns the content of a member, empty if it is absent.
func (f fields) text(name string) string {
	if f[name] == nil {
		return ""
	}
	return f[name].Text
}

// decoded returns the content of a member that travels as Base64: standard alphabet, padded, in one line.
func (f fields) decoded(name string) ([]byte, *refusal) {
	raw, err := base64.StdEncoding.DecodeString(f.text(name))
	if err != nil || strings.ContainsAny(f.text(name), "\r\n") {
		return nil, malformed("the element %s is not Base64 in one line", name)
	}
	return raw, nil
}

// properties returns the extended properties, at most limit, no name twice.
func (f fields) properties(limit int) ([]property, *refusal) {
	if f["ExtendedProperties"] == nil {
		return nil, nil
	}
	var list []property
	seen := map[string]bool{}
	for _, child := range f["ExtendedProperties"].Children {
		entry, refused := child.read(required("Name"), required("Value"))
		if refused != nil {
			return nil, refused
		}
		p := property{entry.text("Name"), entry.text("Value")}
		if seen[p.Name] || !p.valid() {
			return nil, badRequest("The extended property %q is invalid or specified twice.", p.Name)
		}
		seen[p.Name] = true
		list = append(list, p)
	}
	if len(list) > limit {
		return nil, badRequest("More than %d extended properties.", limit)
	}
	return list, nil
}

// description holds what storage accounts and cloud services have in common, within its documented bounds.
func (f fields) description() (d description, refused *refusal) {
	label, refused := f.decoded("Label")
	if refused != nil {
		return d, refused
	}
	d.label, d.text = string(label), f.text("Description")
	if len(d.label) > 100 || len([]rune(d.text)) > 1024 {
		return d, badRequest("The label exceeds 100 or the description 1024 characters.")
	}
	d.properties, refused = f.properties(50)
	return d, refused
}

// place returns the location: exactly one of Location and AffinityGroup must be given, and neither empty.
func (x *exchange) place(f fields) (string, *refusal) {
	if (f["Location"] == nil) == (f["AffinityGroup"] == nil) {
		return "", badRequest("Either Location or AffinityGroup must be specified.")
	}
	for _, location := range x.locations() {
		if f.text("Location") == location {
			return location, nil
		}
	}
	return "", badRequest("The location or affinity group is not available to the subscription.")
}

func malformed(format string, args ...any) *refusal {
	return &refusal{400, "InvalidXmlRequest", "The request body's XML was invalid or not correctly specified: " + fmt.Sprintf(format, args...) + "."}
}
