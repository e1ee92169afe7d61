package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

const sdkModule = "github.com/aws/aws-sdk-go-v2/service/lightsail"

// sdk is what the SDK's source says.
type sdk struct {
	actions  []string            // sorted
	required map[string][]string // structure shape → names of its required members, in the model's order
	enums    map[string][]string // enum shape → values, in the model's order
	// members are those of structures, lists, maps and unions, each with its shape, sorted.
	members   []string
	sensitive map[string]bool // shapes whose values are not to be repeated
}

func readSDK() (*sdk, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", sdkModule).Output()
	if err != nil {
		return nil, fmt.Errorf("find the module %s: %w", sdkModule, err)
	}
	dir := strings.TrimSpace(string(out))
	ops, err := filepath.Glob(filepath.Join(dir, "api_op_*.go"))
	if err != nil || len(ops) == 0 {
		return nil, fmt.Errorf("no api_op_*.go in %q: %w", dir, err)
	}
	s := &sdk{required: map[string][]string{}, enums: map[string][]string{}, sensitive: map[string]bool{}}
	for _, path := range ops {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "api_op_"), ".go")
		s.actions = append(s.actions, name)
		if err := s.readStructs(path); err != nil {
			return nil, err
		}
	}
	slices.Sort(s.actions)
	if err := s.readStructs(filepath.Join(dir, "types", "types.go")); err != nil {
		return nil, err
	}
	if err := s.readEnums(filepath.Join(dir, "types", "enums.go")); err != nil {
		return nil, err
	}
	return s, s.readSchemas(filepath.Join(dir, "schemas", "schemas.go"))
}

// The calls by which the SDK makes its schemas. Members of enums have the shape Unit, of another package.
var (
	memberCall    = regexp.MustCompile(`(?m)^\t_?\w+ = _?(\w+)\.AddMember\("(\w+)", _?(\w+)[,)]`)
	sensitiveCall = regexp.MustCompile(`Name: +"(\w+)",\n\}, smithy\.ShapeType\w+, \d+, [^\n]*smithytraits\.Sensitive\{`)
)

// readSchemas finds all members, and the shapes that are sensitive.
func (s *sdk) readSchemas(path string) error {
	text, err := os.ReadFile(path) //nolint:gosec // the path is the module's
	if err != nil {
		return err
	}
	for _, m := range memberCall.FindAllSubmatch(text, -1) {
		s.members = append(s.members, fmt.Sprintf("%s.%s %s", m[1], m[2], m[3]))
	}
	for _, m := range sensitiveCall.FindAllSubmatch(text, -1) {
		s.sensitive[string(m[1])] = true
	}
	if len(s.members) == 0 || len(s.sensitive) == 0 {
		return fmt.Errorf("%s has no members, or no sensitive shapes: the SDK makes its schemas in another way", path)
	}
	slices.Sort(s.members)
	return nil
}

// readStructs finds the required members: the SDK marks each with a sentence in its documentation, on inputs and
// outputs alike, where validators.go knows inputs only. A Go type's shape is the schema that its Serialize names.
func (s *sdk) readStructs(path string) error {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
	if err != nil {
		return err
	}
	shapes := map[string]string{}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil && f.Name.Name == "Serialize" {
			shapes[receiver(f)] = serializedShape(f)
		}
	}
	for _, d := range file.Decls {
		name, fields := structDecl(d)
		shape := shapes[name]
		if fields == nil || shape == "" {
			continue
		}
		if members := requiredMembers(fields); len(members) > 0 {
			s.required[shape] = members
		}
	}
	return nil
}

func requiredMembers(fields *ast.FieldList) []string {
	var members []string
	for _, f := range fields.List {
		if len(f.Names) == 1 && strings.Contains(f.Doc.Text(), "This member is required.") {
			members = append(members, memberName(f.Names[0].Name))
		}
	}
	return members
}

// memberName turns a Go field's name back into the member's: the SDK only raised the first letter.
func memberName(field string) string {
	return string(unicode.ToLower(rune(field[0]))) + field[1:]
}

func receiver(f *ast.FuncDecl) string {
	t := f.Recv.List[0].Type
	if p, ok := t.(*ast.StarExpr); ok {
		t = p.X
	}
	if id, ok := t.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

// serializedShape returns Name of the first s.WriteStruct(schemas.Name).
func serializedShape(f *ast.FuncDecl) (shape string) {
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 1 || shape != "" {
			return shape == ""
		}
		if fn, ok := call.Fun.(*ast.SelectorExpr); ok && fn.Sel.Name == "WriteStruct" {
			if arg, ok := call.Args[0].(*ast.SelectorExpr); ok {
				shape = arg.Sel.Name
			}
		}
		return true
	})
	return shape
}

func structDecl(d ast.Decl) (string, *ast.FieldList) {
	g, ok := d.(*ast.GenDecl)
	if !ok || g.Tok != token.TYPE || len(g.Specs) != 1 {
		return "", nil
	}
	t, ok := g.Specs[0].(*ast.TypeSpec)
	if !ok {
		return "", nil
	}
	if st, ok := t.Type.(*ast.StructType); ok {
		return t.Name.Name, st.Fields
	}
	return "", nil
}

// readEnums takes the values from the Values methods, which list them in the model's order.
func (s *sdk) readEnums(path string) error {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Recv == nil || f.Name.Name != "Values" {
			continue
		}
		shape := receiver(f)
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && err == nil {
				var v string
				v, err = strconv.Unquote(lit.Value)
				s.enums[shape] = append(s.enums[shape], v)
			}
			return true
		})
	}
	return err
}
