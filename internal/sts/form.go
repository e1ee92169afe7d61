package sts

import (
	"bytes"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxParameters bounds the parameters of a call. The largest that AWS admits, 50
// tags with 50 keys to pass on, has some 170.
const maxParameters = 1000

// form is the parameters of a call. If a name was sent more than once the first
// value counts (observed).
type form map[string]string

// parseForm reads a posted form. It is strict about what browsers and servers read
// differently.
func parseForm(body []byte) (form, error) {
	if bytes.Count(body, []byte("&")) >= maxParameters {
		return nil, malformedQuery("The request has more than %d parameters.", maxParameters)
	}
	f := form{}
	for pair := range strings.SplitSeq(string(body), "&") {
		if pair == "" {
			continue
		}
		encodedName, encodedValue, _ := strings.Cut(pair, "=")
		name, err := decode(encodedName)
		if err != nil {
			return nil, err
		}
		value, err := decode(encodedValue)
		if err != nil {
			return nil, err
		}
		if _, sent := f[name]; !sent {
			f[name] = value
		}
	}
	return f, nil
}

func decode(encoded string) (string, error) {
	text, err := url.QueryUnescape(encoded)
	switch {
	case err != nil:
		return "", malformedQuery("The request has an invalid percent-encoding.")
	case !utf8.ValidString(text):
		return "", malformedQuery("The request has text that is not UTF-8.")
	case strings.Contains(text, "\x00"):
		return "", malformedQuery("The request has a NUL character.")
	}
	return text, nil
}

// has reports whether a parameter was sent, as a value or as a list.
func (f form) has(name string) bool {
	if _, sent := f[name]; sent {
		return true
	}
	for key := range f {
		if strings.HasPrefix(key, name+".") {
			return true
		}
	}
	return false
}

// list reads a list of structures, name.member.1.field …, or of values, where the
// field is "". An element is a map of the fields that it has. Elements are numbered
// from 1 without gaps: one that went unread could be a restriction.
func (f form) list(name string, fields ...string) ([]map[string]string, error) {
	var elements []map[string]string
	for key, value := range f {
		rest, ok := strings.CutPrefix(key, name+".")
		if !ok {
			continue
		}
		n, field, ok := elementOf(rest)
		if !ok || n > len(f) || !slices.Contains(fields, field) {
			return nil, malformedInput("The parameter " + name + " is not a list of the form that the action has.")
		}
		for len(elements) < n {
			elements = append(elements, nil)
		}
		if elements[n-1] == nil {
			elements[n-1] = map[string]string{}
		}
		elements[n-1][field] = value
	}
	if f[name] != "" { // an empty value is how clients send an empty list
		return nil, malformedInput("Top level element may not be treated as a list")
	}
	for _, e := range elements {
		if e == nil {
			return nil, malformedInput("The elements of the list " + name + " are not numbered from 1 without gaps.")
		}
	}
	return elements, nil
}

// elementOf takes apart member.N and member.N.field.
func elementOf(rest string) (n int, field string, ok bool) {
	number, ok := strings.CutPrefix(rest, "member.")
	if !ok {
		return 0, "", false
	}
	number, field, dotted := strings.Cut(number, ".")
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || strconv.Itoa(n) != number || dotted && field == "" {
		return 0, "", false
	}
	return n, field, true
}
