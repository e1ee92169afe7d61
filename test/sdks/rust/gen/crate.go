package main

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// rustType is a structure or an enumeration of the crate.
type rustType struct {
	// module is where it is, such as types or operation::get_disk.
	module, name string
	// fields are the public ones of a structure, by their plain names. An enumeration has none, and isEnum.
	fields map[string]string
	isEnum bool
}

// path is how code names the type.
func (t rustType) path() string { return t.module + "::" + t.name }

// crate has the types of the SDK's crate by their plain names.
type crate map[string]rustType

// actions are the names of the crate's actions, as Rust writes them.
func (c crate) actions() map[string]bool {
	names := map[string]bool{}
	for _, t := range c {
		if name, ok := strings.CutSuffix(t.name, "Input"); ok && strings.HasPrefix(t.module, "operation::") {
			names[name] = true
		}
	}
	return names
}

// plain is what a name has in common in JSON and in Rust: isPublic and is_public are one name, and so are type and r#type.
func plain(name string) string {
	return strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(name, "r#"), "_", ""))
}

// Each file of the crate declares a structure or an enumeration first, and what builds it after that.
var (
	structPattern = regexp.MustCompile(`(?ms)^pub struct (\w+) (?:\{\}|\{\n(.*?)^\})`)
	fieldPattern  = regexp.MustCompile(`(?m)^    pub ((?:r#)?\w+): `)
	enumPattern   = regexp.MustCompile(`(?m)^pub enum (\w+) \{`)
)

// readCrate reads the crate's files, which have one type each: those of types, of exceptions, of inputs and of outputs.
func readCrate(dir string) (crate, error) {
	c := crate{}
	for _, pattern := range []string{"types/_*.rs", "types/error/_*.rs", "operation/*/_*.rs"} {
		files, err := filepath.Glob(filepath.Join(dir, "src", filepath.FromSlash(pattern)))
		if err != nil {
			return nil, err
		}
		if len(files) == 0 {
			return nil, fmt.Errorf("the crate in %s has no %s", dir, pattern)
		}
		for _, file := range files {
			if err := c.add(filepath.Join(dir, "src"), file); err != nil {
				return nil, err
			}
		}
	}
	return c, nil
}

func (c crate) add(src, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	rel, err := filepath.Rel(src, file)
	if err != nil {
		return err
	}
	t := rustType{module: strings.ReplaceAll(path.Dir(filepath.ToSlash(rel)), "/", "::"), fields: map[string]string{}}
	if m := structPattern.FindSubmatch(text); m != nil {
		t.name = string(m[1])
		for _, field := range fieldPattern.FindAllSubmatch(m[2], -1) {
			t.fields[plain(string(field[1]))] = string(field[1])
		}
	} else if m := enumPattern.FindSubmatch(text); m != nil {
		t.name, t.isEnum = string(m[1]), true
	} else {
		return fmt.Errorf("%s has neither a structure nor an enumeration", file)
	}
	c[plain(t.name)] = t
	return nil
}
