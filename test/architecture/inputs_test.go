package architecture

import (
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"path"
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

// TestInputs_everyMemberIsRead checks that code of ours reads each member of each built action's input, at
// any depth, or that docs/divergences.md lists it with the reason. A member of a type that
// several inputs hold counts as read for all of them.
func TestInputs_everyMemberIsRead(t *testing.T) {
	u := newUniverse(t, "./internal/families/...")
	read := map[member]bool{}
	for _, p := range u.packages {
		if short, ours := strings.CutPrefix(p.path, module); ours && matchesAny(readers, short) {
			u.load(t, p.path, p.dir, strings.Fields(p.files)).addReads(read)
		}
	}
	inputs, err := u.importer.Import(sdk)
	if err != nil {
		t.Fatal(err)
	}
	all := map[member]bool{}
	for _, a := range api.Describe(families.All(families.Deps{})) {
		if a.Built {
			addMembers(all, inputs.Scope().Lookup(a.Name+"Input").Type())
		}
		for _, name := range a.Members {
			read[member{sdk, a.Name + "Input", name}] = true
		}
	}
	if len(all) < 100 {
		t.Fatalf("found %d members of inputs, want all of them", len(all))
	}
	for _, wrong := range unread(all, read, unreadList(t)) {
		t.Error(wrong)
	}
}

// TestInputs_unreadMembersAreFound checks a made-up package by the same functions.
func TestInputs_unreadMembersAreFound(t *testing.T) {
	u := newUniverse(t, "fmt")
	p := u.load(t, "inputs", "testdata/inputs", []string{"inputs.go"})
	all, read := map[member]bool{}, map[member]bool{}
	addMembers(all, p.pkg.Scope().Lookup("MakeThingInput").Type())
	p.addReads(read)
	got := unread(all, read, map[string]bool{"MakeThing.listed": true, "MakeThing.name": true, "MakeThing.nosuch": true})
	want := []string{
		"MakeThing.name is read, but docs/divergences.md lists it as not read: remove its row",
		"MakeThing.nosuch is no member of a built action's input, but docs/divergences.md lists it: remove its row",
		"MakeThing.onlySet is not read: use it, or list it with the reason in docs/divergences.md",
		"MakeThing.otherPackage is not read: use it, or list it with the reason in docs/divergences.md",
		"MakeThing.unread is not read: use it, or list it with the reason in docs/divergences.md",
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
	page, err := os.ReadFile(path.Join(root, "docs/divergences.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, part, found := strings.Cut(string(page), "\n## Members that are not read\n")
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

// unread compares the members that there are with those that are read and those that are listed.
func unread(all, read map[member]bool, listed map[string]bool) (wrong []string) {
	names := map[string]bool{}
	for m := range all {
		name := m.String()
		names[name] = true
		switch {
		case !read[m] && !listed[name]:
			wrong = append(wrong, name+" is not read: use it, or list it with the reason in docs/divergences.md")
		case read[m] && listed[name]:
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

// addMembers adds the members of a structure, and of all structures of its module that it holds.
func addMembers(all map[member]bool, t types.Type) {
	switch t := t.(type) {
	case *types.Pointer:
		addMembers(all, t.Elem())
	case *types.Slice:
		addMembers(all, t.Elem())
	case *types.Map:
		addMembers(all, t.Elem())
	case *types.Named:
		fields, isStruct := t.Underlying().(*types.Struct)
		if !isStruct || t.Obj().Pkg().Path() == "time" {
			return
		}
		for field := range fields.Fields() {
			m := member{t.Obj().Pkg().Path(), t.Obj().Name(), field.Name()}
			if !field.Exported() || all[m] || field.Name() == "ResultMetadata" {
				continue
			}
			all[m] = true
			addMembers(all, field.Type())
		}
	}
}

// addReads adds the fields that the package's code reads by a selector.
func (p *typed) addReads(read map[member]bool) {
	written := map[ast.Expr]bool{}
	for _, f := range p.files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				if n.Tok == token.ASSIGN {
					for _, target := range n.Lhs {
						written[target] = true
					}
				}
			case *ast.SelectorExpr:
				if s := p.info.Selections[n]; s != nil && s.Kind() == types.FieldVal && !written[n] {
					read[fieldOf(s)] = true
				}
			}
			return true
		})
	}
}

// fieldOf names the field of a selection by the type that declares it.
func fieldOf(s *types.Selection) member {
	holder := s.Recv()
	index := s.Index()
	for _, i := range index[:len(index)-1] {
		holder = structOf(holder).Field(i).Type()
	}
	if pointer, ok := types.Unalias(holder).(*types.Pointer); ok {
		holder = pointer.Elem()
	}
	m := member{name: s.Obj().Name()}
	if named, ok := types.Unalias(holder).(*types.Named); ok && named.Obj().Pkg() != nil {
		m.pkg, m.holder = named.Obj().Pkg().Path(), named.Obj().Name()
	}
	return m
}

func structOf(t types.Type) *types.Struct {
	if pointer, ok := t.Underlying().(*types.Pointer); ok {
		t = pointer.Elem()
	}
	return t.Underlying().(*types.Struct)
}
