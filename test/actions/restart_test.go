package actions

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/server"
	"github.com/lanyard-cloud/lanyard/test/scripts"
)

// moment is a time in an export.
var moment = regexp.MustCompile(`"(20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z)"`)

// soon is how far ahead a moment may lie at which a step of a lifecycle begins that a test waits for.
const soon = time.Hour

// ahead are the moments that the store has and that lie ahead, in order: steps of lifecycles begin then.
func (s *site) ahead() (moments []time.Time) {
	s.t.Helper()
	text, _ := s.export(export.Options{})
	for _, m := range moment.FindAllStringSubmatch(text, -1) {
		at, err := time.Parse(time.RFC3339Nano, m[1])
		if err != nil {
			s.t.Fatal(err)
		}
		if at.After(s.now()) && at.Before(s.now().Add(soon)) {
			moments = append(moments, at)
		}
	}
	slices.SortFunc(moments, time.Time.Compare)
	return slices.CompactFunc(moments, time.Time.Equal)
}

// export returns what Export writes of the store.
func (s *site) export(o export.Options) (string, export.Exported) {
	s.t.Helper()
	return exportOf(s.t, s.options.Database, o)
}

func exportOf(t testing.TB, d home.Database, o export.Options) (string, export.Exported) {
	t.Helper()
	h, err := home.Open(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = h.Close() }()
	var b bytes.Buffer
	done, err := h.Export(t.Context(), o, &b)
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), done
}

// reads are the steps of the scripts that change nothing.
func reads(lines script) []step {
	return slices.DeleteFunc(lines.Of("use"), func(st step) bool { return st.Wait > 0 || access(st.Action).Write })
}

// tokens are the page tokens of an answer: no two answers have the same.
var tokens = regexp.MustCompile(`"next(Page|Backward|Forward)Token":"[^"]*"`)

// look reads all that the scripts read, whether it is there or not.
func (s *site) look(all []step, v vars) (answers []string) {
	for _, st := range all {
		body := v.Fill(st.Body)
		answer := string(s.call(s.root(), st.Action, body).body)
		answers = append(answers, st.Action+" "+body+": "+tokens.ReplaceAllString(answer, ""))
	}
	return answers
}

// notExported are the reads of what exports leave out.
var notExported = []string{"GetContainerLog", "GetRelationalDatabaseEvents"}

// movesEach is how often a restart is on a store that was imported from the other one.
const movesEach = 8

// move starts the server anew on a store that has what an export of its store has.
func (s *site) move() {
	s.t.Helper()
	s.stop()
	file, _ := s.export(export.Options{Passphrase: []byte(passphrase), Cost: export.Cheap})
	s.options.Database = newDatabase(s.t)
	if _, err := home.Import(s.t.Context(), s.options.Database, export.ImportOptions{Passphrase: []byte(passphrase)}, strings.NewReader(file)); err != nil {
		s.t.Fatalf("import what was exported at %s: %v", s.now(), err)
	}
	s.restart(nil)
}

// TestActions_restartAtEachStep takes each step of the scripts, with AWS's durations, and restarts the server whenever
// something is on its way to another state: before it is, and at each moment at which it gets there. All reads answer
// as before, also when the server is on an import of an export of its store.
func TestActions_restartAtEachStep(t *testing.T) {
	t.Parallel()
	lines := readScript(t)
	s := newSite(t, func(o *server.Options) { o.TimeScale, o.PageSize = 1, server.MaxPageSize })
	all, v, restarts := reads(lines), scripts.Team("web"), 0
	moved := slices.DeleteFunc(slices.Clone(all), func(st step) bool { return slices.Contains(notExported, st.Action) })
	again := func(st step) {
		all, start := all, func() { s.restart(nil) }
		// Exports leave out what is gone by the real clock, which is ahead of the site's.
		if restarts++; restarts%movesEach == 0 && !strings.HasPrefix(st.Action, "Delete") {
			all, start = moved, s.move
		}
		before := s.look(all, v)
		start()
		if diff := cmp.Diff(before, s.look(all, v)); diff != "" {
			t.Errorf("%s: %s: answers before (-) and after (+) a restart at %s:\n%s", st.Line, st.Action, s.now(), diff)
		}
	}
	s.play(lines.Of(scripts.Parts...), v, func(st step, _ answer) {
		if !access(st.Action).Write {
			return
		}
		moments := s.ahead()
		if len(moments) == 0 {
			return
		}
		again(st)
		for _, at := range moments {
			s.pass(at.Sub(s.now()))
			again(st)
		}
	})
	t.Logf("%d restarts, %d reads at each", restarts, len(all))
	if restarts < 30 {
		t.Errorf("%d restarts: too few to say anything", restarts)
	}
}
