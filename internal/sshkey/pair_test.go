package sshkey

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"
)

// onePair is a pair for all tests that only look at it.
var onePair = sync.OnceValues(Generate)

func testPair(t testing.TB) *Pair {
	t.Helper()
	pair, err := onePair()
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

func TestPair_texts(t *testing.T) {
	pair := testPair(t)
	tests := map[string]struct{ text, pattern string }{
		"the public line has no comment": {
			pair.PublicLine(), `^ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ[A-Za-z0-9+/]+$`,
		},
		"the private text is PKCS#1 PEM with no line end after it": {
			pair.PrivatePEM(),
			`^-----BEGIN RSA PRIVATE KEY-----\n([A-Za-z0-9+/]{64}\n)+[A-Za-z0-9+/]{1,64}={0,2}\n-----END RSA PRIVATE KEY-----$`,
		},
		"the fingerprint has 20 octets": {
			pair.Fingerprint(), `^[0-9a-f]{2}(:[0-9a-f]{2}){19}$`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if !regexp.MustCompile(test.pattern).MatchString(test.text) {
				t.Errorf("the text does not match %s", test.pattern)
			}
		})
	}
}

func TestPrivatePEM_isAcceptedBySSHKeygen(t *testing.T) {
	pair := testPair(t)
	for name, text := range map[string]string{
		"as sent":                     pair.PrivatePEM(),
		"as a client's output has it": pair.PrivatePEM() + "\n",
	} {
		t.Run("it derives the public key, "+name, func(t *testing.T) {
			derived := sshKeygen(t, "-y", "-f", writeFile(t, text))
			if got := strings.TrimSpace(derived); got != pair.PublicLine() {
				t.Errorf("ssh-keygen -y gives\n%s\nthe public line is\n%s", got, pair.PublicLine())
			}
		})
	}
	t.Run("it sees 2048 bits of RSA", func(t *testing.T) {
		listed := sshKeygen(t, "-l", "-f", writeFile(t, pair.PublicLine()+"\n"))
		if !strings.HasPrefix(listed, "2048 ") || lastField(listed) != "(RSA)" {
			t.Errorf("ssh-keygen -l says %q", listed)
		}
	})
}

func TestFingerprint_isOpenSSLs(t *testing.T) {
	pair := testPair(t)
	der := openssl(t, []byte(pair.PrivatePEM()), "pkcs8", "-topk8", "-nocrypt", "-outform", "DER")
	if got := opensslDigest(t, der, "sha1"); got != pair.Fingerprint() {
		t.Errorf("openssl says %s, Fingerprint %s", got, pair.Fingerprint())
	}
}

func TestPrivatePEM_hasThePublicLine(t *testing.T) {
	pair := testPair(t)
	signer, err := ssh.ParsePrivateKey([]byte(pair.PrivatePEM()))
	if err != nil {
		t.Fatal(err)
	}
	authorized := string(ssh.MarshalAuthorizedKey(signer.PublicKey()))
	if authorized != pair.PublicLine()+"\n" {
		t.Errorf("the signer's public key is %q, the public line %q", authorized, pair.PublicLine())
	}
}

func TestGenerate_neverRepeatsAKey(t *testing.T) {
	other, err := Generate()
	if err != nil {
		t.Fatal(err)
	}
	pair := testPair(t)
	if other.PublicLine() == pair.PublicLine() || other.Fingerprint() == pair.Fingerprint() {
		t.Error("two pairs are the same")
	}
}

func TestParsePrivatePEM_readsBackAPair(t *testing.T) {
	pair := testPair(t)
	got, err := ParsePrivatePEM(pair.PrivatePEM())
	if err != nil {
		t.Fatal(err)
	}
	if got.PrivatePEM() != pair.PrivatePEM() || got.PublicLine() != pair.PublicLine() || got.Fingerprint() != pair.Fingerprint() {
		t.Error("the pair that was read back differs from the one that was written")
	}
}

func TestParsePrivatePEM_refusals(t *testing.T) {
	text := testPair(t).PrivatePEM()
	block, _ := pem.Decode([]byte(text))
	encode := func(kind string, headers map[string]string, der []byte) string {
		block := &pem.Block{Type: kind, Headers: headers, Bytes: der}
		return strings.TrimSuffix(string(pem.EncodeToMemory(block)), "\n")
	}
	damaged := bytes.Clone(block.Bytes)
	damaged[100] ^= 1 // inside the modulus
	openSSH, _ := keygenFiles(t, "-t", "ed25519")

	tests := map[string]string{
		"nothing":                     "",
		"no PEM":                      "no PEM",
		"another label":               encode("PRIVATE KEY", nil, block.Bytes),
		"a header":                    encode(privatePEMType, map[string]string{"Comment": "deploy"}, block.Bytes),
		"a line end after it":         text + "\n",
		"CRLF":                        strings.ReplaceAll(text, "\n", "\r\n"),
		"something before it":         "# deploy\n" + text,
		"something after it":          text + "\n# deploy",
		"two keys":                    text + "\n" + text,
		"a missing end":               strings.TrimSuffix(text, "-----END RSA PRIVATE KEY-----"),
		"a truncated DER":             encode(privatePEMType, nil, block.Bytes[:len(block.Bytes)-1]),
		"an octet after the DER":      encode(privatePEMType, nil, append(bytes.Clone(block.Bytes), 0)),
		"numbers that do not fit":     encode(privatePEMType, nil, damaged),
		"the public line":             testPair(t).PublicLine(),
		"more than a key's length":    text + strings.Repeat(" ", maxPrivatePEM),
		"the form that OpenSSH wrote": readFile(t, openSSH),
	}
	for name, input := range tests {
		t.Run(name, func(t *testing.T) {
			pair, err := ParsePrivatePEM(input)
			if err == nil {
				t.Fatalf("accepted as %v", pair)
			}
			assertNoSecret(t, err.Error(), text)
		})
	}
}

func TestPair_isNeverFormattedWithItsPrivateKey(t *testing.T) {
	pair := testPair(t)
	var logged bytes.Buffer
	slog.New(slog.NewTextHandler(&logged, nil)).Info("made", "pair", pair, "value", *pair)
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("made", "pair", pair, "value", *pair)
	encoded, err := json.Marshal(map[string]any{"pair": pair})
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]string{"slog": logged.String(), "encoding/json": string(encoded)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T"} {
		shown["pointer "+verb] = fmt.Sprintf(verb, pair)
		shown["value "+verb] = fmt.Sprintf(verb, *pair)
		shown["slice "+verb] = fmt.Sprintf(verb, []*Pair{pair})
	}
	for how, text := range shown {
		t.Run(how, func(t *testing.T) { assertNoSecret(t, text, pair.PrivatePEM()) })
	}
	if got, want := fmt.Sprint(pair), "key pair "+pair.Fingerprint(); got != want {
		t.Errorf("a pair prints as %q, want %q", got, want)
	}
}

// assertNoSecret fails if any line of the private key is in the text, plain or
// in one of the forms that formatting verbs give to octets.
func assertNoSecret(t *testing.T, text, privatePEM string) {
	t.Helper()
	for secret := range strings.Lines(privatePEM) {
		secret = strings.TrimSpace(secret)
		decimal := strings.Trim(fmt.Sprintf("%d", []byte(secret)), "[]")
		for _, form := range []string{secret, fmt.Sprintf("%x", secret), decimal} {
			if strings.Contains(text, form) {
				t.Errorf("it shows %d characters of the private key", len(secret))
			}
		}
	}
}
