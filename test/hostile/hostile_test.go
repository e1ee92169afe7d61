//go:build hostile

package hostile

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/lanyard-cloud/lanyard/test/process"
)

// TestMain runs many attacks at a time: most of what stalls only waits for the server's patience to end.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", "64"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(process.Main(m))
}

const (
	// fewest is how many attacks the tables must make.
	fewest = 500
	// growth is how many bytes of memory the server may keep after all of them.
	growth = 64 << 20
)

// table is attacks of one kind.
type table struct {
	name    string
	attacks []attack
}

func tables(t *testing.T, server *process.Server) []table {
	t.Helper()
	return []table{
		{"request line", requestLines()},
		{"length and encoding", smuggling()},
		{"length", lengths()},
		{"chunks", chunks()},
		{"header", headers()},
		{"many headers", floods()},
		{"body", bodies()},
		{"signature", signatures()},
		{"another message than the signed", tampered()},
		{"stranger", strangers(t, server)},
		{"form", forms()},
		{"cut off", cutOff()},
		{"pipeline", pipelines()},
		{"page for operators", pages()},
		{"page of a link", confirmations()},
	}
}

// TestAttacks sends everything in the tables. After each attack the server answers a good request, and after all of
// them it is as before.
func TestAttacks(t *testing.T) {
	t.Parallel()
	server, address, before := start(t, "--key-pool", "0", "--log-level", "debug")
	sent := 0
	t.Run("from", func(t *testing.T) {
		for _, table := range tables(t, server) {
			sent += len(table.attacks)
			t.Run(table.name, func(t *testing.T) {
				t.Logf("%d attacks", len(table.attacks))
				table.run(t, address)
			})
		}
	})
	if sent < fewest {
		t.Errorf("%d attacks were sent, want %d", sent, fewest)
	}
	wantNothing(t, server)
	wantCalm(t, server, before, growth)
	wantNoPanic(t, server)
}

func (table table) run(t *testing.T, address string) {
	t.Parallel()
	for _, a := range table.attacks {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			if err := a.run(address); err != nil {
				t.Error(err)
			}
			if err := probe(address); err != nil {
				t.Errorf("a good client after it: %v", err)
			}
		})
	}
}
