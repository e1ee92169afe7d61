package sim_test

import (
	"crypto/rand"
	"net/netip"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine"
	"github.com/lanyard-cloud/lanyard/internal/driver/machine/sim"
	"github.com/lanyard-cloud/lanyard/internal/sshkey"
)

// custom has the authority of a seed sign what sshkey.Authority would not.
func custom(t *testing.T, seed byte, key *userKey, change func(*ssh.Certificate)) ssh.Signer {
	t.Helper()
	signer, err := ssh.ParsePrivateKey(authorityPEM(t, seed))
	if err != nil {
		t.Fatal(err)
	}
	certificate := &ssh.Certificate{
		Key: key.signer.PublicKey(), CertType: ssh.UserCert, ValidPrincipals: []string{"admin"},
		ValidBefore: uint64(time.Now().Add(time.Minute).Unix()),
	}
	change(certificate)
	if err := certificate.SignCert(rand.Reader, signer); err != nil {
		t.Fatal(err)
	}
	certSigner, err := ssh.NewCertSigner(certificate, key.signer)
	if err != nil {
		t.Fatal(err)
	}
	return certSigner
}

func TestLogin_byKeyAndCertificate(t *testing.T) {
	w := newWorld(t, sim.Limits{})
	other, temporary := newUserKey(t), newUserKey(t)
	signed := func(authority *sshkey.Authority, c sshkey.UserCertificate) ssh.AuthMethod {
		signer, _ := certify(t, authority, temporary, c)
		return ssh.PublicKeys(signer)
	}
	changed := func(change func(*ssh.Certificate)) ssh.AuthMethod {
		return ssh.PublicKeys(custom(t, 1, temporary, change))
	}
	critical := func(name, value string) ssh.AuthMethod {
		return changed(func(c *ssh.Certificate) { c.CriticalOptions = map[string]string{name: value} })
	}
	expired, future := forAMinute("admin"), forAMinute("admin")
	expired.ValidBefore = time.Now().Add(-time.Second)
	future.ValidAfter = time.Now().Add(30 * time.Second)

	tests := []struct {
		name, user string
		auth       ssh.AuthMethod
		want       bool
	}{
		{"the key", "admin", ssh.PublicKeys(w.key.signer), true},
		{"the key among others", "admin", ssh.PublicKeys(other.signer, temporary.signer, w.key.signer), true},
		{"another key", "admin", ssh.PublicKeys(other.signer), false},
		{"another user", "ubuntu", ssh.PublicKeys(w.key.signer), false},
		{"root", "root", ssh.PublicKeys(w.key.signer), false},
		{"no user", "", ssh.PublicKeys(w.key.signer), false},
		{"a password", "admin", ssh.Password("admin"), false},
		{"questions", "admin", ssh.KeyboardInteractive(func(string, string, []string, []bool) ([]string, error) { return nil, nil }), false},
		{"nothing", "admin", nil, false},

		{"a certificate", "admin", signed(w.authority, forAMinute("admin")), true},
		{"a certificate of the key itself", "admin", ssh.PublicKeys(custom(t, 1, w.key, func(*ssh.Certificate) {})), true},
		{"an expired certificate", "admin", signed(w.authority, expired), false},
		{"a certificate of the future", "admin", signed(w.authority, future), false},
		{"a certificate of another authority", "admin", signed(newAuthority(t, 2), forAMinute("admin")), false},
		{"a certificate for another user", "admin", signed(w.authority, forAMinute("ubuntu")), false},
		{"a certificate for another user, as that one", "ubuntu", signed(w.authority, forAMinute("ubuntu")), false},
		{"a certificate without users", "admin", changed(func(c *ssh.Certificate) { c.ValidPrincipals = nil }), false},
		{"a host's certificate", "admin", changed(func(c *ssh.Certificate) { c.CertType = ssh.HostCert }), false},
		{"a certificate with a command", "admin", critical("force-command", "true"), false},
		{"a certificate with an unknown option", "admin", critical("no-such-option", ""), false},
		{"a certificate for the client's address", "admin", critical("source-address", "203.0.113.0/24"), true},
		{"a certificate for another address", "admin", critical("source-address", "198.51.100.0/24"), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var methods []ssh.AuthMethod
			if test.auth != nil {
				methods = append(methods, test.auth)
			}
			c, err := w.login(t, test.user, methods...)
			switch {
			case test.want && err != nil:
				t.Errorf("the login failed with %v, want success", err)
			case !test.want && err == nil:
				t.Error("the login succeeded, want it refused")
			case !test.want && !strings.Contains(err.Error(), "unable to authenticate"):
				t.Errorf("the login failed with %v, want a refusal", err)
			}
			if c != nil {
				_ = c.Close()
			}
		})
	}
}

func TestLogin_certificateForAnAddress(t *testing.T) {
	w := newWorld(t, sim.Limits{})
	signer := custom(t, 1, newUserKey(t), func(c *ssh.Certificate) { c.CriticalOptions = map[string]string{"source-address": "0.0.0.0/0"} })
	for name, from := range map[string]netip.AddrPort{"unknown": {}, "known": client} {
		conn, err := w.driver.Dial(t.Context(), w.instance.ID, machine.Target{Network: "tcp", Port: 22, Client: from})
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.loginOver(t, conn, "admin", ssh.PublicKeys(signer))
		if admitted := err == nil; admitted != from.IsValid() {
			t.Errorf("with an %s address the login ended with %v, want success only with a known one", name, err)
		}
		_ = conn.Close()
	}
}

// A certificate of one machine must open no other, even of the same user name.
func TestLogin_needsTheMachinesOwnKeys(t *testing.T) {
	w := newWorld(t, sim.Limits{})
	other := w.instance
	other.ID, other.AuthorizedKeys, other.CertAuthority = "other", nil, newAuthority(t, 2).PublicLine()
	mine := w.instance
	w.instance = other
	w.start(t)
	signer, _ := certify(t, w.authority, newUserKey(t), forAMinute("admin"))
	if _, err := w.login(t, "admin", ssh.PublicKeys(w.key.signer, signer)); err == nil {
		t.Error("the keys of another machine log in, want them refused")
	}
	w.instance = mine
	if _, err := w.login(t, "admin", ssh.PublicKeys(signer)); err != nil {
		t.Errorf("the certificate is refused by its own machine: %v", err)
	}
}

// A machine without an authority, or without keys, admits no user by them.
func TestLogin_machineWithoutKeys(t *testing.T) {
	w := newWorld(t, sim.Limits{})
	w.instance.ID, w.instance.AuthorizedKeys, w.instance.CertAuthority = "bare", nil, ""
	w.start(t)
	signer, _ := certify(t, w.authority, newUserKey(t), forAMinute("admin"))
	if _, err := w.login(t, "admin", ssh.PublicKeys(w.key.signer, signer)); err == nil {
		t.Error("a login to a machine without keys succeeded, want it refused")
	}
}

// An authorized key is not an authority: certificates that it has signed do not log in.
func TestLogin_keySignsNoCertificates(t *testing.T) {
	w := newWorld(t, sim.Limits{})
	temporary := newUserKey(t)
	certificate := &ssh.Certificate{
		Key: temporary.signer.PublicKey(), CertType: ssh.UserCert, ValidPrincipals: []string{"admin"},
		ValidBefore: uint64(time.Now().Add(time.Minute).Unix()),
	}
	if err := certificate.SignCert(rand.Reader, w.key.signer); err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewCertSigner(certificate, temporary.signer)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.login(t, "admin", ssh.PublicKeys(signer)); err == nil {
		t.Error("a certificate signed by the instance's key pair logs in, want it refused")
	}
}

func TestSession_terminalNeedsPermission(t *testing.T) {
	w := newWorld(t, sim.Limits{})
	full, _ := certify(t, w.authority, newUserKey(t), forAMinute("admin"))
	bare := custom(t, 1, newUserKey(t), func(*ssh.Certificate) {})
	for name, test := range map[string]struct {
		signer ssh.Signer
		want   bool
	}{"the key": {w.key.signer, true}, "a certificate with permit-pty": {full, true}, "a certificate without": {bare, false}} {
		t.Run(name, func(t *testing.T) {
			c, err := w.login(t, "admin", ssh.PublicKeys(test.signer))
			if err != nil {
				t.Fatal(err)
			}
			session, err := c.NewSession()
			if err != nil {
				t.Fatal(err)
			}
			if err := session.RequestPty("xterm", 24, 80, nil); (err == nil) != test.want {
				t.Errorf("the request for a terminal ended with %v, want success: %t", err, test.want)
			}
		})
	}
}

// A client may ask about the right key and then prove to have another one. What was
// found about the first must not open the connection.
func TestLogin_needsProofOfTheKey(t *testing.T) {
	w := newWorld(t, sim.Limits{})
	other := newUserKey(t)
	signer := &switchingSigner{Signer: other.signer, shown: w.key.signer.PublicKey()}
	if _, err := w.login(t, "admin", ssh.PublicKeys(signer)); err == nil {
		t.Error("a key that was only shown logs in, want it refused")
	}
	if signer.asked == 0 {
		t.Error("the client was never asked to sign")
	}
}

// switchingSigner shows one key and signs with another.
type switchingSigner struct {
	ssh.Signer
	shown ssh.PublicKey
	asked int
}

func (s *switchingSigner) PublicKey() ssh.PublicKey { s.asked++; return s.shown }
