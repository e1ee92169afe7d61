package sshkey

import (
	"bytes"
	"errors"
	"math/big"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// FuzzParsePublic: what is accepted reads back from its own line, comment
// included, and is the same key to the SSH library. What is not is ErrFormat.
func FuzzParsePublic(f *testing.F) {
	ed, rsa := ed25519Line(), rsaLine(big.NewInt(65537), oddModulus(1024))
	for _, seed := range []string{
		"",
		ed,
		rsa,
		" \t\r\n" + ed + "\t ada@example.com on her laptop \r\n",
		rsaLine(big.NewInt(3), oddModulus(2048)) + " ada",
		rsaLine(big.NewInt(4), oddModulus(2048)),
		rsaLine(big.NewInt(3), new(big.Int).Lsh(oddModulus(1023), 1)),
		ed + " " + rsa,
		ed + "\n" + rsa,
		"no-pty " + ed,
		strings.TrimSuffix(rsa, "="),
		line(ssh.KeyAlgoRSA, ed25519Blob()),
		line(ssh.KeyAlgoED25519, append(ed25519Blob(), 0)),
		line(ssh.KeyAlgoRSA, wire([]byte(ssh.KeyAlgoRSA), []byte{0, 3}, oddModulus(1024).Bytes())),
		"-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		key, err := ParsePublic(text)
		if err != nil {
			if !errors.Is(err, ErrFormat) || key != nil {
				t.Fatalf("key %v, error %v", key, err)
			}
			return
		}
		assertReadsBack(t, key)
		assertLibraryAgrees(t, key)
	})
}

func assertReadsBack(t *testing.T, key *Public) {
	t.Helper()
	bare := mustParsePublic(t, key.Line())
	if bare.Fingerprint() != key.Fingerprint() || bare.keyType != key.keyType || bare.Line() != key.Line() {
		t.Errorf("%+v reads back from its line as %+v", key, bare)
	}
	if full := key.Line() + " " + key.comment; len(full) <= maxPublicText {
		if again := mustParsePublic(t, full); again.comment != key.comment {
			t.Errorf("the comment %q reads back as %q", key.comment, again.comment)
		}
	}
}

func assertLibraryAgrees(t *testing.T, key *Public) {
	t.Helper()
	parsed, comment, options, rest, err := ssh.ParseAuthorizedKey([]byte(key.Line() + " " + key.comment))
	if err != nil {
		t.Fatalf("the SSH library refuses %q: %v", key.Line(), err)
	}
	if parsed.Type() != key.keyType || !bytes.Equal(parsed.Marshal(), key.blob) {
		t.Errorf("to the SSH library %q is another key", key.Line())
	}
	if comment != key.comment || len(options) > 0 || len(rest) > 0 {
		t.Errorf("the SSH library finds comment %q, options %q, rest %q", comment, options, rest)
	}
}
