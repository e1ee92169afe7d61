package actions

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/test/inputs"
	"github.com/lanyard-cloud/lanyard/test/scripts"
)

const passphrase = "correct horse battery staple"

// inward is text that belongs into the log: of the runtime, the database, formatting and file names.
var inward = regexp.MustCompile(`panic|goroutine|runtime error|nil pointer|\.go:|[Ss][Qq][Ll]|pgx|constraint failed|json: |strconv\.|reflect|/tmp/|internal/|lanyard\.db|%!|<nil>|0xc0`)

// prober sends inputs that may be wrong to a server whose account has one of each kind.
type prober struct {
	*site
	// world is the scripts, which have made all before the step made.
	world []step
	made  int
	vars  vars
	// played is up to where restore has brought the account, and file is whose script it has played.
	played int
	file   string
	// mu guards what follows: inputs may be sent at the same time.
	mu sync.Mutex
	// sent counts the calls: each has new names. teams counts the teams but the first.
	sent, teams int
	// operations are those that answers carried, and succeeded are the actions that did.
	operations map[operationID]bool
	succeeded  map[string]int
	// changed reports whether an input changed the account since it was restored.
	changed bool
}

func newProber(t testing.TB, lines script) *prober {
	t.Helper()
	p := &prober{site: newSite(t, nil), vars: scripts.Team(team), operations: map[operationID]bool{}, succeeded: map[string]int{}}
	p.world, p.made = lines.Of(scripts.Parts...), len(lines["make"])
	p.play(lines.Of("make", "once", "use"), p.vars, func(_ step, a answer) { p.note(a) })
	return p
}

// note keeps what an answer carries.
func (p *prober) note(a answer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id := range operationsIn(a) {
		p.operations[id] = true
	}
}

// restore brings the account to where an action succeeds: it makes all again, and plays the script of the action's family
// up to there, but for reads. What is there already may be refused.
func (p *prober) restore(upTo int) {
	p.t.Helper()
	file := ""
	if upTo < len(p.world) {
		file = p.world[upTo].File()
	}
	from := min(p.played, upTo)
	if p.changed || p.file != file {
		from = 0
	}
	p.played, p.file, p.changed = upTo, file, false
	for n, st := range p.world[from:upTo] {
		if from+n >= p.made && st.File() != file {
			continue
		}
		if st.Wait > 0 {
			p.pass(st.Wait)
		}
		if st.Wait > 0 || !access(st.Action).Write && st.Keep == "" {
			continue
		}
		a := p.call(p.root(), st.Action, p.vars.Fill(st.Body))
		p.note(a)
		if a.exception() == "" && st.Keep != "" {
			p.vars[st.Keep] = a.text(st.Path)
		}
	}
}

// renew plays the scripts up to there for a team that has nothing yet.
func (p *prober) renew(upTo int) {
	p.t.Helper()
	p.teams++
	p.vars = scripts.Team(fmt.Sprint(team, p.teams))
	p.play(p.world[:upTo], p.vars, func(_ step, a answer) { p.note(a) })
	p.changed = true
}

// first is where the scripts call an action for the first time after all is made; if they do not, it is where they end.
func (p *prober) first(action string) int {
	for n, st := range p.world {
		if st.Action == action && n >= p.made {
			return n
		}
	}
	return len(p.world)
}

// probeAll sends inputs in an order that follows from the seed.
func (p *prober) probeAll(action string, cases []inputs.Case) {
	p.t.Helper()
	random := rand.New(rand.NewPCG(*seed, uint64(p.sent)))
	for _, n := range random.Perm(len(cases)) {
		p.probe(action, cases[n])
	}
}

// next is a number that no input had.
func (p *prober) next() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent++
	return p.sent
}

// probe sends an input whose names are new. There must be an answer, which is no internal error and shows nothing of
// the inside.
func (p *prober) probe(action string, c inputs.Case) {
	p.t.Helper()
	p.probeAs(action, c, fmt.Sprint("n", p.next()))
}

// probeAs is probe with a part of the names.
func (p *prober) probeAs(action string, c inputs.Case, name string) {
	p.t.Helper()
	body := p.vars.With("new", name).Fill(c.Body)
	a, err := p.send(p.root(), action, body)
	shown := body[:min(len(body), 500)]
	switch {
	case err != nil:
		p.t.Errorf("%s, %s: %s: no answer: %v", action, c.Name, shown, err)
	case a.status >= 500 || a.exception() == "ServiceException":
		p.t.Errorf("%s, %s: %s: %d %s", action, c.Name, shown, a.status, a.body)
	case c.Invalid && a.exception() == "":
		p.t.Errorf("%s, %s: %s: success, but the API model does not admit the input", action, c.Name, shown)
	}
	if found := inward.Find([]byte(a.text("message"))); found != nil && !strings.Contains(body, string(found)) {
		p.t.Errorf("%s, %s: %s: the answer shows %q: %s", action, c.Name, shown, found, a.body)
	}
	p.note(a)
	if err == nil && a.exception() == "" {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.succeeded[action]++
		p.changed = p.changed || access(action).Write
	}
}

// wantWhole wants the store to have the operations that answers carried and no others, and an export of it to make an
// equal store.
func (p *prober) wantWhole() {
	p.t.Helper()
	left := p.allOperations(p.root())
	maps.DeleteFunc(left, func(id operationID, op any) bool {
		return p.operations[id] || unsaid(op)
	})
	if len(left) > 0 {
		p.t.Errorf("%d operations are in the store that no answer had, such as %v", len(left), slices.Collect(maps.Values(left))[0])
	}
	p.stop()
	file, exported := p.export(export.Options{Passphrase: []byte(passphrase), Cost: export.Cheap})
	before, _ := p.export(export.Options{})
	d := home.Database{DataDir: filepath.Join(p.t.TempDir(), "new")}
	imported, err := home.Import(p.t.Context(), d, export.ImportOptions{Passphrase: []byte(passphrase)}, strings.NewReader(file))
	if err != nil {
		p.t.Fatalf("import what was exported: %v", err)
	}
	if exported.Counts != imported.Counts || exported.Resources == 0 {
		p.t.Errorf("exported %+v, imported %+v", exported.Counts, imported.Counts)
	}
	after, _ := exportOf(p.t, d, export.Options{})
	if diff := cmp.Diff(strings.Split(before, "\n")[1:], strings.Split(after, "\n")[1:]); diff != "" {
		p.t.Errorf("the store (-) and the one that was made from its export (+):\n%s", diff)
	}
}
