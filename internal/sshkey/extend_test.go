package sshkey

import (
	"strings"
	"testing"
	"time"
)

// TestExtend adds an extension that ssh-keygen shows, and leaves all else as it was.
func TestExtend(t *testing.T) {
	pair, other := generate(t), generate(t)
	authority := newAuthority(t, 1)
	sign := func(by *Authority, p *Pair) string {
		start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		certificate, err := by.SignUser(p.PublicLine(), UserCertificate{KeyID: "web", Principal: "admin", ValidAfter: start, ValidBefore: start.Add(time.Minute)})
		if err != nil {
			t.Fatal(err)
		}
		return certificate
	}
	extended, err := authority.Extend(sign(authority, pair), "admin", pair.PrivatePEM(), "mark@lanyard")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("TZ", "UTC")
	shown := sshKeygen(t, "-L", "-f", writeFile(t, extended))
	for _, want := range []string{
		"Valid: from 2026-03-01T12:00:00 to 2026-03-01T12:01:00", "Principals: \n                admin\n", `Key ID: "web"`,
		"                permit-pty\n", "mark@lanyard",
	} {
		if !strings.Contains(shown, want) {
			t.Errorf("ssh-keygen does not show %q in\n%s", want, shown)
		}
	}
	good := sign(authority, pair)
	for name, tc := range map[string][3]string{
		"another authority":  {sign(newAuthority(t, 2), pair), "admin", pair.PrivatePEM()},
		"another user":       {good, "root", pair.PrivatePEM()},
		"no user":            {good, "", pair.PrivatePEM()},
		"another key":        {good, "admin", other.PrivatePEM()},
		"no key":             {good, "admin", "-----BEGIN RSA PRIVATE KEY-----"},
		"no certificate":     {pair.PublicLine(), "admin", pair.PrivatePEM()},
		"nothing":            {"", "admin", pair.PrivatePEM()},
		"a damaged one":      {strings.Replace(good, "AAAA", "AAAB", 1), "admin", pair.PrivatePEM()},
		"text before it":     {"command=\"x\"" + good, "admin", pair.PrivatePEM()},
		"an altered one":     {good[:len(good)-8] + "AAAAAAAA", "admin", pair.PrivatePEM()},
		"a key as its owner": {pair.PrivatePEM(), "admin", good},
	} {
		if got, err := authority.Extend(tc[0], tc[1], tc[2], "mark@lanyard"); err == nil || got != "" {
			t.Errorf("%s: got %q, %v, want an error", name, got, err)
		}
	}
}

func generate(t *testing.T) *Pair {
	t.Helper()
	pair, err := Generate()
	if err != nil {
		t.Fatal(err)
	}
	return pair
}
