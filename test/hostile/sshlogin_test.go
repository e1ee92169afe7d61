//go:build hostile

package hostile

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// sshAttack is what a client sends under good keys of the connection.
type sshAttack struct {
	name string
	send func(w *wire) [][]byte
	end  ending
	// refused says that the instance must not take the login that is asked for.
	refused bool
}

// run brings a connection to the point at which the attack begins, sends it in one write, after the session that it
// is about, and reads until the instance closes the connection.
func (a sshAttack) run(address string, prepare func(*wire) error) error {
	w, err := dialSSH(address)
	if err != nil {
		return err
	}
	defer func() { _ = w.Close() }()
	if err := prepare(w); err != nil {
		return err
	}
	messages := a.send(w)
	if len(messages) > 0 && bytes.Equal(messages[0], session) && !a.refused {
		if err := w.opened(); err != nil {
			return err
		}
		messages = messages[1:]
	}
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		_ = w.send(messages...)
		if a.end == halfClose {
			_ = w.Conn.(interface{ CloseWrite() error }).CloseWrite()
		}
	}()
	if a.end == hangUp {
		<-sent
		return nil
	}
	for {
		answer, err := w.receive()
		switch {
		case err != nil:
			return ended(err)
		case a.refused && answer[0] == msgAuthSuccess:
			return errors.New("the instance lets the client in")
		case a.refused && (answer[0] == msgChannelOpened || answer[0] == msgSuccess):
			return fmt.Errorf("the instance does what is asked: message %d", answer[0])
		}
	}
}

// toLogin brings a connection to the point at which a client logs in.
func toLogin(w *wire) error { return errors.Join(w.exchangeKeys(), w.askForLogin()) }

// these sends the same messages on any connection.
func these(messages ...[]byte) func(*wire) [][]byte {
	return func(*wire) [][]byte { return messages }
}

// anyLogin is a request to log in.
func anyLogin(user, service, method string, rest ...any) []byte {
	return compose(msgAuthRequest, append([]any{user, service, method}, rest...)...)
}

// logins are requests that no client with a key makes.
func logins(key ssh.Signer) []sshAttack {
	blob := string(key.PublicKey().Marshal())
	query := anyLogin("admin", "ssh-connection", "publickey", false, key.PublicKey().Type(), blob)
	var all []sshAttack
	add := func(name string, messages ...[]byte) {
		all = append(all, sshAttack{name: name, send: these(messages...), end: halfClose, refused: true})
	}
	for _, user := range []named{
		{"of nothing", ""},
		{"of a NUL", "\x00"},
		{"with a NUL after it", "admin\x00"},
		{"of 32,000 letters", strings.Repeat("a", 32_000)},
		{"of 200,000 letters", strings.Repeat("a", 200_000)},
		{"of invalid UTF-8", "\xff\xfe\xc3\x28"},
		{"of formats", "%s%n%x"},
		{"of lines", "admin\nlevel=ERROR msg=panic"},
		{"of a terminal's commands", "\x1b[2J\x1b]0;x\x07"},
		{"of a path", "../../etc/passwd"},
		{"of a command", "$(id);`id`|id"},
		{"in capitals", "ADMIN"},
		{"root", "root"},
	} {
		add("a user name "+user.name, anyLogin(user.text, "ssh-connection", "none"))
		add("a key and a user name "+user.name, anyLogin(user.text, "ssh-connection", "publickey", false, key.PublicKey().Type(), blob))
	}
	add("a user name of a megabyte", anyLogin(strings.Repeat("a", 1<<20), "ssh-connection", "none"))
	for _, method := range []string{"", "password", "keyboard-interactive", "hostbased", "gssapi-with-mic", "gssapi-keyex", "\x00", "\xff", "%s", strings.Repeat("m", 30_000)} {
		name := fmt.Sprintf("the method %.30q", method)
		add(name, anyLogin("admin", "ssh-connection", method))
		add(name+" with junk", anyLogin("admin", "ssh-connection", method, strings.Repeat("\xff", 100)))
		add(name+" with a password", anyLogin("admin", "ssh-connection", method, false, "secret"))
	}
	for _, service := range []string{"", "ssh-userauth", "sftp", "\x00", strings.Repeat("s", 30_000)} {
		add(fmt.Sprintf("the service %.30q", service), anyLogin("admin", service, "none"))
	}
	for _, algorithm := range []string{"", "none", "ssh-dss", "ssh-rsa", "rsa-sha2-512", "ssh-rsa-cert-v01@openssh.com", "ssh-ed25519-cert-v01@openssh.com", "sk-ssh-ed25519@openssh.com", "ecdsa-sha2-nistp256", strings.Repeat("k", 30_000)} {
		add(fmt.Sprintf("a key as %.40q", algorithm), anyLogin("admin", "ssh-connection", "publickey", true, algorithm, blob, "proof"))
		add(fmt.Sprintf("a key of NULs as %.40q", algorithm), anyLogin("admin", "ssh-connection", "publickey", false, algorithm, algorithm+strings.Repeat("\x00", 60)))
	}
	for cut := 1; cut < len(query); cut += 12 {
		add(fmt.Sprintf("a request cut at %d", cut), query[:cut])
	}
	add("a signature of nothing", anyLogin("admin", "ssh-connection", "publickey", true, key.PublicKey().Type(), blob, ""))
	add("a signature that claims 4 GB", append(anyLogin("admin", "ssh-connection", "publickey", true, key.PublicKey().Type(), blob), 0xff, 0xff, 0xff, 0xff))
	add("a signature of NULs", anyLogin("admin", "ssh-connection", "publickey", true, key.PublicKey().Type(), blob, string(append(text("ssh-ed25519"), text(string(make([]byte, 64)))...))))
	add("1,000 questions about a key", slices.Repeat([][]byte{query}, 1000)...)
	add("1,000 passwords", slices.Repeat([][]byte{anyLogin("admin", "ssh-connection", "password", false, "secret")}, 1000)...)
	var users [][]byte
	for i := range 1000 {
		users = append(users, anyLogin(fmt.Sprint("user", i), "ssh-connection", "none"))
	}
	add("1,000 users", users...)
	add("a successful login of the client's own", []byte{msgAuthSuccess}, compose(msgChannelOpen, "session", 0, 1<<20, 1<<15))
	add("a session without a login", compose(msgChannelOpen, "session", 0, 1<<20, 1<<15))
	add("a request without a login", compose(msgGlobalRequest, "tcpip-forward", true, "0.0.0.0", 2222))
	add("a session after a question", query, compose(msgChannelOpen, "session", 0, 1<<20, 1<<15), compose(msgRequest, 0, "exec", true, "id"))
	add("a message of nothing", []byte{})
	add("10,000 messages to ignore", slices.Repeat([][]byte{compose(msgIgnore, "x")}, 10_000)...)
	add("an offer of new keys", kexInit(goodExchange))
	add("300 offers of new keys", slices.Repeat([][]byte{kexInit(goodExchange)}, 300)...)
	for kind := range 256 {
		if kind%9 == 0 {
			add(fmt.Sprintf("message %d", kind), compose(byte(kind), strings.Repeat("\x00", 40)))
		}
	}
	return all
}

// stolen are requests with proofs of a key that the client does not have: what it may have seen elsewhere.
func stolen(key, other ssh.Signer) []sshAttack {
	proofOf := func(id func(*wire) []byte, user string, signer ssh.Signer, bend func([]byte)) func(*wire) [][]byte {
		return func(w *wire) [][]byte {
			request, err := proof(id(w), user, signer)
			if err != nil {
				return nil
			}
			bend(request)
			return [][]byte{request}
		}
	}
	own := func(w *wire) []byte { return w.sessionID }
	foreign := func(*wire) []byte { return bytes.Repeat([]byte{7}, 32) }
	as := func([]byte) {}
	all := []sshAttack{
		{name: "another key", send: proofOf(own, "admin", other, as)},
		{name: "the key for root", send: proofOf(own, "root", key, as)},
		{name: "the key for nobody", send: proofOf(own, "", key, as)},
		{name: "the key for ubuntu", send: proofOf(own, "ubuntu", key, as)},
		{name: "a proof of another connection", send: proofOf(foreign, "admin", key, as)},
		{name: "a proof for another user, with the name changed", send: proofOf(own, "root1", key, func(r []byte) { copy(r[5:], "admin") })},
		{name: "the right key, asked about, and another one's proof", send: func(w *wire) [][]byte {
			request, _ := proof(w.sessionID, "admin", other)
			return [][]byte{anyLogin("admin", "ssh-connection", "publickey", false, key.PublicKey().Type(), string(key.PublicKey().Marshal())), request}
		}},
		{name: "another one's proof with the right key in it", send: proofOf(own, "admin", other, func(r []byte) {
			copy(r, bytes.Replace(r, other.PublicKey().Marshal(), key.PublicKey().Marshal(), 1))
		})},
	}
	for bit := range 16 {
		all = append(all, sshAttack{
			name: fmt.Sprintf("a proof changed %d bytes before its end", 1+4*bit),
			send: proofOf(own, "admin", key, func(r []byte) { r[len(r)-1-4*bit] ^= 1 }),
		})
	}
	for i := range all {
		all[i].end, all[i].refused = halfClose, true
	}
	return all
}

// TestSSHLogins sends an instance requests to log in that no client with the key makes. None succeeds.
func TestSSHLogins(t *testing.T) {
	t.Parallel()
	const attacked = 4
	h := newHarbour(t, attacked+1)
	other, _ := newSSHKey(t)
	all := append(logins(h.key), stolen(h.key, other)...)
	t.Logf("%d attacks", len(all))
	before := h.logins()
	h.attack(t, all, attacked, toLogin)
	if got := h.logins(); got != before {
		t.Errorf("%d logins", got-before)
	}
	h.wantCalm(t, growth)
}

// beforeLogin are sent in the place of the request to log in. What follows it is more than the server reads ahead.
func beforeLogin() []sshAttack {
	var all []sshAttack
	for _, first := range []struct {
		name    string
		message []byte
	}{
		{"nothing", []byte{}},
		{"another service", compose(msgService, "ssh-connection")},
		{"a service of 30,000 letters", compose(msgService, strings.Repeat("s", 30_000))},
		{"half a request", []byte{msgService, 0}},
		{"a login", anyLogin("admin", "ssh-connection", "none")},
		{"a session", session},
		{"new keys", []byte{msgNewKeys}},
		{"an unknown message", []byte{200}},
	} {
		for _, then := range [][]byte{session, {msgService}, {200}} {
			all = append(all, sshAttack{
				name: fmt.Sprintf("%s before a login, and then message %d", first.name, then[0]), end: halfClose, refused: true,
				send: these(append([][]byte{first.message}, slices.Repeat([][]byte{then}, 1000)...)...),
			})
		}
	}
	return append(all, sshAttack{name: "messages to ignore before a login", refused: true, send: these(slices.Repeat([][]byte{compose(msgIgnore, "x")}, 1000)...)})
}

// TestSSHBeforeLogin sends something else when a request to log in is expected.
func TestSSHBeforeLogin(t *testing.T) {
	t.Parallel()
	const attacked = 2
	h := newHarbour(t, attacked+1)
	h.attack(t, beforeLogin(), attacked, (*wire).exchangeKeys)
	h.wantCalm(t, growth)
}

// attack makes attacks on the first instances. After each the API answers.
func (h *harbour) attack(t *testing.T, all []sshAttack, attacked int, prepare func(*wire) error) {
	t.Helper()
	t.Run("from", func(t *testing.T) {
		for i, a := range all {
			t.Run(a.name, func(t *testing.T) {
				t.Parallel()
				if err := a.run(h.at(i%attacked), prepare); err != nil {
					t.Error(err)
				}
				if err := probe(h.api); err != nil {
					t.Errorf("a good client after it: %v", err)
				}
			})
		}
	})
}
