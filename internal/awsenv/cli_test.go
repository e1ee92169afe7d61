package awsenv_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/awsenv"
)

// installAWS puts a script in the AWS CLI's place on the PATH.
func installAWS(t *testing.T, script string) (path string) {
	t.Helper()
	dir := t.TempDir()
	path = filepath.Join(dir, "aws")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH"))
	return path
}

func TestCLIVersionWarning(t *testing.T) {
	for name, tc := range map[string]struct {
		script string
		old    string // the version that is warned of, or none
	}{
		"version 1, current":              {"echo aws-cli/1.45.11 Python/3.11.7 Linux/6.18 botocore/1.43.11", ""},
		"version 1, first that is fine":   {"echo aws-cli/1.29.0 Python/3.9.2 Linux/5.10 botocore/1.31.0", ""},
		"version 1, last that is too old": {"echo aws-cli/1.27.165 Python/3.9.2 Linux/5.10 botocore/1.29.165", "1.27.165"},
		"version 2, current":              {"echo aws-cli/2.31.3 Python/3.13.7 Linux/6.1 exe/x86_64.debian.12", ""},
		"version 2, first that is fine":   {"echo aws-cli/2.13.0 Python/3.11.4 Linux/6.1 exe/x86_64", ""},
		"version 2, last that is too old": {"echo aws-cli/2.12.7 Python/3.11.4 Linux/6.1 exe/x86_64", "2.12.7"},
		"Debian 12":                       {"echo aws-cli/2.9.19 Python/3.11.2 Linux/6.1.0-13-amd64 source/x86_64.debian.12", "2.9.19"},
		"version 2, preview":              {"echo aws-cli/2.0.0dev2 Python/3.7.4 Linux/4.15 botocore/2.0.0dev1", "2.0.0dev2"},
		"version 3":                       {"echo aws-cli/3.0.0 Python/3.15.0", ""},
		"version 0":                       {"echo aws-cli/0.14.0 Python/2.7.3", "0.14.0"},
		"Python 2 prints to stderr":       {"echo aws-cli/1.16.30 Python/2.7.18 >&2", "1.16.30"},
		"after a line of its own":         {"echo 'DeprecationWarning: old Python'; echo aws-cli/1.16.30 Python/3.6.1", "1.16.30"},
		"something else of that name":     {"echo aws vault 1.2.3", ""},
		"a number beyond counting":        {"echo aws-cli/1.99999999999999999999999 Python/3.9", ""},
		"broken":                          {"echo aws-cli/1.16.30; exit 1", ""},
		"endless output":                  {"yes aws-cli | head -c 1000000", ""},
		"silent":                          {"true", ""},
	} {
		t.Run(name, func(t *testing.T) {
			path := installAWS(t, tc.script)
			got := awsenv.CLIVersionWarning(t.Context(), "http://127.0.0.1:2016")
			want := ""
			if tc.old != "" {
				want = "warning: the installed AWS CLI " + tc.old + " (" + path + ") ignores endpoint settings (1.29 and 2.13 brought them): " +
					"its calls would go to the real AWS; upgrade it, or give every call --endpoint-url http://127.0.0.1:2016"
			}
			if got != want {
				t.Errorf("warning: got %q\nwant %q", got, want)
			}
			if strings.Contains(got, "\n") {
				t.Error("more than one line")
			}
		})
	}
}

func TestCLIVersionWarning_isEmptyWithoutCLI(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if got := awsenv.CLIVersionWarning(t.Context(), "http://127.0.0.1:2016"); got != "" {
		t.Errorf("warning: got %q, want none", got)
	}
}

// Were it waited for, the test would last an hour.
func TestCLIVersionWarning_doesNotWaitForAHangingCLI(t *testing.T) {
	installAWS(t, "echo aws-cli/1.16.30 Python/3.6.1; exec sleep 3600")
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if got := awsenv.CLIVersionWarning(ctx, "http://127.0.0.1:2016"); got != "" {
		t.Errorf("warning: got %q, want none", got)
	}
}
