// Command gen writes the tables of package model.
//
// It has two steps, so that the tables can be proved current on a machine that has nothing but this
// repository and the Go module cache:
//
//	go run ./internal/model/gen -extract service-2.json.gz -source "botocore 1.44.8"
//	go run ./internal/model/gen
//	go run ./internal/model/gen -check
//
// The first form reads the API model as botocore ships it and keeps, in constraints.json, the facts that the
// SDK for Go does not carry: patterns, bounds, sensitivity and the exceptions of each action. The second form joins
// constraints.json with the source of the SDK module, which knows the actions, all members and the required ones, the values of
// the enums and what is sensitive, and is never older than the model. The third form only compares: it fails if the module in
// go.mod has actions or members that the tables lack. members.txt is for readers: its difference says what a version brings.
//
// It copies no documentation text.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	var o options
	flag.StringVar(&o.extract, "extract", "", "read the API model at this `path` (service-2.json or .json.gz) and write constraints.json")
	flag.StringVar(&o.source, "source", "", "where the API model comes from, such as \"botocore 1.44.8\" (with -extract)")
	flag.StringVar(&o.dir, "dir", filepath.Join("internal", "model"), "the folder of package model")
	flag.BoolVar(&o.check, "check", false, "write nothing; fail if the files are not current")
	flag.Parse()
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

type options struct {
	extract, source, dir string
	check                bool
}

func run(o options) error {
	facts := filepath.Join(o.dir, "constraints.json")
	if o.extract != "" {
		c, err := extract(o.extract, o.source)
		if err != nil {
			return fmt.Errorf("extract from the API model: %w", err)
		}
		return put(facts, marshal(c), o.check)
	}
	c, err := readConstraints(facts)
	if err != nil {
		return err
	}
	if err := put(facts, marshal(c), true); err != nil {
		return err
	}
	sdk, err := readSDK()
	if err != nil {
		return fmt.Errorf("read the SDK: %w", err)
	}
	files, err := render(c, sdk)
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := put(filepath.Join(o.dir, f.name), f.text, o.check); err != nil {
			return err
		}
	}
	return nil
}

// put writes a file. If it may only check, it reports the first line in which the file on disk differs.
func put(path string, want []byte, check bool) error {
	if !check {
		return os.WriteFile(path, want, 0o644) //nolint:gosec // source code, not a secret
	}
	have, err := os.ReadFile(path) //nolint:gosec // the path is this program's own
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if bytes.Equal(have, want) {
		return nil
	}
	h, w := bytes.Split(have, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i := range w {
		if i >= len(h) || !bytes.Equal(h[i], w[i]) {
			return fmt.Errorf("%s is not current from line %d on, which has to be %q: run go run ./internal/model/gen", path, i+1, w[i])
		}
	}
	return fmt.Errorf("%s is not current: %d lines too many", path, len(h)-len(w))
}

func readConstraints(path string) (*constraints, error) {
	text, err := os.ReadFile(path) //nolint:gosec // the path is this program's own
	if err != nil {
		return nil, err
	}
	c := new(constraints)
	if err := json.Unmarshal(text, c); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}
