package classic

import (
	"maps"
	"slices"

	"github.com/clouddp/sdk/clouddp"
)

// ownerProperty is the extended property that bears the ownership mark.
const ownerProperty = "Owner"

// owner returns the ownership mark, empty if there is none.
func (p *properties) owner() string {
	value, _ := p.value(ownerProperty)
	return value
}

func (p *properties) value(name string) (string, bool) {
	for _, own := range p.List {
		if own.Name == name {
			return own.Value, true
		}
	}
	return "", false
}

// drift lists the tags of spec that are missing or differ.
func (p *properties) drift(spec *clouddp.Spec) []string {
	var drift []string
	for _, name := range slices.Sorted(maps.Keys(spec.Tags)) {
		if value, found := p.value(name); !found || value != spec.Tags[name] {
			drift = append(drift, "tag "+name+" differs")
		}
	}
	return drift
}

// marked returns the extended properties that spec asks for, together with those that others have set: a request that
// omits one deletes it.
func (p *properties) marked(spec *clouddp.Spec) *properties {
	merged := map[string]string{}
	for _, own := range p.List {
		merged[own.Name] = own.Value
	}
	maps.Copy(merged, spec.Tags)
	merged[ownerProperty] = spec.OwnerMark()
	all := &properties{}
	for _, name := range slices.Sorted(maps.Keys(merged)) {
		all.List = append(all.List, property{Name: name, Value: merged[name]})
	}
	return all
}
