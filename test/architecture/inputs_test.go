package architecture

import (
	"go/types"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/families"
)

const sdk = "github.com/aws/aws-sdk-go-v2/service/lightsail"

// pipeline is the function that runs each action. It reads tags, for example.
const pipeline = "(*" + module + "internal/api.Pipeline).Do"

// readers are the packages that are given inputs or parts of them.
var readers = []string{"internal/families/...", "internal/api", "internal/kind/...", "internal/resource"}

// member is a field of a type that a package declares.
type member struct{ pkg, holder, name string }

// String returns the member's name as API clients know it: "CreateDisk.sizeInGb" for an action's
// input, and "Tag.key" for a type that it holds.
func (m member) String() string {
	first := []rune(m.name)
	first[0] = unicode.ToLower(first[0])
	return strings.TrimSuffix(m.holder, "Input") + "." + string(first)
}

// TestInputs_everyMemberIsRead checks that the function of each built action reads each member of the input, at
// any depth, itself or by what it uses, or that docs/divergences.md lists the member with the reason.
func TestInputs_everyMemberIsRead(t *testing.T) {
	u := newUniverse(t, "./internal/families/...")
	c := newCode()
	for _, p := range u.packages {
		if short, ours := strings.CutPrefix(p.path, module); ours && matchesAny(readers, short) {
			c.add(u.load(t, p.path, p.dir, strings.Fields(p.files)))
		}
	}
	if c.uses[pipeline] == nil {
		t.Fatalf("there is no function %s: name the one that runs actions", pipeline)
	}
	inputs, err := u.importer.Import(sdk)
	if err != nil {
		t.Fatal(err)
	}
	all := map[member]bool{}
	for _, a := range api.Describe(families.All(families.Deps{}).Actions) {
		if !a.Refused {
			input := inputs.Scope().Lookup(a.Name + "Input").Type()
			read := c.readFrom(append(c.takes[input.String()], pipeline)...)
			for _, name := range a.Members {
				read[member{sdk, a.Name + "Input", name}] = true
			}
			addMembers(all, input, read)
		}
	}
	if len(all) < 100 {
		t.Fatalf("found %d members of inputs, want all of them", len(all))
	}
	for _, wrong := range unread(all, unreadList(t)) {
		t.Error(wrong)
	}
}

// TestInputs_unreadMembersAreFound checks a made-up package by the same functions.
func TestInputs_unreadMembersAreFound(t *testing.T) {
	u := newUniverse(t, "fmt")
	p := u.load(t, "inputs", "testdata/inputs", []string{"inputs.go"})
	c, all := newCode(), map[member]bool{}
	c.add(p)
	for _, name := range []string{"MakeThingInput", "BreakThingInput"} {
		input := p.pkg.Scope().Lookup(name).Type()
		addMembers(all, input, c.readFrom(c.takes[input.String()]...))
	}
	got := unread(all, map[string]bool{"MakeThing.listed": true, "MakeThing.name": true, "MakeThing.nosuch": true})
	want := []string{
		"MakeThing.name is read, but docs/divergences.md lists it as not read: remove its row",
		"MakeThing.nosuch is no member of a built action's input, but docs/divergences.md lists it: remove its row",
		"MakeThing.onlySet is not read: use it, or list it with the reason in docs/divergences.md",
		"MakeThing.otherType is not read: use it, or list it with the reason in docs/divergences.md",
		"MakeThing.unread is not read: use it, or list it with the reason in docs/divergences.md",
		"Part.byOneOnly is not read: use it, or list it with the reason in docs/divergences.md",
		"Part.deepUnread is not read: use it, or list it with the reason in docs/divergences.md",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("violations of the made-up package: -want +got\n%s", diff)
	}
}

var unreadRow = regexp.MustCompile("(?m)^\\| `([A-Za-z]+\\.[A-Za-z]+)` \\| [^|]+ \\|$")

// unreadList returns the members that docs/divergences.md lists with a reason.
func unreadList(t *testing.T) map[string]bool {
	t.Helper()
	_, part, found := strings.Cut(page(t, "docs/divergences.md"), "\n## Members that are not read\n")
	if !found {
		t.Fatal("docs/divergences.md has no part about members that are not read")
	}
	part, _, _ = strings.Cut(part, "\n## ")
	list := map[string]bool{}
	for _, row := range unreadRow.FindAllStringSubmatch(part, -1) {
		list[row[1]] = true
	}
	return list
}

// unread compares the members, and whether each is read, with those that are listed as not read.
func unread(all map[member]bool, listed map[string]bool) (wrong []string) {
	names := map[string]bool{}
	for m, read := range all {
		name := m.String()
		names[name] = true
		switch {
		case !read && !listed[name]:
			wrong = append(wrong, name+" is not read: use it, or list it with the reason in docs/divergences.md")
		case read && listed[name]:
			wrong = append(wrong, name+" is read, but docs/divergences.md lists it as not read: remove its row")
		}
	}
	for name := range listed {
		if !names[name] {
			wrong = append(wrong, name+" is no member of a built action's input, but docs/divergences.md lists it: remove its row")
		}
	}
	slices.Sort(wrong)
	return wrong
}

// addMembers adds the members of an input, and of all structures that it holds, with whether they are
// read. A member of a structure that several inputs hold is read if it is for each of them.
func addMembers(all map[member]bool, input types.Type, read map[member]bool) {
	for m := range membersOf(input) {
		before, known := all[m]
		all[m] = read[m] && (before || !known)
	}
}

// membersOf returns the members of a structure and of all that it holds.
func membersOf(t types.Type) map[member]bool {
	found := map[member]bool{}
	collect(found, t)
	return found
}

func collect(found map[member]bool, t types.Type) {
	switch t := types.Unalias(t).(type) {
	case interface{ Elem() types.Type }: // a pointer, slice or map
		collect(found, t.Elem())
	case *types.Named:
		fields, isStruct := t.Underlying().(*types.Struct)
		if !isStruct || t.Obj().Pkg().Path() == "time" {
			return
		}
		for field := range fields.Fields() {
			m := member{t.Obj().Pkg().Path(), t.Obj().Name(), field.Name()}
			if field.Exported() && !found[m] {
				found[m] = true
				collect(found, field.Type())
			}
		}
	}
}
