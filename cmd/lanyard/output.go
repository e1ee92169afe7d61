package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/lanyard-cloud/lanyard/internal/terminal"
)

// object is the members of something to show, in order and with IAM's names. Members without
// a value are left out.
type object []field

type field struct {
	name  string
	value any
}

// MarshalJSON keeps the order of the members.
func (o object) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for _, f := range o {
		if f.empty() {
			continue
		}
		value, err := json.Marshal(f.value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = strconv.AppendQuote(b, f.name)
		b = append(append(b, ':'), value...)
	}
	return append(b, '}'), nil
}

// get returns a member's value, or nil.
func (o object) get(name string) any {
	if i := slices.IndexFunc(o, func(f field) bool { return f.name == name }); i >= 0 {
		return o[i].value
	}
	return nil
}

func (f field) empty() bool { return f.value == nil || f.value == "" }

// show prints objects, as text one after the other, or as JSON under their names.
func (a *admin) show(cmd *cobra.Command, named ...field) error {
	if a.output == "json" {
		return writeJSON(cmd.OutOrStdout(), named)
	}
	var fields []field
	for _, n := range named {
		o, _ := n.value.(object)
		fields = append(fields, o...)
	}
	return writeFields(cmd.OutOrStdout(), fields)
}

// list prints objects, as text in a table with some columns, or as JSON under a name.
func (a *admin) list(cmd *cobra.Command, name string, objects []object, columns ...string) error {
	if a.output == "json" {
		if objects == nil {
			objects = []object{}
		}
		return writeJSON(cmd.OutOrStdout(), object{{name, objects}})
	}
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, strings.Join(columns, "\t"))
	for _, o := range objects {
		cells := make([]string, len(columns))
		for i, column := range columns {
			cells[i] = field{column, o.get(column)}.text()
		}
		fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	return w.Flush()
}

func writeJSON(w io.Writer, o object) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "    ")
	return encoder.Encode(o)
}

// writeFields prints a line for each member. A value of several lines is printed below the
// name.
func writeFields(out io.Writer, fields []field) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, f := range fields {
		text := f.text()
		switch {
		case text == "":
		case strings.Contains(text, "\n"):
			fmt.Fprintf(w, "%s\n%s\n", f.name, strings.TrimRight(text, "\n"))
		default:
			fmt.Fprintf(w, "%s\t%s\n", f.name, text)
		}
	}
	return w.Flush()
}

func (f field) text() string {
	switch v := f.value.(type) {
	case nil:
		return ""
	case []string:
		return terminal.Line(strings.Join(v, ", "))
	case document: // may have several lines
		return string(v)
	default:
		return terminal.Line(fmt.Sprint(v))
	}
}
