package terminal_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/lanyard-cloud/lanyard/internal/terminal"
)

func TestLine_showsWhatTerminalsObey(t *testing.T) {
	for text, want := range map[string]string{
		"web":                     "web",
		"Überraschung 日本":         "Überraschung 日本",
		"a\x1b]0;owned\x07b":      `a\u001b]0;owned\u0007b`,
		"one\ntwo\tthree\r":       `one\u000atwo\u0009three\u000d`,
		"\u009b31m":               `\u009b31m`,
		"\x9b31m":                 `\x9b31m`,
		"safe\u202egpj.exe":       `safe\u202egpj.exe`,
		"a\u2028b\u200bc\x7f":     `a\u2028b\u200bc\u007f`,
		"tag \U000e0041 of a tag": `tag \udb40\udc41 of a tag`,
	} {
		if got := terminal.Line(text); got != want {
			t.Errorf("Line(%q): got %s, want %s", text, got, want)
		}
	}
}

// TestWriter_keepsTheMeaningOfJSON writes JSON with all kinds of characters, cut into
// pieces of every length.
func TestWriter_keepsTheMeaningOfJSON(t *testing.T) {
	want := map[string]string{"name": "a\x1b[2J\u009b1m\u202e\U000e0041é日\u2028 end"}
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(want); err != nil {
		t.Fatal(err)
	}
	for length := 1; length <= text.Len(); length++ {
		var out bytes.Buffer
		w := terminal.NewWriter(&out)
		for rest := text.String(); rest != ""; {
			piece := rest[:min(length, len(rest))]
			if n, err := w.Write([]byte(piece)); n != len(piece) || err != nil {
				t.Fatalf("Write: got %d, %v", n, err)
			}
			rest = rest[len(piece):]
		}
		var got map[string]string
		if err := json.Unmarshal(out.Bytes(), &got); err != nil || got["name"] != want["name"] {
			t.Errorf("in pieces of %d bytes: got %q, %v", length, got["name"], err)
		}
	}
}

func FuzzLine(f *testing.F) {
	f.Add("a\x1b[31m")
	f.Add("\xff\u009b")
	f.Fuzz(func(t *testing.T, text string) {
		got := terminal.Line(text)
		if !utf8.ValidString(got) || strings.ContainsFunc(got, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }) {
			t.Errorf("Line(%q): got %q", text, got)
		}
	})
}
