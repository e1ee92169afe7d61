package shell_test

import (
	"bytes"
	"runtime"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine/sim/shell"
)

// endless returns commands that a real shell would run forever, or until the memory is full.
func endless() map[string]string {
	fill := func(text string) string { return strings.Repeat(text, (shell.MaxText-1200)/len(text)) }
	return map[string]string{
		"a loop":                       "while :; do :; done",
		"a loop until never":           "until false; do x=1; done",
		"a counting loop":              "for ((;;)); do :; done",
		"a loop with output":           "while :; do cat /etc/hosts; done",
		"a loop without a command":     "while true; do x=y; done",
		"a loop of shells":             "while :; do bash -c :; done",
		"a loop of scripts":            "while :; do bash <<< :; done",
		"a loop of piped scripts":      "while :; do echo : | bash; done",
		"a loop of evals":              "while :; do eval '" + strings.Repeat(":;", 10_000) + "'; done",
		"a loop of substitutions":      "while :; do x=$(echo a); done",
		"a loop of files":              "while :; do echo /*/*/*; done",
		"a variable that doubles":      "x=aaaaaaaa; while :; do x=$x$x; done",
		"variables without end":        "i=0; while :; do eval \"v$((i++))=" + strings.Repeat("x", 1000) + "\"; done",
		"one word of many variables":   "x=" + strings.Repeat("x", 1000) + "; y=" + fill("$x"),
		"arguments without end":        "x=" + strings.Repeat("x", 1000) + "; echo " + fill("$x "),
		"an exported flood":            "i=0; while :; do export v$((i++)); done",
		"a long sequence":              "echo {1..1000000000}",
		"the longest sequence":         "echo {-9223372036854775808..9223372036854775807}",
		"products of braces":           "echo " + fill("{a,b}"),
		"nested braces":                "echo " + fill("{a,"),
		"seq":                          "seq 1000000000",
		"a sequence in a loop":         "for i in $(seq 1000000000); do :; done",
		"recursion":                    "f() { f; }; f",
		"recursion in a subshell":      "f() { (f); }; f",
		"recursion in a substitution":  "f() { echo $(f); }; f",
		"a fork bomb in a pipe":        ":() { : | :; }; :",
		"recursion of two":             "f() { f; f; }; f",
		"recursion by eval":            "x='eval \"$x\"'; eval \"$x\"",
		"recursion of arithmetic":      "f() { echo $(($(f) + 1)); }; f",
		"nested subshells":             strings.Repeat("(", 190) + ":" + strings.Repeat(")", 190),
		"too many nested subshells":    fill("("),
		"nested substitutions":         fill("$("),
		"nested blocks":                fill("{ "),
		"nested conditions":            fill("if "),
		"nested loops":                 fill("while "),
		"nested arithmetic":            "echo $((" + fill("("),
		"a long sum":                   "echo $((1" + fill("+1") + "))",
		"long powers":                  "echo $((1" + fill("**9") + "))",
		"a chain of commands":          "true" + fill("&&true"),
		"a chain of pipes":             "true" + fill("|true"),
		"a chain of negations":         "[[ " + fill("! ") + "a ]]",
		"a chain of sudo":              fill("sudo ") + "true",
		"a chain of time":              fill("time ") + "true",
		"a chain of tests":             "[ a" + fill(" -o a") + " ]",
		"functions of functions":       fill("f()") + "{ :; }",
		"functions without end":        "i=0; while :; do eval \"f$((i++))() { " + strings.Repeat("echo a; ", 100) + "}\"; done",
		"patterns that backtrack":      "x=" + strings.Repeat("a", 8000) + "; case $x in " + strings.Repeat("*a", 4000) + "b) ;; esac",
		"trims that backtrack":         "x=" + strings.Repeat("a", 8000) + "; echo ${x##" + strings.Repeat("*a", 4000) + "b}",
		"an expression that repeats":   "grep -E '((a{1,100}){1,100}){1,100}' /etc/hosts",
		"an expression that grows":     "x=" + strings.Repeat("a", 60_000) + "; while :; do echo $x | grep -E '" + strings.Repeat(`\pL{1000}`, 20) + "'; done",
		"many short expressions":       "x=" + strings.Repeat("a", 60_000) + "; while :; do grep '" + strings.Repeat("a?", 100) + "b' <<< $x; done",
		"an exported flood shown":      "for i in {1..3000}; do export v$i=1; done; while :; do env >/dev/null; done",
		"an expression that is long":   "echo a | grep '" + strings.Repeat("(a|b)*", 5000) + "'",
		"a wide conversion":            "printf '%999999999d' 1",
		"the widest conversion":        "while :; do printf '%9999d' 1; done",
		"a format that repeats":        "printf '" + strings.Repeat("a", 10_000) + "' {1..9999}",
		"a pipe that is never full":    "while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done | tail -1",
		"here-documents of variables":  "x=" + strings.Repeat("x", 1000) + "\ncat <<E\n" + fill("$x") + "\nE",
		"a loop that breaks no loop":   "while :; do continue 99999; done",
		"shells within one another":    "f() { bash -c \"$(echo 'bash -c :')\"; f; }; f",
		"a default within a default":   "echo " + strings.Repeat("${a:-", 190) + strings.Repeat("}", 190),
		"conditions in a substitution": "while [ $(seq 1000 | wc -l) -gt 1 ]; do :; done",
	}
}

// Every command ends by itself, with bounded output and memory.
func TestExec_isBounded(t *testing.T) {
	for name, command := range endless() {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			out, errOut, status := run(t, command, "")
			runtime.ReadMemStats(&after)
			if len(out)+len(errOut) > 5<<20 {
				t.Errorf("%d bytes of output, want at most 5 MiB", len(out)+len(errOut))
			}
			if status < 0 || status > 255 {
				t.Errorf("status %d, want one of a process", status)
			}
			if got := after.Sys - before.Sys; after.Sys > before.Sys && got > 256<<20 {
				t.Errorf("the process grew by %d MiB, want at most 256", got>>20)
			}
			t.Logf("status %d, %d bytes, %.100s; %d MiB allocated", status, len(out), errOut, (after.TotalAlloc-before.TotalAlloc)>>20)
		})
	}
}

// A script that is read line by line has limits for each line, and the shell continues.
func TestScript_continuesAfterALimit(t *testing.T) {
	out, errOut, status := run(t, "bash", "while :; do :; done\necho a\nx=$(while :; do echo "+strings.Repeat("a", 5000)+"; done)\necho b\nf() { f; }; f\necho c\n")
	if out != "a\nb\nc\n" || status != 0 || strings.Count(errOut, "\n") != 3 {
		t.Errorf("got %q, %q, status %d; want a, b and c after three messages", out, errOut, status)
	}
}

// Variables and functions stay within their bounds over all lines of a session.
func TestScript_boundsWhatIsKept(t *testing.T) {
	var lines strings.Builder
	for i := range 2000 {
		name := strings.Repeat("v", 1+i%10) + string(rune('a'+i%26)) + strings.Repeat("w", i/260)
		lines.WriteString(name + "=" + strings.Repeat("x", 4000) + "\n" + name + "() { " + strings.Repeat("echo a;", 20) + " }\n")
	}
	var out, errOut bytes.Buffer
	s := shell.New(web(), after(0), shell.Streams{In: lineInput(lines.String()), Out: &out, Err: &errOut})
	before := heap()
	s.Script()
	if grown := heap() - before; grown > 8<<20 {
		t.Errorf("a shell keeps %d MiB, want at most 8", grown>>20)
	}
	runtime.KeepAlive(s)
	for _, want := range []string{"Argument list too long", "functions of a simulated instance are limited"} {
		if !strings.Contains(errOut.String(), want) {
			t.Errorf("no line was refused with %q", want)
		}
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
