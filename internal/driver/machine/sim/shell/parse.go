package shell

import (
	"errors"
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// maxNesting bounds how deep a text nests. The parser recurses, and would use hundreds of
// megabytes of stack for a text of opening brackets.
const maxNesting = 200

// errIncomplete says that a text may become commands when more lines follow: a quote is open,
// or the last line ends in "&&".
var errIncomplete = errors.New("syntax error: unexpected end of file")

var errNesting = errors.New("syntax error: the command nests too deeply")

// notSimulatedError names a part of bash's language that this shell does not have.
type notSimulatedError string

func (e notSimulatedError) Error() string {
	return string(e) + " are not part of this simulated instance"
}

// parse parses commands. The error is errIncomplete, errNesting, a notSimulatedError, or a
// syntax error.
func parse(text string) ([]*syntax.Stmt, error) {
	if nesting(text) > maxNesting {
		return nil, errNesting
	}
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), "")
	var unclosed syntax.ParseError
	switch {
	case syntax.IsIncomplete(err), errors.As(err, &unclosed) && strings.HasPrefix(unclosed.Text, "unclosed here-document"):
		return nil, errIncomplete
	case err != nil:
		return nil, syntaxError(text, err)
	case endsInBackslash(text):
		return nil, errIncomplete
	}
	return file.Stmts, checkSimulated(file)
}

// endsInBackslash reports whether the last line continues on the next.
func endsInBackslash(text string) bool {
	line, ok := strings.CutSuffix(text, "\n")
	return ok && (len(line)-len(strings.TrimRight(line, `\`)))%2 == 1
}

// nesting returns how deep a text nests at most. It does not know quotes, and so counts
// brackets in quotes too.
func nesting(text string) int {
	deepest, depth := 0, 0
	word := 0 // the begin of the present word
	for i := range len(text) {
		switch c := text[i]; {
		case strings.IndexByte("([{", c) >= 0:
			depth++
		case strings.IndexByte(")]}", c) >= 0:
			depth--
		case c >= 'a' && c <= 'z':
			continue
		}
		depth += opens(text[word:i])
		word = i + 1
		depth = max(depth, 0)
		deepest = max(deepest, depth)
	}
	return deepest
}

// opens returns 1 for a keyword that begins a compound command, -1 for one that ends it, and
// otherwise 0.
func opens(word string) int {
	switch word {
	case "if", "while", "until", "for", "case", "select":
		return 1
	case "fi", "done", "esac":
		return -1
	}
	return 0
}

// syntaxError has bash's words for an unexpected operator, and the parser's for all other
// errors.
func syntaxError(text string, err error) error {
	parsing, ok := errors.AsType[syntax.ParseError](err)
	if !ok {
		if lang, ok := errors.AsType[syntax.LangError](err); ok {
			return fmt.Errorf("syntax error: line %d: %s", lang.Pos.Line(), lang.Feature)
		}
		return err
	}
	if at := int(parsing.Pos.Offset()); parsing.Pos.IsValid() && at < len(text) {
		rest := text[at:]
		for _, operator := range []string{"&&", "||", ";;", ";", "&", "|", ")"} {
			if strings.HasPrefix(rest, operator) {
				return fmt.Errorf("syntax error near unexpected token `%s'", operator)
			}
		}
	}
	return fmt.Errorf("syntax error: line %d: %s", parsing.Pos.Line(), parsing.Text)
}

// checkSimulated returns an error if commands use what this shell does not have.
func checkSimulated(file *syntax.File) error {
	missing := ""
	syntax.Walk(file, func(node syntax.Node) bool {
		if missing == "" {
			missing = notSimulated(node)
		}
		return missing == ""
	})
	if missing != "" {
		return notSimulatedError(missing)
	}
	return nil
}

// notSimulated names what a node uses and this shell does not have, or returns "".
func notSimulated(node syntax.Node) string {
	switch n := node.(type) {
	case *syntax.CoprocClause:
		return "background jobs"
	case *syntax.ProcSubst:
		return "process substitutions"
	case *syntax.ArrayExpr:
		return "arrays"
	case *syntax.ExtGlob:
		return "extended patterns"
	case *syntax.LetClause:
		return "let commands"
	case *syntax.ParamExp:
		return notSimulatedParam(n)
	}
	return notSimulatedForm(node)
}

// notSimulatedForm is notSimulated for nodes of which this shell has some forms.
func notSimulatedForm(node syntax.Node) string {
	switch n := node.(type) {
	case *syntax.Stmt:
		if n.Background || n.Coprocess || n.Disown {
			return "background jobs"
		}
	case *syntax.Assign:
		if n.Index != nil {
			return "arrays"
		}
	case *syntax.ForClause:
		if n.Select {
			return "select loops"
		}
	case *syntax.FuncDecl:
		if n.Name == nil {
			return "functions without a name"
		}
	}
	return ""
}

func notSimulatedParam(p *syntax.ParamExp) string {
	switch {
	case p.Param == nil:
		return "nested expansions"
	case p.Index != nil:
		return "arrays"
	case p.Excl, p.Names != 0:
		return "indirect expansions"
	case p.Slice != nil, p.Repl != nil:
		return "slices and replacements of variables"
	case p.Exp != nil && p.Exp.Op > syntax.RemLargePrefix:
		return "transformations of variables"
	}
	return ""
}
