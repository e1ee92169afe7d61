package architecture

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// typed is a package with its types.
type typed struct {
	files []*ast.File
	info  *types.Info
	pkg   *types.Package
}

// listed is what the go command says about a package.
type listed struct{ path, dir, export, files string }

const listFormat = "{{.ImportPath}}\t{{.Dir}}\t{{.Export}}\t{{join .GoFiles \" \"}}"

// listPackages lists packages and all that they import, with the files that describe the types
// of each.
func listPackages(t *testing.T, patterns ...string) []listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list", "-export", "-deps", "-f", listFormat}, patterns...)...)
	var stderr bytes.Buffer
	cmd.Dir, cmd.Stderr = root, &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list %q: %v\n%s", patterns, err, stderr.String())
	}
	var list []listed
	for line := range strings.Lines(string(out)) {
		field := strings.Split(strings.TrimRight(line, "\n"), "\t")
		list = append(list, listed{field[0], field[1], field[2], field[3]})
	}
	return list
}

// universe loads packages whose imports are described by what the go command has built.
type universe struct {
	packages []listed
	set      *token.FileSet
	importer types.Importer
}

func newUniverse(t *testing.T, patterns ...string) *universe {
	t.Helper()
	u := &universe{packages: listPackages(t, patterns...), set: token.NewFileSet()}
	exports := map[string]string{}
	for _, p := range u.packages {
		exports[p.path] = p.export
	}
	u.importer = importer.ForCompiler(u.set, "gc", func(path string) (io.ReadCloser, error) {
		if exports[path] == "" {
			return nil, fmt.Errorf("the go command described no package %s", path)
		}
		return os.Open(exports[path])
	})
	return u
}

// load parses and checks the files of a package.
func (u *universe) load(t *testing.T, path, dir string, names []string) *typed {
	t.Helper()
	p := &typed{info: &types.Info{
		Selections: map[*ast.SelectorExpr]*types.Selection{}, Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{},
	}}
	for _, name := range names {
		f, err := parser.ParseFile(u.set, filepath.Join(dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		p.files = append(p.files, f)
	}
	var err error
	if p.pkg, err = (&types.Config{Importer: u.importer}).Check(path, u.set, p.files, p.info); err != nil {
		t.Fatalf("check the types of %s: %v", path, err)
	}
	return p
}
