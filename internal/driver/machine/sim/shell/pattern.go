package shell

import (
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// field is an argument before its patterns are matched with files.
type field struct {
	text    []byte
	pattern []byte // text with a backslash before what is quoted
	special bool   // it has a pattern
	exists  bool
}

func (f *field) add(text string, quoted bool) {
	f.exists = true
	f.text = append(f.text, text...)
	if quoted {
		text = escape(text)
	} else {
		f.special = f.special || strings.ContainsAny(text, "*?[")
	}
	f.pattern = append(f.pattern, text...)
}

// escape quotes the characters of patterns.
func escape(text string) string { return patternEscapes.Replace(text) }

var patternEscapes = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`)

// glob returns the files of the instance that a field's pattern matches, or the field itself.
func (s *Shell) glob(f field) []string {
	if !f.special {
		return []string{string(f.text)}
	}
	pattern, prefix := strings.ReplaceAll(string(f.pattern), "[!", "[^"), ""
	if !path.IsAbs(pattern) {
		prefix = strings.TrimSuffix(s.dir, "/") + "/"
	}
	files := s.tree()
	var names []string
	for _, name := range slices.Sorted(maps.Keys(files)) {
		relative, ok := strings.CutPrefix(name, prefix)
		if !ok || relative == "" || !s.budget.spend(len(pattern)) || files[path.Dir(name)].private && !s.root {
			continue
		}
		hidden := strings.HasPrefix(path.Base(name), ".") && !strings.HasPrefix(path.Base(pattern), ".")
		if matched, err := path.Match(pattern, relative); matched && err == nil && !hidden {
			names = append(names, relative)
		}
	}
	if len(names) == 0 {
		return []string{string(f.text)}
	}
	return names
}

// pattern expands a word to a pattern.
func (s *Shell) pattern(w *syntax.Word) string { return s.patternOf(w.Parts) }

func (s *Shell) patternOf(parts []syntax.WordPart) string {
	var b strings.Builder
	for _, p := range s.pieces(parts, false) {
		if p.quoted {
			p.text = escape(p.text)
		}
		b.WriteString(p.text)
	}
	return b.String()
}

// slashes replaces slashes, because they are not special in the patterns of texts.
var slashes = strings.NewReplacer("/", "\x00", "[!", "[^")

// matches reports whether a pattern matches a whole text.
func (s *Shell) matches(pattern, text string) bool {
	if !s.budget.spend(len(pattern) * len(text) / 4) {
		return false
	}
	matched, err := path.Match(slashes.Replace(pattern), slashes.Replace(text))
	return matched && err == nil || pattern == text
}

// trim removes what a pattern matches from the start or the end of a text.
func (s *Shell) trim(op syntax.ParExpOperator, text, pattern string) string {
	prefix := op == syntax.RemSmallPrefix || op == syntax.RemLargePrefix
	if !strings.ContainsAny(pattern, `*?[\`) {
		if prefix {
			return strings.TrimPrefix(text, pattern)
		}
		return strings.TrimSuffix(text, pattern)
	}
	// The first cut leaves the longest rest, or the shortest, as the operator says.
	longestRest := op == syntax.RemSmallPrefix || op == syntax.RemSmallSuffix
	for i := range len(text) + 1 {
		cut := i
		if longestRest != prefix {
			cut = len(text) - i
		}
		removed, rest := text[cut:], text[:cut]
		if prefix {
			removed, rest = text[:cut], text[cut:]
		}
		if s.matches(pattern, removed) {
			return rest
		}
		if s.budget.err != nil {
			break
		}
	}
	return text
}

// braces makes words from {a,b} and {1..9}.
func (s *Shell) braces(w *syntax.Word) []*syntax.Word {
	word := *w
	if !syntax.SplitBraces(&word) {
		return []*syntax.Word{w}
	}
	var all []*syntax.Word
	s.expandBraces(word.Parts, func(parts []syntax.WordPart) { all = append(all, &syntax.Word{Parts: parts}) })
	return all
}

// expandBraces calls use with each combination of the alternatives of all braces.
func (s *Shell) expandBraces(parts []syntax.WordPart, use func([]syntax.WordPart)) {
	if !s.budget.enter() || !s.budget.spend(stepBytes*len(parts)) {
		return
	}
	defer s.budget.leave()
	at := slices.IndexFunc(parts, func(p syntax.WordPart) bool { _, ok := p.(*syntax.BraceExp); return ok })
	if at < 0 {
		use(parts)
		return
	}
	brace, _ := parts[at].(*syntax.BraceExp)
	s.alternatives(brace, func(chosen []syntax.WordPart) {
		if s.budget.err == nil {
			s.expandBraces(slices.Concat(parts[:at], chosen, parts[at+1:]), use)
		}
	})
}

// alternatives calls use with each alternative of braces.
func (s *Shell) alternatives(b *syntax.BraceExp, use func([]syntax.WordPart)) {
	if !b.Sequence {
		for _, elem := range b.Elems {
			use(elem.Parts)
		}
		return
	}
	from, to, step, letters := sequence(b)
	for n := from; from <= to && n <= to || from > to && n >= to; n += step {
		text := strconv.Itoa(n)
		if letters {
			text = string(rune(n))
		}
		if use([]syntax.WordPart{&syntax.Lit{Value: text}}); s.budget.err != nil {
			return
		}
	}
}

// sequence parses {from..to..step}, of numbers or letters.
func sequence(b *syntax.BraceExp) (from, to, step int, letters bool) {
	number := func(i int) int {
		text := b.Elems[i].Lit()
		n, err := strconv.Atoi(text)
		if err != nil && len(text) == 1 {
			n, letters = int(text[0]), true
		}
		return max(min(n, 1<<40), -1<<40)
	}
	from, to = number(0), number(1)
	step = 1
	if len(b.Elems) > 2 {
		if n, err := strconv.Atoi(b.Elems[2].Lit()); err == nil && n != 0 {
			step = max(n, -n)
		}
	}
	step = max(min(step, 1<<40), 1)
	if from > to {
		step = -step
	}
	return from, to, step, letters
}
