package contactmethod_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/kind/contactmethod"
	"github.com/lanyard-cloud/lanyard/internal/seal"
)

func newSealer(t testing.TB) *seal.Sealer {
	t.Helper()
	s, err := seal.New(seal.NewMasterKey())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var asked = contactmethod.Confirmation{
	ID: "00000000-0000-4000-8000-000000000001", Verification: 7, To: strings.Repeat("a", 64) + "@" + strings.Repeat("b", 187) + ".com",
}

// TestOpenConfirmation opens what Token made, of the longest address, and nothing else.
func TestOpenConfirmation(t *testing.T) {
	s := newSealer(t)
	token := asked.Token(s)
	if got, err := contactmethod.OpenConfirmation(s, token); err != nil || got != asked {
		t.Errorf("OpenConfirmation = %+v, %v, want %+v", got, err, asked)
	}
	if again := asked.Token(s); again == token || strings.Contains(token, "aaaa") {
		t.Errorf("the tokens are %s and %s, want two that show nothing", token, again)
	}
	login := base64.RawURLEncoding.EncodeToString(s.Seal(seal.RegistryLogin, []byte(`{"id":"x"}`)))
	for name, bad := range map[string]string{
		"nothing": "", "another store's": asked.Token(newSealer(t)), "a secret of another purpose": login, "a shorter one": token[:len(token)-1],
		"a longer one": token + "A", "one with a line end": token + "\n", "a padded one": token + "=", "too long": strings.Repeat("A", 1028),
	} {
		if got, err := contactmethod.OpenConfirmation(s, bad); err == nil {
			t.Errorf("%s: OpenConfirmation = %+v, want an error", name, got)
		}
	}
}

// FuzzOpenConfirmation wants no token to open but one that Token made.
func FuzzOpenConfirmation(f *testing.F) {
	s := newSealer(f)
	token := asked.Token(s)
	for _, text := range []string{"", "x", token, token[1:], token + token} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got, err := contactmethod.OpenConfirmation(s, text); err == nil && text != token {
			t.Errorf("OpenConfirmation(%q) = %+v, want an error", text, got)
		}
	})
}
