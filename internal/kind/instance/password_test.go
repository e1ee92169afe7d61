package instance

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

func TestNewPassword_classesOfWindows(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		password := newPassword()
		var lower, upper, digit bool
		for _, r := range password {
			lower, upper, digit = lower || r >= 'a' && r <= 'z', upper || r >= 'A' && r <= 'Z', digit || r >= '0' && r <= '9'
		}
		if len(password) != 32 || !lower || !upper || !digit || seen[password] {
			t.Errorf("password %q: lower %t, upper %t, digit %t, seen before %t", password, lower, upper, digit, seen[password])
		}
		seen[password] = true
	}
}

// TestNewSecret_passwordOfWindows makes secrets for instances of a file without them. A Windows instance gets a new password, which
// its key pair decrypts, and keeps one that a file of an earlier version has encrypted.
func TestNewSecret_passwordOfWindows(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	public, err := ssh.NewPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	line := string(ssh.MarshalAuthorizedKey(public))
	for what, tc := range map[string]struct {
		priv Priv
		pair string
		want bool
	}{
		"Windows":                    {Priv{AuthorizedKey: line, PasswordFrom: time.UnixMilli(1)}, "own", true},
		"Windows of an earlier file": {Priv{AuthorizedKey: line, PasswordFrom: time.UnixMilli(1), PlainCiphertext: "aHVudGVyMg=="}, "own", false},
		"Windows of an earlier file, with the default key pair": {
			Priv{AuthorizedKey: line, PasswordFrom: time.UnixMilli(1), PlainCiphertext: "aHVudGVyMg=="}, resource.DefaultKeyPairName, true,
		},
		"Linux": {Priv{AuthorizedKey: line}, "own", false},
	} {
		priv, err := json.Marshal(tc.priv)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := newSecret(&resource.Resource{Kind: resource.Instance, Doc: []byte(`{"sshKeyName":"` + tc.pair + `"}`), Priv: priv}, resource.FirstSecret)
		if err != nil {
			t.Fatal(err)
		}
		var keys Keys
		if err := json.Unmarshal(plain, &keys); err != nil {
			t.Fatal(err)
		}
		if has := keys.Password != ""; has != tc.want || has != (keys.EncryptedPassword != "") {
			t.Errorf("%s: a password %t, encrypted %t, want %t", what, has, keys.EncryptedPassword != "", tc.want)
		}
		if tc.want {
			wantDecrypted(t, key, keys)
		}
	}
}

// TestIsCiphertext has texts that an import finds as the encrypted password of an instance.
func TestIsCiphertext(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	whole := base64.StdEncoding.EncodeToString(make([]byte, 256))
	for what, tc := range map[string]struct {
		text string
		to   *rsa.PublicKey
		want bool
	}{
		"none":                {"", &key.PublicKey, true},
		"none, and no key":    {"", nil, true},
		"whole":               {whole, &key.PublicKey, true},
		"of no key":           {whole, nil, false},
		"of another key":      {base64.StdEncoding.EncodeToString(make([]byte, 512)), &key.PublicKey, false},
		"cut":                 {base64.StdEncoding.EncodeToString(make([]byte, 255)), &key.PublicKey, false},
		"with a line's end":   {whole + "\n", &key.PublicKey, false},
		"with bits left over": {whole[:len(whole)-3] + "B==", &key.PublicKey, false},
		"not base64":          {"!", &key.PublicKey, false},
	} {
		if got := isCiphertext(tc.text, tc.to); got != tc.want {
			t.Errorf("a ciphertext %s: got %t, want %t", what, got, tc.want)
		}
	}
}

func wantDecrypted(t *testing.T, key *rsa.PrivateKey, keys Keys) {
	t.Helper()
	sealed, err := base64.StdEncoding.DecodeString(keys.EncryptedPassword)
	if err != nil {
		t.Fatal(err)
	}
	got, err := rsa.DecryptPKCS1v15(nil, key, sealed) //nolint:staticcheck // the padding that clients expect
	if err != nil || string(got) != keys.Password {
		t.Errorf("the key pair decrypts %q, %v, want the password", got, err)
	}
}
