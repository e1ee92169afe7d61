package architecture

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"
)

// order lists the packages from top to bottom. A package may import only what is in a
// line below its own. "x/..." stands for all packages below x that have no line of their
// own. Packages in one line do not import each other, except parents and their children.
var order = [][]string{
	{"test/..."},
	{"internal/families/familytest"},
	{"cmd/lanyard", "lanyardtest"},
	{"internal/server/servertest"},
	{"internal/server"},
	{"internal/server/..."},
	{"internal/control", "internal/console"},
	{"internal/home"},
	{"internal/families"},
	{"internal/families/..."},
	{"internal/api"},
	{"internal/sts"},
	{"internal/otheraws"},
	{"internal/confirm"},
	{"internal/httpcall"},
	{"internal/export"},
	{"internal/runtime/..."},
	{"internal/reconcile"},
	{"internal/identity"},
	{"internal/metric"},
	{"internal/store"},
	{"internal/kind/..."},
	{"internal/kind/certificate"},
	{"internal/kind/audit"},
	{"internal/driver/...", "internal/acm", "internal/ca", "internal/catalogue", "internal/cost"},
	{"internal/resource"},
	{"internal/codec"},
	{"internal/policy", "internal/sigv4", "internal/seal", "internal/sshkey", "internal/quota"},
	{"internal/sshconfig", "internal/awsenv", "internal/strictyaml", "internal/model", "internal/model/gen"},
	{"internal/draw", "internal/limit", "internal/pattern", "internal/terminal", "internal/sdkhttp", "internal/newfile"},
	{"internal/safefile"},
}

// beside lists the imports within a line that are permitted.
var beside = []edge{
	{"internal/families/compute", "internal/families/keypair"},          // an instance is made with a key pair
	{"internal/families/loadbalancer", "internal/families/certificate"}, // its certificates are validated as others are
	{"internal/families/certificate", "internal/families/domain"},       // zones have the records of its names
	{"internal/families/compute", "internal/families/domain"},           // zones say where the names for HTTPS lead
	{"internal/families/distribution", "internal/families/subdomain"},   // a distribution may be created with a subdomain
	{"test/...", "test/..."},
}

// onlyImports names packages of ours that may import nothing of ours but what is given.
var onlyImports = []struct {
	pkg     string
	imports []string
	why     string
}{
	{"internal/driver/...", []string{"internal/driver/...", "internal/limit", "internal/pattern", "internal/newfile", "internal/safefile"}, "drivers know nothing of the API and the store"},
	{"internal/otheraws", []string{"internal/httpcall"}, "it answers what is no call of ours"},
	{"internal/httpcall", nil, "every API uses it, so it knows none"},
	{"internal/awsenv", []string{"internal/newfile", "internal/safefile"}, "it is about clients"},
	{"internal/sshconfig", []string{"internal/newfile", "internal/pattern", "internal/safefile"}, "it is about clients"},
	{"internal/quota", nil, "it is a table of names and values"},
	{"internal/server/connlimit", nil, "it works below all handlers, so it knows none"},
}

// onlyImportedBy names packages that only some others may import: ours by their path in the
// module, other ones by their whole path.
var onlyImportedBy = []struct {
	pkg       string
	importers []string
	why       string
}{
	{"internal/driver/machine/sim", []string{"internal/server", "internal/driver/machine/sim/..."}, "only the server chooses a driver"},
	{"internal/driver/container/sim", []string{"internal/server", "internal/families/familytest"}, "only the server chooses a driver"},
	{"internal/driver/database/sim", []string{"internal/server", "internal/families/familytest"}, "only the server chooses a driver"},
	{"internal/driver/mail/...", []string{"internal/server", "internal/runtime/mail", "internal/driver/mail/..."}, "only the server chooses a driver"},
	{"internal/awsenv", []string{"cmd/lanyard", "internal/server", "internal/home"}, "it is about clients"},
	{"internal/sshconfig", []string{"cmd/lanyard", "internal/server", "internal/home"}, "it is about clients"},
	{"lanyardtest", []string{"test/...", "internal/families/familytest"}, "it starts a server for tests"},
	{"internal/families/familytest", nil, "it is for tests"},
	{"internal/server/servertest", []string{"lanyardtest", "test/..."}, "it is for tests"},
	{"test/...", []string{"test/..."}, "it is for tests"},
	{"os/exec", []string{"cmd/lanyard", "internal/awsenv", "internal/model/gen", "test/..."}, "the server runs nothing on its host"},
}

// edge is an import of one package by another.
type edge struct{ from, to string }

func (e edge) String() string { return e.from + " imports " + e.to }

// TestImports_goDownTheOrder checks all imports outside of tests. Tests may import what they like,
// since they use a package as its callers do.
func TestImports_goDownTheOrder(t *testing.T) {
	edges := map[edge]bool{}
	for _, f := range files(t) {
		if level(f.pkg()) < 0 {
			t.Errorf("%s has no place in the order: add {%q} to order in imports_test.go, above all that it imports", f.path, f.pkg())
		}
		if f.isTest {
			continue
		}
		for _, imported := range f.imports {
			edges[edge{f.pkg(), strings.TrimPrefix(imported, module)}] = true
		}
	}
	for e := range edges {
		if wrong := violation(e); wrong != "" {
			t.Errorf("%s: %s", e, wrong)
		}
	}
}

// TestImports_onlyServeImportsServer: all other commands work without a running server, and need
// package home alone.
func TestImports_onlyServeImportsServer(t *testing.T) {
	for _, f := range files(t) {
		if f.pkg() != "cmd/lanyard" || f.isTest || strings.HasPrefix(path.Base(f.path), "serve") {
			continue
		}
		if slices.Contains(f.imports, module+"internal/server") {
			t.Errorf("%s imports internal/server, want internal/home: only the command serve runs a server", f.path)
		}
	}
}

// TestImports_violationsAreFound puts made-up imports through the function that checks the real ones.
func TestImports_violationsAreFound(t *testing.T) {
	for _, c := range []struct {
		edge
		want string // part of the message, or "" if the import is permitted
	}{
		{edge{"cmd/lanyard", "internal/server"}, ""},
		{edge{"internal/server", "internal/driver/machine/sim"}, ""},
		{edge{"internal/server", "encoding/json"}, ""},
		{edge{"internal/families", "internal/families/compute"}, ""},
		{edge{"internal/families/compute", "internal/families/keypair"}, ""},
		{edge{"internal/driver/machine/sim", "internal/driver/machine"}, ""},
		{edge{"internal/driver/machine/sim", "internal/limit"}, ""},
		{edge{"test/bench", "test/pgtest"}, ""},
		{edge{"internal/store", "internal/api"}, "internal/api is above"},
		{edge{"internal/api", "internal/families"}, "internal/families is above"},
		{edge{"internal/families/domain", "internal/families"}, "internal/families is above"},
		{edge{"internal/families/keypair", "internal/families/compute"}, "do not import each other"},
		{edge{"internal/families/domain", "internal/families/keypair"}, "do not import each other"},
		{edge{"internal/kind/domain", "internal/kind/instance"}, "do not import each other"},
		{edge{"internal/kind/domain", "internal/store"}, "internal/store is above"},
		{edge{"internal/runtime/edge", "internal/runtime/instance"}, "do not import each other"},
		{edge{"internal/sigv4", "internal/seal"}, "do not import each other"},
		{edge{"internal/server", "internal/nosuch"}, "no place in the order"},
		{edge{"internal/driver/machine/lxd", "internal/resource"}, "drivers know nothing"},
		{edge{"internal/driver/machine/sim", "os/exec"}, "runs nothing on its host"},
		{edge{"internal/families/compute", "internal/driver/machine/sim"}, "only the server chooses"},
		{edge{"internal/api", "internal/awsenv"}, "it is about clients"},
		{edge{"internal/api", "internal/sshconfig"}, "it is about clients"},
		{edge{"internal/awsenv", "internal/limit"}, "it is about clients"},
		{edge{"internal/quota", "internal/limit"}, "a table of names"},
		{edge{"internal/server", "internal/server/connlimit"}, ""},
		{edge{"internal/server/connlimit", "internal/httpcall"}, "below all handlers"},
		{edge{"cmd/lanyard", "lanyardtest"}, "for tests"},
		{edge{"cmd/lanyard", "internal/server/servertest"}, "for tests"},
		{edge{"internal/server", "test/process"}, "for tests"},
	} {
		got := violation(c.edge)
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("violation of %q is %q, want %q in it", c.edge, got, c.want)
		}
	}
}

// violation returns what is wrong with an import, or "".
func violation(e edge) string {
	for _, rule := range onlyImports {
		if matches(rule.pkg, e.from) && isOurs(e.to) && !matchesAny(rule.imports, e.to) {
			return fmt.Sprintf("%s may import %v of ours: %s", rule.pkg, rule.imports, rule.why)
		}
	}
	for _, rule := range onlyImportedBy {
		if matches(rule.pkg, e.to) && !matchesAny(rule.importers, e.from) {
			return fmt.Sprintf("only %v may import it: %s", rule.importers, rule.why)
		}
	}
	if !isOurs(e.to) {
		return ""
	}
	return orderViolation(e)
}

func orderViolation(e edge) string {
	from, to := level(e.from), level(e.to)
	switch {
	case to < 0:
		return e.to + " has no place in the order"
	case from > to:
		return e.to + " is above " + e.from
	case from == to && !related(e) && !slices.ContainsFunc(beside, e.matches):
		return "packages of one line do not import each other"
	}
	return ""
}

// isOurs reports whether a path, without the module's prefix, is one of this module.
func isOurs(pkg string) bool {
	first, _, _ := strings.Cut(pkg, "/")
	return slices.Contains([]string{"cmd", "internal", "lanyardtest", "test"}, first)
}

// level is the index of a package's line in the order, or -1. A line that has the package's own name
// comes before a pattern.
func level(pkg string) int {
	exact := slices.IndexFunc(order, func(line []string) bool { return slices.Contains(line, pkg) })
	if exact >= 0 {
		return exact
	}
	return slices.IndexFunc(order, func(line []string) bool { return matchesAny(line, pkg) })
}

// related reports whether one end of an import is a parent of the other.
func related(e edge) bool {
	return strings.HasPrefix(e.from, e.to+"/") || strings.HasPrefix(e.to, e.from+"/")
}

func (e edge) matches(permitted edge) bool {
	return matches(permitted.from, e.from) && matches(permitted.to, e.to)
}

func matchesAny(patterns []string, pkg string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, pkg) })
}

func matches(pattern, pkg string) bool {
	parent, all := strings.CutSuffix(pattern, "...")
	return pattern == pkg || all && strings.HasPrefix(pkg, parent)
}
