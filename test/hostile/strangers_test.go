//go:build hostile

package hostile

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/test/process"
)

// strangers are writes that are signed with keys that the server knows, of callers without the right: of another account in
// place of the root's, of users without rights, with deactivated or deleted keys, and with sessions that are not
// the signer's, not whole, or not signed.
func strangers(t *testing.T, server *process.Server) []attack {
	t.Helper()
	other := lanyardKey(t, server, "account", "create", "444455556666")
	closed := lanyardKey(t, server, "account", "create", "777788889999")
	lanyard(t, server, "account", "close", "777788889999")
	user := lanyardKey(t, server, "user", "create", "nobody")
	off := lanyardKey(t, server, "user", "create", "switched-off")
	lanyard(t, server, "access-key", "deactivate", off.id)
	gone := lanyardKey(t, server, "user", "create", "gone")
	lanyard(t, server, "access-key", "delete", gone.id)

	var all []attack
	by := func(name string, s signer, lines ...string) {
		m := call("ImportKeyPair", importBody("strange"))
		m.add(lines...)
		all = append(all, attack{name: name, send: m.sign(s).String(), refused: true})
	}
	mixed := root()
	mixed.secret = other.secret
	by("the root's key with another account's secret", mixed)
	mixed = other
	mixed.secret = root().secret
	by("another account's key with the root's secret", mixed)
	by("a key of a closed account", closed)
	by("a key of a user without rights", user)
	by("a key that is switched off", off)
	by("a key that is deleted", gone)

	session, token := newSession(t, server, root())
	_, foreign := newSession(t, server, other)
	const header = "X-Amz-Security-Token: "
	by("a session without its token", session)
	by("a session with another account's token", session, header+foreign)
	by("the root's key with a session's token", root(), header+token)
	by("another account's key with a session's token", other, header+token)
	by("a session's token twice", session, header+token, header+token)
	by("a session's token in two headers", session, header+token[:len(token)/2], header+token[len(token)/2:])
	by("a token in lower case", session, header+strings.ToLower(token))
	by("a token and a sign after it", session, header+token+"=")
	for at := 0; at < len(token); at += len(token)/40 + 1 {
		by(fmt.Sprintf("a token changed at %d", at), session, header+token[:at]+string(token[at]^1)+token[at+1:])
		by(fmt.Sprintf("a token cut at %d", at), session, header+token[:at])
	}
	m := call("GetRegions", "{}")
	m.add(header + token)
	all = append(all, attack{name: "a session's own call, for comparison", send: m.sign(session).String(), status: http.StatusOK})
	m = call("ImportKeyPair", importBody("strange")).sign(session)
	m.add(header + token)
	return append(all, attack{name: "a token that is not signed", send: m.String(), refused: true})
}

// lanyard runs a command on the server's data.
func lanyard(t *testing.T, server *process.Server, args ...string) string {
	t.Helper()
	out := process.Run(t, server.DataDir, args...)
	if out.Code != 0 {
		t.Fatalf("lanyard %q: %s", args, out.Stderr)
	}
	return out.Stdout
}

// lanyardKey runs a command that makes an access key.
func lanyardKey(t *testing.T, server *process.Server, args ...string) signer {
	t.Helper()
	var made struct {
		AccessKey struct{ AccessKeyID, SecretAccessKey string }
	}
	if err := json.Unmarshal([]byte(lanyard(t, server, append(args, "--output", "json")...)), &made); err != nil {
		t.Fatal(err)
	}
	s := root()
	s.id, s.secret = made.AccessKey.AccessKeyID, made.AccessKey.SecretAccessKey
	return s
}

// newSession gets temporary credentials from STS.
func newSession(t *testing.T, server *process.Server, by signer) (s signer, token string) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(server.Endpoint, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(slack))
	by.service = "sts"
	m := form("application/x-www-form-urlencoded", "Action=GetSessionToken&Version=2011-06-15").sign(by)
	status, body, err := exchange(conn, bufio.NewReader(conn), m.String())
	if err != nil || status != http.StatusOK {
		t.Fatalf("GetSessionToken: %d %s, %v", status, body, err)
	}
	element := func(name string) string {
		found := regexp.MustCompile("<" + name + ">([^<]+)<").FindStringSubmatch(body)
		if found == nil {
			t.Fatalf("GetSessionToken has no %s: %s", name, body)
		}
		return strings.ReplaceAll(found[1], "&#43;", "+")
	}
	s = root()
	s.id, s.secret = element("AccessKeyId"), element("SecretAccessKey")
	return s, element("SessionToken")
}
