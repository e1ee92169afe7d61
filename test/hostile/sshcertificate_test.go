//go:build hostile

package hostile

import (
	"crypto/ed25519"
	"crypto/rand"
	"net"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
	"github.com/lanyard-cloud/lanyard/test/process"
)

// certificate is a good one with a change.
type certificate struct {
	name   string
	change func(c *ssh.Certificate)
}

// badCertificates must be refused even if the instance's own authority has signed them.
func badCertificates() []certificate {
	now := func(after time.Duration) uint64 { return uint64(time.Now().Add(after).Unix()) }
	return []certificate{
		{"expired", func(c *ssh.Certificate) { c.ValidAfter, c.ValidBefore = now(-time.Hour), now(-time.Second) }},
		{"not valid yet", func(c *ssh.Certificate) { c.ValidAfter, c.ValidBefore = now(time.Hour), now(2*time.Hour) }},
		{"valid never", func(c *ssh.Certificate) { c.ValidAfter, c.ValidBefore = now(time.Hour), now(-time.Hour) }},
		{"valid in another age", func(c *ssh.Certificate) { c.ValidAfter, c.ValidBefore = 1<<63, 1<<63+5 }},
		{"for nobody", func(c *ssh.Certificate) { c.ValidPrincipals = nil }},
		{"for an empty name", func(c *ssh.Certificate) { c.ValidPrincipals = []string{""} }},
		{"for root", func(c *ssh.Certificate) { c.ValidPrincipals = []string{"root"} }},
		{"for a pattern", func(c *ssh.Certificate) { c.ValidPrincipals = []string{"*", "adm*"} }},
		{"for a name with a NUL", func(c *ssh.Certificate) { c.ValidPrincipals = []string{"admin\x00"} }},
		{"for two names in one", func(c *ssh.Certificate) { c.ValidPrincipals = []string{"admin,root"} }},
		{"of a host", func(c *ssh.Certificate) { c.CertType = ssh.HostCert }},
		{"of no kind", func(c *ssh.Certificate) { c.CertType = 0 }},
		{"with a command", func(c *ssh.Certificate) { c.CriticalOptions = map[string]string{"force-command": "id"} }},
		{"with an unknown option", func(c *ssh.Certificate) { c.CriticalOptions = map[string]string{"x": ""} }},
		{"from elsewhere", func(c *ssh.Certificate) { c.CriticalOptions = map[string]string{"source-address": "203.0.113.0/24"} }},
		{"from nowhere", func(c *ssh.Certificate) { c.CriticalOptions = map[string]string{"source-address": ""} }},
		{"from an invalid range", func(c *ssh.Certificate) { c.CriticalOptions = map[string]string{"source-address": "x/y"} }},
	}
}

// changed returns a copy of a certificate, signed by an authority, or unchanged without one.
func changed(t *testing.T, good *ssh.Certificate, change func(*ssh.Certificate), authority ssh.Signer) *ssh.Certificate {
	t.Helper()
	c := *good
	if change != nil {
		change(&c)
	}
	if authority != nil {
		if err := c.SignCert(rand.Reader, authority); err != nil {
			t.Fatal(err)
		}
	}
	return &c
}

// authority returns what signs an instance's certificates, out of the server's sealed store.
func (h *harbour) authority(t *testing.T, name string) ssh.Signer {
	t.Helper()
	master, err := seal.ReadMasterKeyFile(filepath.Join(h.server.DataDir, "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := seal.New(master)
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), store.Options{DSN: filepath.Join(h.server.DataDir, "lanyard.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var keys instance.Keys
	err = db.View(t.Context(), func(tx *store.Tx) error {
		r, err := tx.Resource(process.AccountID, region, name)
		if err != nil {
			return err
		}
		i, err := instance.Load(r)
		if err != nil {
			return err
		}
		keys, err = i.OpenKeys(sealer)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	h.keep(keys.HostKeys)
	signer, err := ssh.NewSignerFromKey(ed25519.NewKeyFromSeed(keys.AuthoritySeed[:]))
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

// TestSSHCertificates logs in to an instance with certificates that are not for it: its own, bent, those of other
// instances, of another server, and made by the client.
func TestSSHCertificates(t *testing.T) {
	t.Parallel()
	h, elsewhere := newHarbour(t, 3), newHarbour(t, 1)
	good, key := h.access(t, "i0")
	forger, _ := newSSHKey(t)
	other, _ := newSSHKey(t)
	if err := h.tryCertificate(0, "admin", good, key); err != nil {
		t.Errorf("the good certificate, for comparison: %v", err)
	}
	authority := h.authority(t, "i0")
	if err := h.tryCertificate(0, "admin", changed(t, good, nil, authority), key); err != nil {
		t.Errorf("the good certificate, signed again for comparison: %v", err)
	}
	h.awaitLogins(t, 3+2)
	before := h.logins()
	refuse := func(name, user string, c *ssh.Certificate, signer ssh.Signer) {
		t.Run(name, func(t *testing.T) {
			if err := h.tryCertificate(0, user, c, signer); err == nil {
				t.Error("it opens the instance")
			}
		})
	}
	for _, c := range badCertificates() {
		refuse(c.name, "admin", changed(t, good, c.change, authority), key)
		refuse(c.name+", and not signed again", "admin", changed(t, good, c.change, nil), key)
	}
	refuse("for another user", "root", good, key)
	refuse("with another key", "admin", good, other)
	refuse("of the client's own", "admin", changed(t, good, nil, forger), key)
	refuse("signed with the key that it is for", "admin", changed(t, good, nil, key), key)
	refuse("signed with the instance's user key", "admin", changed(t, good, nil, h.key), key)
	refuse("for another key, and not signed again", "admin", changed(t, good, func(c *ssh.Certificate) { c.Key = other.PublicKey() }, nil), other)
	refuse("longer, and not signed again", "admin", changed(t, good, func(c *ssh.Certificate) { c.ValidBefore += 3600 }, nil), key)
	refuse("without a signature", "admin", changed(t, good, func(c *ssh.Certificate) { c.Signature = &ssh.Signature{Format: "ssh-ed25519"} }, nil), key)
	neighbour, neighbours := h.access(t, "i1")
	refuse("of another instance", "admin", neighbour, neighbours)
	refuse("of another instance, with this one's name as its authority", "admin",
		changed(t, neighbour, func(c *ssh.Certificate) { c.SignatureKey = good.SignatureKey }, nil), neighbours)
	foreign, foreigners := elsewhere.access(t, "i0")
	refuse("of an instance of this name on another server", "admin", foreign, foreigners)
	if got := h.logins(); got != before {
		t.Errorf("%d logins", got-before)
	}
	h.wantCalm(t, growth)
	elsewhere.wantCalm(t, growth)
}

// tryCertificate logs in with a certificate, and says why it cannot.
func (h *harbour) tryCertificate(i int, user string, c *ssh.Certificate, key ssh.Signer) error {
	conn, err := net.DialTimeout("tcp", h.at(i), slack)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(slack))
	client, _, _, err := ssh.NewClientConn(conn, "", &ssh.ClientConfig{
		User: user, Auth: []ssh.AuthMethod{ssh.PublicKeys(shown{key, c})},
		HostKeyCallback: ssh.InsecureIgnoreHostKey(),
	})
	if err == nil {
		_ = client.Close()
	}
	return err
}

// shown signs with a key and shows a certificate, be it for that key or not.
type shown struct {
	ssh.Signer
	certificate *ssh.Certificate
}

func (s shown) PublicKey() ssh.PublicKey { return s.certificate }
