package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// constraints is the content of constraints.json.
type constraints struct {
	Source string                `json:"source"`
	Shapes map[string]constraint `json:"shapes"`
	Errors map[string][]string   `json:"errors"`
}

// constraint holds what the model says about the values of one shape. Min and Max bound the length of a string
// or list and the value of a number.
type constraint struct {
	Pattern   string `json:"pattern,omitempty"`
	Min       *int64 `json:"min,omitempty"`
	Max       *int64 `json:"max,omitempty"`
	Sensitive bool   `json:"sensitive,omitempty"`
}

// apiModel is the part of service-2.json that is read.
type apiModel struct {
	Metadata struct {
		ServiceID  string `json:"serviceId"`
		APIVersion string `json:"apiVersion"`
	} `json:"metadata"`
	Operations map[string]struct {
		Errors []struct {
			Shape string `json:"shape"`
		} `json:"errors"`
	} `json:"operations"`
	Shapes map[string]struct {
		Pattern   string `json:"pattern"`
		Min       *int64 `json:"min"`
		Max       *int64 `json:"max"`
		Sensitive bool   `json:"sensitive"`
	} `json:"shapes"`
}

func extract(path, source string) (*constraints, error) {
	if source == "" {
		return nil, fmt.Errorf("-source is missing: name the release that %s comes from", path)
	}
	m, err := readModel(path)
	if err != nil {
		return nil, err
	}
	c := &constraints{
		Source: fmt.Sprintf("%s, %s %s", source, m.Metadata.ServiceID, m.Metadata.APIVersion),
		Shapes: map[string]constraint{},
		Errors: map[string][]string{},
	}
	for name, s := range m.Shapes {
		if s.Pattern != "" || s.Min != nil || s.Max != nil || s.Sensitive {
			c.Shapes[name] = constraint{Pattern: s.Pattern, Min: s.Min, Max: s.Max, Sensitive: s.Sensitive}
		}
	}
	for name, op := range m.Operations {
		for _, e := range op.Errors {
			c.Errors[name] = append(c.Errors[name], e.Shape)
		}
		slices.Sort(c.Errors[name])
	}
	return c, nil
}

func readModel(path string) (*apiModel, error) {
	text, err := os.ReadFile(path) //nolint:gosec // the developer names the file
	if err != nil {
		return nil, err
	}
	if strings.HasSuffix(path, ".gz") {
		z, err := gzip.NewReader(bytes.NewReader(text))
		if err != nil {
			return nil, err
		}
		if text, err = io.ReadAll(z); err != nil {
			return nil, err
		}
	}
	m := new(apiModel)
	return m, json.Unmarshal(text, m)
}

// marshal gives constraints.json its one form: encoding/json sorts the keys of maps.
func marshal(c *constraints) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(c); err != nil {
		panic(err) // strings, integers and maps of them always encode
	}
	return b.Bytes()
}
