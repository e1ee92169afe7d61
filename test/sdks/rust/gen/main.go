// Command gen writes target/calls.rs, in the folder of the program for Rust: what that needs to make every call of the API by
// its JSON and to compare the answer with what the SDK made of it. Rust has no reflection that could find that out at run time.
//
// The JSON's names are from package model, and those of Rust from the source of the SDK's crate, which cargo gets. What the crate lacks
// is left out: the program then meets a member that it does not know. What the crate has and the API model lacks is only named.
//
// It does not write the program: that is in src, with the macros that the generated lines call.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

const (
	crateName = "aws-sdk-lightsail"
	target    = "target/calls.rs"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run() error {
	dir, err := findCrate()
	if err != nil {
		return err
	}
	c, err := readCrate(dir)
	if err != nil {
		return err
	}
	text, unmodeled := render(c)
	if len(unmodeled) > 0 {
		fmt.Fprintf(os.Stderr, "gen: the API model does not have %s of %s\n", strings.Join(unmodeled, ", "), crateName)
	}
	if have, err := os.ReadFile(target); err == nil && bytes.Equal(have, text) {
		return nil // cargo would compile a file anew that is as it was
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	return os.WriteFile(target, text, 0o644)
}

// findCrate returns the folder of the SDK's crate. It gets what this machine's builds need, and no crates for other systems.
func findCrate() (string, error) {
	version, err := output("rustc", "-vV")
	if err != nil {
		return "", err
	}
	host := regexp.MustCompile(`(?m)^host: (.*)$`).FindSubmatch(version)
	if host == nil {
		return "", fmt.Errorf("rustc -vV does not name the host: %s", version)
	}
	text, err := output("cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", string(host[1]))
	if err != nil {
		return "", err
	}
	var doc struct {
		Packages []struct {
			Name     string
			Manifest string `json:"manifest_path"`
		}
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		return "", fmt.Errorf("cargo metadata: %w", err)
	}
	for _, p := range doc.Packages {
		if p.Name == crateName {
			return filepath.Dir(p.Manifest), nil
		}
	}
	return "", fmt.Errorf("cargo metadata does not have %s", crateName)
}

func output(name string, args ...string) ([]byte, error) {
	cmd := exec.Command(name, args...)
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return text, nil
}
