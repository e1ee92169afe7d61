package sim

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine"
	"github.com/lanyard-cloud/lanyard/internal/driver/machine/sim/shell"
)

// FuzzTerminal types any keys into an interactive shell, in a window of any size that changes
// amid them. It must not panic or hang, and show no more than the limits of commands permit.
func FuzzTerminal(f *testing.F) {
	for _, keys := range []string{
		"whoami\r\x04", "echo a\x7f\x08\x15\x17\x0b\x01\x05\x02\x06\x14\x0c\r", "a\r\x1b[A\x1b[B\x1bOA\x10\x0e\r", "\x03\x04", "cat\rx\r\x04",
		"\x1b[200~a\rb\x1b[201~\r", "\x1b[3~\x1b[H\x1b[F\x1b[1;3C\x1b[1;3D", "\x1b[" + strings.Repeat(";", 300) + "m", "\xff\xc3(ä\x7f", strings.Repeat("x", 500) + "\x01y\r",
	} {
		f.Add([]byte(keys), uint32(80), uint32(1))
	}
	f.Fuzz(func(t *testing.T, keys []byte, columns, changed uint32) {
		var shown bytes.Buffer
		size := &windowSize{}
		size.set(columns, 24)
		half := len(keys) / 2
		from := io.MultiReader(bytes.NewReader(keys[:half]), changing{size, changed}, bytes.NewReader(keys[half:]))
		screen := newTerminal(from, &shown, size)
		sh := shell.New(machine.Instance{Hostname: "h", Username: "admin"}, time.Now, shell.Streams{In: screen, Out: screen, Err: screen, Terminal: true})
		if status := sh.Interactive(); status < 0 || status > 255 {
			t.Errorf("the shell ends with the status %d", status)
		}
		lines := bytes.Count(keys, []byte("\r")) + bytes.Count(keys, []byte("\n"))
		const output, redrawn = 4 << 20, 64 << 10
		if most := output*(1+lines) + redrawn*len(keys); shown.Len() > most {
			t.Errorf("%d keys show %d bytes, want at most %d", len(keys), shown.Len(), most)
		}
	})
}

// changing changes the size of a window when it is read, and is empty.
type changing struct {
	size    *windowSize
	columns uint32
}

func (c changing) Read([]byte) (int, error) {
	c.size.set(c.columns, 24)
	return 0, io.EOF
}
