package sshkey

import (
	"strings"
	"testing"
	"time"
)

func newAuthority(t testing.TB, seed byte) *Authority {
	t.Helper()
	authority, err := NewAuthority([32]byte{seed})
	if err != nil {
		t.Fatal(err)
	}
	return authority
}

// ssh-keygen reads the certificate.
func TestUserCertificate_namesItsPurpose(t *testing.T) {
	pair, err := Generate()
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	authority := newAuthority(t, 1)
	certificate, err := authority.SignUser(pair.PublicLine(), UserCertificate{
		KeyID: "web", Principal: "admin", ValidAfter: start, ValidBefore: start.Add(time.Minute),
	})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(certificate, "ssh-rsa-cert-v01@openssh.com AAAA") || strings.ContainsAny(certificate, "\r\n") {
		t.Errorf("the certificate is %q", certificate)
	}

	t.Setenv("TZ", "UTC")
	shown := sshKeygen(t, "-L", "-f", writeFile(t, certificate))
	signer := lastField(strings.Split(sshKeygen(t, "-l", "-f", writeFile(t, authority.PublicLine())), " no comment")[0])
	for _, want := range []string{
		"Type: ssh-rsa-cert-v01@openssh.com user certificate",
		"Signing CA: ED25519 " + signer,
		`Key ID: "web"`,
		"Valid: from 2026-03-01T12:00:00 to 2026-03-01T12:01:00",
		"Principals: \n                admin\n",
		"Critical Options: (none)",
		"Extensions: \n                permit-pty\n",
	} {
		if !strings.Contains(shown, want) {
			t.Errorf("ssh-keygen does not show %q in\n%s", want, shown)
		}
	}
	if strings.Count(shown, "permit-") != 1 {
		t.Errorf("the certificate permits more than a terminal:\n%s", shown)
	}
}

func TestNewAuthority_followsFromItsSeed(t *testing.T) {
	first, again, other := newAuthority(t, 1), newAuthority(t, 1), newAuthority(t, 2)
	if first.PublicLine() != again.PublicLine() {
		t.Error("one seed made two authorities")
	}
	if first.PublicLine() == other.PublicLine() {
		t.Error("two seeds made one authority")
	}
}

func TestSign_refusals(t *testing.T) {
	start := time.Unix(1000, 0)
	good := UserCertificate{Principal: "admin", ValidAfter: start, ValidBefore: start.Add(time.Minute)}
	line := keygenPublic(t, "-t", "ed25519")
	tests := map[string]struct {
		line   string
		change func(*UserCertificate)
	}{
		"no principal":      {line, func(c *UserCertificate) { c.Principal = "" }},
		"no time":           {line, func(c *UserCertificate) { c.ValidBefore = start }},
		"backwards":         {line, func(c *UserCertificate) { c.ValidBefore = start.Add(-time.Second) }},
		"no start":          {line, func(c *UserCertificate) { c.ValidAfter = time.Time{} }},
		"not a key":         {"ssh-rsa AAAA", func(*UserCertificate) {}},
		"ECDSA":             {keygenPublic(t, "-t", "ecdsa"), func(*UserCertificate) {}},
		"no key whatsoever": {"", func(*UserCertificate) {}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := good
			test.change(&c)
			if certificate, err := newAuthority(t, 1).SignUser(test.line, c); err == nil {
				t.Errorf("signed %s", certificate)
			}
		})
	}
	if _, err := newAuthority(t, 1).SignUser(line, good); err != nil {
		t.Errorf("the certificate that the others differ from is not signed either: %v", err)
	}
}
