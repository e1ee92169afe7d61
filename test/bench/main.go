// Command bench measures Lanyard and prints one table, each row as a ratio within
// the run: machines are noisy, and a ratio survives that better than a time. It does not fail
// when a row is slow: that is for readers of the table to judge.
//
//	go run ./test/bench [-binary bin/lanyard] [-n 100000] [-o docs/performance.md]
//
// With -rows it measures some rows only and writes no table; with -profiles it also
// says where the time of those rows went:
//
//	go run ./test/bench -rows 6 -profiles /tmp/profiles
//	go tool pprof -top /tmp/profiles/cpu
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"
)

// row is one line of the table.
type row struct {
	what, measured, ratio, goal string
	met                         bool
}

// settings come from the command line.
type settings struct {
	binary, output, rows, profiles string
	n                              int
	round                          time.Duration
}

func main() {
	var s settings
	flag.StringVar(&s.binary, "binary", "bin/lanyard", "the built binary")
	flag.StringVar(&s.output, "o", "docs/performance.md", "the file whose table is replaced")
	flag.IntVar(&s.n, "n", 100_000, "key pairs in the large store")
	flag.DurationVar(&s.round, "round", 4*time.Second, "how long each measurement of a rate takes")
	flag.StringVar(&s.rows, "rows", "", "measure only these rows, as in 1,6; the table is not written")
	flag.StringVar(&s.profiles, "profiles", "", "the directory to write profiles to: cpu, allocs, mutex")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := profiled(s.profiles, func() error { return run(ctx, s) })
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// measurements are the parts of the table, by the names that -rows takes.
var measurements = []struct {
	name string
	run  func(context.Context, settings) ([]row, error)
}{
	{"1", warmCreates},
	{"2", emptyCreates},
	{"3", reads},
	{"4", largeStore},
	{"5", starts},
	{"6", writes},
	{"7", replicas},
	{"peer", peer},
}

func run(ctx context.Context, s settings) error {
	var rows []row
	for _, m := range measurements {
		if s.rows != "" && !slices.Contains(strings.Split(s.rows, ","), m.name) {
			continue
		}
		more, err := m.run(ctx, s)
		if err != nil {
			return err
		}
		for _, r := range more {
			fmt.Println(r)
		}
		rows = append(rows, more...)
	}
	if s.rows != "" {
		return nil
	}
	return publish(s.output, rows)
}

func (r row) String() string {
	met := "met"
	if !r.met {
		met = "**missed**"
	}
	if r.goal == "" {
		met = ""
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s |", r.what, r.measured, r.ratio, r.goal, met)
}

// The table stands between these lines of the page.
const (
	tableStart = "<!-- bench: begin -->\n"
	tableEnd   = "<!-- bench: end -->\n"
)

// publish puts the table into the page.
func publish(path string, rows []row) error {
	page, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	head, rest, ok := strings.Cut(string(page), tableStart)
	_, tail, ok2 := strings.Cut(rest, tableEnd)
	if !ok || !ok2 {
		return fmt.Errorf("%s has no place for the table", path)
	}
	var b strings.Builder
	b.WriteString(head + tableStart)
	fmt.Fprintf(&b, "%s: %s\n\n", time.Now().UTC().Format(time.DateOnly), machine())
	b.WriteString("| what | measured | ratio | goal | |\n|---|---|---|---|---|\n")
	for _, r := range rows {
		b.WriteString(r.String() + "\n")
	}
	b.WriteString(tableEnd + tail)
	return os.WriteFile(path, []byte(b.String()), 0o644)
}
