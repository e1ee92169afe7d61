package sshkey

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The real tools decide in these tests what a key is and what its fingerprint
// is. They are not optional.

func sshKeygen(t testing.TB, args ...string) string {
	t.Helper()
	return string(runTool(t, "openssh-client", nil, "ssh-keygen", args...))
}

func openssl(t testing.TB, input []byte, args ...string) []byte {
	t.Helper()
	return runTool(t, "openssl", input, "openssl", args...)
}

func runTool(t testing.TB, debian string, input []byte, name string, args ...string) []byte {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is missing; install it with: apt-get install -y %s", name, debian)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Stdin = bytes.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, stderr.String())
	}
	return out
}

// opensslDigest is the digest as openssl's -c prints it: hex with colons.
func opensslDigest(t testing.TB, data []byte, digest string) string {
	t.Helper()
	return lastField(string(openssl(t, data, digest, "-c")))
}

// keygenFiles makes a key with ssh-keygen and returns the paths of its private
// and its public half.
func keygenFiles(t testing.TB, args ...string) (private, public string) {
	t.Helper()
	private = filepath.Join(t.TempDir(), "key")
	sshKeygen(t, append([]string{"-q", "-N", "", "-f", private}, args...)...)
	return private, private + ".pub"
}

// keygenPublic makes a key with ssh-keygen and returns its public half's text.
func keygenPublic(t testing.TB, args ...string) string {
	t.Helper()
	_, public := keygenFiles(t, args...)
	return readFile(t, public)
}

func writeFile(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func readFile(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func lastField(text string) string {
	fields := strings.Fields(text)
	if len(fields) == 0 {
		return ""
	}
	return fields[len(fields)-1]
}
