package house_test

import (
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
)

func TestEveryPackageLinksOnlyWhatItMay(t *testing.T) {
	outside := outsideStandardLibrary(t)
	for _, p := range packages(t) {
		if strings.HasPrefix(p.room(), "examples/") {
			continue
		}
		allowed, known := rooms[p.room()]
		if !known {
			t.Errorf("package %s has no entry in rooms: say what it may link, and why", p.room())
			continue
		}
		needed := map[string]bool{}
		for _, dependency := range p.Deps {
			if !outside[dependency] {
				continue
			}
			entry, ok := allowed.find(dependency)
			needed[entry] = true
			if !ok {
				t.Errorf("%s links %s, which its entry in rooms does not allow", p.room(), dependency)
			}
		}
		for entry := range allowed {
			if !needed[entry] {
				t.Errorf("%s links nothing of %s any more: take it out of its entry in rooms", p.room(), entry)
			}
		}
	}
}

func TestEveryRoomStands(t *testing.T) {
	standing := map[string]bool{}
	for _, p := range packages(t) {
		standing[p.room()] = true
	}
	for _, room := range slices.Sorted(maps.Keys(rooms)) {
		if !standing[room] {
			t.Errorf("%s has an entry in rooms but does not exist", room)
		}
	}
}

func TestEveryLinkHasAReason(t *testing.T) {
	for room, allowed := range rooms {
		for entry, reason := range allowed {
			if len(strings.Fields(reason)) < 2 {
				t.Errorf("%s may link %s for no reason", room, entry)
			}
		}
	}
}

func TestDomainsDoNotKnowOneAnother(t *testing.T) {
	domains := []string{"certs", "dns", "clientsettings", "statusmsg"}
	for _, p := range packages(t) {
		domain, _, _ := strings.Cut(p.room(), "/")
		if !slices.Contains(domains, domain) {
			continue
		}
		for _, dependency := range p.Deps {
			room, ours := strings.CutPrefix(dependency, module+"/")
			if ours && !within(room, "internal/errs") && !within(room, domain) && !driversShare(p, room) {
				t.Errorf("%s links %s: a domain stands alone", p.room(), room)
			}
		}
	}
}

// driversShare reports whether p is a driver that links what is the same for every one: what logs in to a Windows domain, and
// what sees whether a request has left.
func driversShare(p *goPackage, room string) bool {
	return slices.Contains([]string{"internal/kerberos", "internal/roundtrip"}, room) && slices.Contains(drivers, p.room())
}

func TestFakesDoNotLeanOnDrivers(t *testing.T) {
	for _, p := range packages(t) {
		if !p.fake() {
			continue
		}
		for _, driver := range drivers {
			if slices.Contains(p.Deps, module+"/"+driver) {
				t.Errorf("%s links the driver %s: a wire face speaks the protocol itself", p.room(), driver)
			}
		}
	}
}

func TestOnlyConformanceSuitesLinkTesting(t *testing.T) {
	for _, p := range packages(t) {
		if p.fake() || p.Name == "main" { // an example runs on the fakes
			continue
		}
		for _, dependency := range p.Deps {
			if within(dependency, "testing") {
				t.Errorf("%s links %s: only *test packages may", p.room(), dependency)
			}
		}
	}
}

// find returns the entry that allows a package, by its import path.
func (l links) find(importPath string) (entry string, ok bool) {
	if room, ours := strings.CutPrefix(importPath, module+"/"); ours {
		_, ok = l[room]
		return room, ok
	}
	for at := importPath; at != "."; at = path.Dir(at) {
		if _, ok = l[at]; ok {
			return at, true
		}
	}
	return importPath, false
}

// within reports whether a slash-separated path is at or below another.
func within(path, above string) bool { return path == above || strings.HasPrefix(path, above+"/") }

// outsideStandardLibrary returns every package that the module links and that does not come with Go.
func outsideStandardLibrary(t *testing.T) map[string]bool {
	t.Helper()
	outside := map[string]bool{}
	for _, p := range goList(t, "-deps", "./...") {
		outside[p.ImportPath] = !p.Standard
	}
	return outside
}
