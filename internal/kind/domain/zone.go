package domain

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/policy"
)

// Route 53's quotas (developer guide of Route 53, quotas on records).
const (
	// MaxEntries is how many entries a zone has at most.
	MaxEntries = 10_000
	// maxTargets is how many entries have one name and type.
	maxTargets = 400
	// maxTexts is how many bytes the names and targets of a zone have at most. It is not
	// Route 53's: a zone is one document here, which each change reads and writes whole.
	maxTexts = 1 << 20
)

// Error is a change that a zone does not admit.
type Error struct {
	// Message says what is wrong, for clients.
	Message string
	// Missing reports that the entry to change does not exist.
	Missing bool
}

func (e *Error) Error() string { return e.Message }

func refuse(format string, args ...any) error { return &Error{Message: fmt.Sprintf(format, args...)} }

// Zone is the entries of a DNS zone, in Route 53's order: by name, its labels from the
// last to the first, and then by type.
type Zone struct {
	// name is the zone's, in its normal form.
	name    string
	entries []types.DomainEntry
	// texts is how many bytes the names and targets have.
	texts int
}

func zoneWith(name string, entries []types.DomainEntry) *Zone {
	z := &Zone{name: name, entries: entries}
	for _, e := range entries {
		z.texts += texts(e)
	}
	return z
}

// texts is how many bytes the name and the target of an entry have.
func texts(e types.DomainEntry) int { return len(*e.Name) + len(*e.Target) }

// Add adds an entry in its normal form, or returns an Error if it is invalid, exists, or
// cannot stand beside the others.
func (z *Zone) Add(in *types.DomainEntry) error {
	e, err := z.normal(in)
	if err != nil {
		return err
	}
	if len(z.entries) >= MaxEntries {
		return refuse("The domain %s has the maximum number of %d entries.", z.name, MaxEntries)
	}
	if z.texts+texts(e) > maxTexts {
		return refuse("The names and targets of the domain %s have the maximum of %d bytes.", z.name, maxTexts)
	}
	if err := z.admits(e); err != nil {
		return err
	}
	at, _ := slices.BinarySearchFunc(z.entries, e, func(other, e types.DomainEntry) int {
		return cmp.Or(order(other, e), -1) // after those of the same name and type
	})
	z.entries = slices.Insert(z.entries, at, e)
	z.texts += texts(e)
	return nil
}

// Remove removes the entry that the given members name.
func (z *Zone) Remove(in *types.DomainEntry) error {
	at, err := z.find(in, in.Target)
	if err != nil {
		return err
	}
	if z.isOwn(z.entries[at]) {
		return refuse("The %s entry of the domain %s cannot be deleted.", *z.entries[at].Type, z.name)
	}
	*z = *z.without(at)
	return nil
}

// without is the zone without one of its entries.
func (z *Zone) without(at int) *Zone {
	return zoneWith(z.name, slices.Delete(slices.Clone(z.entries), at, at+1))
}

// Update replaces an entry: the one with the given id, or without an id the only one of
// the name and type. A name server or the start of authority stays one.
func (z *Zone) Update(in *types.DomainEntry) error {
	at, err := z.find(in, nil)
	if err != nil {
		return err
	}
	former, changed := z.entries[at], z.without(at)
	if z.isOwn(former) && (normalName(in.Name) != *former.Name || aws.ToString(in.Type) != *former.Type) {
		return refuse("The %s entry of the domain %s cannot get another name or type.", *former.Type, z.name)
	}
	if err := changed.Add(in); err != nil {
		return err
	}
	*z = *changed
	return nil
}

// find returns the place of the only entry that has the id, if one is given, or else the
// name, the type and, if it is given, the target. Ids are short: of several entries that
// have the same id, the one is meant that has the other members, too.
func (z *Zone) find(in *types.DomainEntry, target *string) (int, error) {
	id, name := aws.ToString(in.Id), normalName(in.Name)
	var found []int
	for k, e := range z.entries {
		if id != "" && *e.Id == id || id == "" && matches(e, in, name, target) {
			found = append(found, k)
		}
	}
	if exact := slices.DeleteFunc(slices.Clone(found), func(k int) bool { return !matches(z.entries[k], in, name, target) }); len(exact) > 0 {
		found = exact
	}
	switch len(found) {
	case 0:
		return 0, &Error{Message: cmp.Or(aws.ToString(in.Name), id), Missing: true}
	case 1:
		return found[0], nil
	}
	return 0, refuse("The domain %s has more than one %s entry with the name %s. Specify the id of the entry.",
		z.name, aws.ToString(in.Type), aws.ToString(in.Name))
}

// matches reports whether an entry has a name, a type and, if it is given, a target.
func matches(e types.DomainEntry, in *types.DomainEntry, name string, target *string) bool {
	return *e.Name == name && *e.Type == aws.ToString(in.Type) &&
		(target == nil || sameTarget(*e.Type, *e.Target, *target))
}

// sameTarget compares targets of a type: those with names as names do, in which case and
// the dot at the end say nothing.
func sameTarget(kind, a, b string) bool {
	if kind == "TXT" {
		return a == b
	}
	return policy.EqualFold(strings.TrimSuffix(a, "."), strings.TrimSuffix(b, "."))
}

// isOwn reports whether an entry is one that the zone cannot be without.
func (z *Zone) isOwn(e types.DomainEntry) bool {
	return *e.Name == z.name && (*e.Type == "SOA" || *e.Type == "NS")
}

// admits returns an Error if an entry in its normal form cannot stand beside those that
// have its name.
func (z *Zone) admits(e types.DomainEntry) error {
	if *e.Type == "SOA" && *e.Name != z.name {
		return refuse("The SOA entry of the domain %s has the name %s.", z.name, z.name)
	}
	targets := 0
	for _, other := range z.named(*e.Name) {
		sameType := *other.Type == *e.Type
		if sameType {
			targets++
		}
		switch {
		case targets == maxTargets:
			return refuse("The name %s has the maximum number of %d %s entries.", *e.Name, maxTargets, *e.Type)
		case sameType && sameTarget(*e.Type, *other.Target, *e.Target):
			return refuse("The domain entry already exists: %s %s %s", *e.Name, *e.Type, *e.Target)
		case (*e.Type == "CNAME") != (*other.Type == "CNAME"):
			return refuse("A CNAME entry cannot have the same name as another entry: %s", *e.Name)
		case sameType && (*e.Type == "CNAME" || *e.Type == "SOA"):
			return refuse("The name %s already has a %s entry.", *e.Name, *e.Type)
		case sameType && (*e.IsAlias || *other.IsAlias):
			return refuse("An alias cannot have the same name and type as another entry: %s %s", *e.Name, *e.Type)
		}
	}
	return nil
}

// named are the entries that have a name.
func (z *Zone) named(name string) []types.DomainEntry {
	key := reversed(name)
	first, _ := slices.BinarySearchFunc(z.entries, key, func(e types.DomainEntry, key string) int {
		return cmp.Compare(reversed(*e.Name), key)
	})
	last := first
	for last < len(z.entries) && *z.entries[last].Name == name {
		last++
	}
	return z.entries[first:last]
}

func order(a, b types.DomainEntry) int {
	return cmp.Or(cmp.Compare(reversed(*a.Name), reversed(*b.Name)), cmp.Compare(*a.Type, *b.Type))
}

// reversed is a name with its labels from the last to the first. The separator comes
// before all characters of labels.
func reversed(name string) string {
	labels := strings.Split(name, ".")
	slices.Reverse(labels)
	return strings.Join(labels, "\x00")
}

// entryID follows from what the entry says, so it changes with it: a signed 32-bit number
// (observed; that it is a hash is a guess).
func entryID(name, kind, target string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name + "\x00" + kind + "\x00" + target))
	return strconv.Itoa(int(int32(h.Sum32())))
}
