package architecture

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const (
	root   = "../.."
	module = "github.com/lanyard-cloud/lanyard/"
)

// file is a Go file of the module.
type file struct {
	path    string // from the module's root
	lines   int
	isTest  bool
	imports []string
	syntax  *ast.File
	set     *token.FileSet
}

// pkg is the path of the file's package within the module.
func (f *file) pkg() string { return path.Dir(f.path) }

// tree holds the module's Go files but those of testdata, and none of a module in a folder below. They are parsed here and not
// listed by the go command, so that files for every system and build tag are among them,
// and so that go test knows which files a cached result depends on.
var tree = sync.OnceValues(func() ([]*file, error) {
	var files []*file
	set := token.NewFileSet()
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || d.Name() == "node_modules" || d.Name() == ".venv" || d.Name() == ".git" || isOtherModule(name)):
			return fs.SkipDir
		case d.IsDir() || filepath.Ext(name) != ".go":
			return nil
		}
		f, err := parse(set, name)
		files = append(files, f)
		return err
	})
	return files, err
})

// isOtherModule reports whether a folder below the root has a go.mod of its own.
func isOtherModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil && dir != root
}

func parse(set *token.FileSet, name string) (*file, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	rel, err := filepath.Rel(root, name)
	if err != nil {
		return nil, err
	}
	f := &file{
		path: filepath.ToSlash(rel), lines: strings.Count(string(text), "\n"),
		isTest: strings.HasSuffix(name, "_test.go"), set: set,
	}
	f.syntax, err = parser.ParseFile(set, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	for _, spec := range f.syntax.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		f.imports = append(f.imports, imported)
	}
	return f, nil
}

// files returns the module's Go files.
func files(t *testing.T) []*file {
	t.Helper()
	all, err := tree()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 100 {
		t.Fatalf("found %d Go files in the module, want all of them", len(all))
	}
	return all
}
