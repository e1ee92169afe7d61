package architecture

import (
	"go/ast"
	"slices"
	"testing"
)

// The bounds of functions and files, in lines. Those of functions are about code outside of
// tests: a table of cases is as long as it has to be.
const (
	maxFunction    = 50
	medianFunction = 10
	maxFile        = 400
)

func TestFunctions_areShort(t *testing.T) {
	var lengths []int
	for _, f := range files(t) {
		if f.isTest || ast.IsGenerated(f.syntax) {
			continue
		}
		for name, lines := range functions(f) {
			lengths = append(lengths, lines)
			if lines > maxFunction {
				t.Errorf("%s: %s has %d lines, want at most %d: split it", f.path, name, lines, maxFunction)
			}
		}
	}
	slices.Sort(lengths)
	if got := lengths[len(lengths)/2]; got > medianFunction {
		t.Errorf("the median of %d functions is %d lines, want at most %d", len(lengths), got, medianFunction)
	}
}

// functions returns the lines of each function that a file declares, by receiver and name.
func functions(f *file) map[string]int {
	lines := map[string]int{}
	for _, decl := range f.syntax.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok && fn.Body != nil {
			name := fn.Name.Name
			if fn.Recv != nil {
				name = receiver(fn.Recv.List[0].Type) + "." + name
			}
			lines[name] = f.set.Position(fn.End()).Line - f.set.Position(fn.Pos()).Line + 1
		}
	}
	return lines
}

func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return "?"
}

func TestFiles_areShort(t *testing.T) {
	for _, f := range files(t) {
		if f.lines > maxFile && !ast.IsGenerated(f.syntax) {
			t.Errorf("%s has %d lines, want at most %d: split it", f.path, f.lines, maxFile)
		}
	}
}
