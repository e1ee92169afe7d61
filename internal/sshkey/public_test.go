package sshkey

import (
	"errors"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

func TestParsePublic_acceptsKeysOfSSHKeygen(t *testing.T) {
	tests := []struct{ keyType, bits, wantType string }{
		{"rsa", "1024", ssh.KeyAlgoRSA},
		{"rsa", "2048", ssh.KeyAlgoRSA},
		{"rsa", "3072", ssh.KeyAlgoRSA},
		{"rsa", "4096", ssh.KeyAlgoRSA},
		{"ed25519", "256", ssh.KeyAlgoED25519},
	}
	for _, test := range tests {
		t.Run(test.keyType+" "+test.bits, func(t *testing.T) {
			_, file := keygenFiles(t, "-t", test.keyType, "-b", test.bits, "-C", "ada@example.com on  her\tlaptop")
			text := readFile(t, file)
			key := mustParsePublic(t, text)
			if key.keyType != test.wantType {
				t.Errorf("type of the key: got %q, want %q", key.keyType, test.wantType)
			}
			if got, want := key.Line(), strings.Join(strings.Fields(text)[:2], " "); got != want {
				t.Errorf("Line is\n%s\nwant\n%s", got, want)
			}
			if got, want := key.comment, "ada@example.com on  her\tlaptop"; got != want {
				t.Errorf("comment of the key: got %q, want %q", got, want)
			}
			if got, want := key.Fingerprint(), toolsFingerprint(t, key.keyType, file); got != want {
				t.Errorf("Fingerprint is %s, the tools say %s", got, want)
			}
		})
	}
}

// Keys at the limits take minutes to generate, but any odd number of the right
// size is a modulus as long as it is not factored.
func TestParsePublicTakesRSAFrom1024To16384Bits(t *testing.T) {
	for _, bits := range []int{1024, 1025, 1031, 1032, 2047, 8192, 16383, 16384} {
		t.Run(strconv.Itoa(bits), func(t *testing.T) {
			text := rsaLine(big.NewInt(65537), oddModulus(bits))
			key := mustParsePublic(t, text)
			if key.Line() != text {
				t.Errorf("Line is\n%s\nwant\n%s", key.Line(), text)
			}
			file := writeFile(t, text+"\n")
			if listed := sshKeygen(t, "-l", "-f", file); !strings.HasPrefix(listed, strconv.Itoa(bits)+" ") {
				t.Errorf("ssh-keygen -l says %q", listed)
			}
			if got, want := key.Fingerprint(), toolsFingerprint(t, key.keyType, file); got != want {
				t.Errorf("Fingerprint is %s, the tools say %s", got, want)
			}
		})
	}
}

func TestParsePublic_acceptsTheExponentsInUse(t *testing.T) {
	for _, exponent := range []int64{3, 5, 17, 35, 37, 41, 257, 65537, 1<<24 - 1} {
		t.Run(strconv.FormatInt(exponent, 10), func(t *testing.T) {
			text := rsaLine(big.NewInt(exponent), oddModulus(2048))
			if key := mustParsePublic(t, text); key.Line() != text {
				t.Errorf("Line is\n%s\nwant\n%s", key.Line(), text)
			}
		})
	}
}

// toolsFingerprint asks ssh-keygen and openssl for the fingerprint of a public
// key file, in the form that EC2 gives to imported keys.
func toolsFingerprint(t *testing.T, keyType, file string) string {
	t.Helper()
	if keyType == ssh.KeyAlgoED25519 {
		listed := strings.Fields(sshKeygen(t, "-l", "-f", file))
		return strings.TrimPrefix(listed[1], "SHA256:") + "="
	}
	spki := sshKeygen(t, "-e", "-m", "PKCS8", "-f", file)
	der := openssl(t, []byte(spki), "pkey", "-pubin", "-outform", "DER")
	return opensslDigest(t, der, "md5")
}

func TestParsePublic_acceptsWhitespaceAndComments(t *testing.T) {
	line := ed25519Line()
	keyType, blob, _ := strings.Cut(line, " ")
	tests := map[string]struct{ text, comment string }{
		"bare":                         {line, ""},
		"a line end":                   {line + "\n", ""},
		"CRLF":                         {line + "\r\n", ""},
		"blank lines around":           {"\n\r\n \t" + line + " \t\r\n\n", ""},
		"spaces and tabs between":      {keyType + " \t  " + blob + "\t \tada", "ada"},
		"a comment":                    {line + " ada@example.com\n", "ada@example.com"},
		"a comment of several words":   {line + "  Ada's  old\tlaptop \n", "Ada's  old\tlaptop"},
		"a comment beyond ASCII":       {line + " clé d’Ada 🔑", "clé d’Ada 🔑"},
		"a comment like an option":     {line + ` command="ls"`, `command="ls"`},
		"a comment like a type":        {line + " ssh-rsa", "ssh-rsa"},
		"a comment in base64":          {line + " AAAAC3NzaC1lZDI1NTE5", "AAAAC3NzaC1lZDI1NTE5"},
		"a comment with a number sign": {line + " # ada", "# ada"},
		"as much as fits":              {line + " " + strings.Repeat("a", maxPublicText-len(line)-1), strings.Repeat("a", maxPublicText-len(line)-1)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			key := mustParsePublic(t, test.text)
			if key.Line() != line {
				t.Errorf("Line is %q, want %q", key.Line(), line)
			}
			if key.comment != test.comment {
				t.Errorf("comment of the key: got %q, want %q", key.comment, test.comment)
			}
		})
	}
}

func TestParsePublic_repeatsNothingOfTheText(t *testing.T) {
	private := testPair(t).PrivatePEM()
	tests := map[string]string{
		"a private key":                private,
		"a private key on one line":    strings.ReplaceAll(private, "\n", " "),
		"a private key after the type": "ssh-rsa " + strings.ReplaceAll(private, "\n", " "),
		"a private key for a blob":     "ssh-rsa " + strings.Join(strings.Split(private, "\n")[1:20], ""),
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := ParsePublic(text)
			if !errors.Is(err, ErrFormat) {
				t.Fatalf("error is %v, want ErrFormat", err)
			}
			assertNoSecret(t, err.Error(), private)
		})
	}
}

func TestGenerate_makesPairsThatCanBeImported(t *testing.T) {
	pair := testPair(t)
	key := mustParsePublic(t, pair.PublicLine())
	if key.Line() != pair.PublicLine() {
		t.Errorf("Line is %q, want %q", key.Line(), pair.PublicLine())
	}
	if key.Fingerprint() == pair.Fingerprint() {
		t.Error("an imported key has the fingerprint of a created one")
	}
}

func mustParsePublic(t testing.TB, text string) *Public {
	t.Helper()
	key, err := ParsePublic(text)
	if err != nil {
		t.Fatalf("%v\n%q", err, text)
	}
	return key
}
