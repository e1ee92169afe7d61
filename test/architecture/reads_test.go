package architecture

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// code is what the functions of some packages read and use, by the full names of functions and
// of variables of packages.
type code struct {
	reads map[string]map[member]bool
	uses  map[string]map[string]bool
	// takes has the functions that are given a type: an action's input, say.
	takes map[string][]string
	// methods has the functions with a receiver by their bare name. A call through an interface may
	// reach each of them.
	methods map[string][]string
}

func newCode() *code {
	return &code{map[string]map[member]bool{}, map[string]map[string]bool{}, map[string][]string{}, map[string][]string{}}
}

// readFrom returns the members that some functions read, and all that these use.
func (c *code) readFrom(functions ...string) map[member]bool {
	read, seen := map[member]bool{}, map[string]bool{}
	todo := slices.Clone(functions)
	for len(todo) > 0 {
		name := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[name] {
			continue
		}
		seen[name] = true
		for m := range c.reads[name] {
			read[m] = true
		}
		for used := range c.uses[name] {
			todo = append(todo, used)
		}
		todo = append(todo, c.methods[name]...)
	}
	return read
}

// add adds a package.
func (c *code) add(p *typed) {
	for _, f := range p.files {
		for _, decl := range f.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				fn := p.info.Defs[decl.Name].(*types.Func)
				c.addFunc(fn)
				c.addBody(p, fn.FullName(), decl)
			case *ast.GenDecl:
				c.addVariables(p, decl)
			}
		}
	}
}

func (c *code) addFunc(fn *types.Func) {
	signature := fn.Signature()
	if signature.Recv() != nil {
		c.methods[fn.Name()] = append(c.methods[fn.Name()], fn.FullName())
	}
	for param := range signature.Params().Variables() {
		t := param.Type()
		if pointer, ok := t.(*types.Pointer); ok {
			t = pointer.Elem()
		}
		if named, ok := t.(*types.Named); ok {
			c.takes[named.String()] = append(c.takes[named.String()], fn.FullName())
		}
	}
}

func (c *code) addVariables(p *typed, decl *ast.GenDecl) {
	for _, spec := range decl.Specs {
		if values, ok := spec.(*ast.ValueSpec); ok && decl.Tok == token.VAR {
			for _, name := range values.Names {
				c.addBody(p, nameOf(p.info.Defs[name]), values)
			}
		}
	}
}

// addBody notes what a declaration reads and uses.
func (c *code) addBody(p *typed, name string, body ast.Node) {
	written := map[ast.Expr]bool{}
	c.reads[name], c.uses[name] = map[member]bool{}, map[string]bool{}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok == token.ASSIGN {
				for _, target := range n.Lhs {
					written[target] = true
				}
			}
		case *ast.SelectorExpr:
			if s := p.info.Selections[n]; s != nil && s.Kind() == types.FieldVal && !written[n] {
				c.reads[name][fieldOf(s)] = true
			}
		case *ast.Ident:
			if used := nameOf(p.info.Uses[n]); used != "" {
				c.uses[name][used] = true
			}
		}
		return true
	})
}

// nameOf is the full name of a function, the bare name of an interface's method, the full name of a
// package's variable, or "".
func nameOf(o types.Object) string {
	switch o := o.(type) {
	case *types.Func:
		if recv := o.Signature().Recv(); recv != nil && types.IsInterface(recv.Type()) {
			return o.Name()
		}
		return o.Origin().FullName()
	case *types.Var:
		if o.Pkg() != nil && o.Parent() == o.Pkg().Scope() {
			return o.Pkg().Path() + "." + o.Name()
		}
	}
	return ""
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
