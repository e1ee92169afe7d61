package instance_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"golang.org/x/crypto/ssh"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/sshkey"
)

// certified returns a signer with a certificate of an instance, and one with the same
// certificate marked as that of Lightsail's own client.
func (w *world) certified(i *instance.Instance) (plain, marked ssh.Signer) {
	w.t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		w.t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		w.t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		w.t.Fatal(err)
	}
	authority, err := sshkey.NewAuthority([32]byte([]byte(i.Resource.ID)[:32]))
	if err != nil {
		w.t.Fatal(err)
	}
	line, err := authority.SignUser(string(ssh.MarshalAuthorizedKey(signer.PublicKey())), sshkey.UserCertificate{
		KeyID: "test", Principal: "admin", ValidAfter: start.Add(-time.Hour), ValidBefore: start.Add(time.Hour),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	extended, err := authority.Extend(line, "admin", string(pem.EncodeToMemory(block)), machine.ConnectExtension)
	if err != nil {
		w.t.Fatal(err)
	}
	signers := make([]ssh.Signer, 2)
	for n, text := range []string{line, extended} {
		key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(text))
		if err != nil {
			w.t.Fatal(err)
		}
		certificate, _ := key.(*ssh.Certificate)
		if signers[n], err = ssh.NewCertSigner(certificate, signer); err != nil {
			w.t.Fatal(err)
		}
	}
	return signers[0], signers[1]
}

// connect are the rules that let Lightsail's own client in at port 22, beside some blocks.
func connect(cidrs ...string) []types.PortInfo {
	ports := sshFrom(cidrs...)
	ports[0].CidrListAliases = []string{instance.BrowserClient}
	return ports
}

// alive reports whether a connection still answers.
func alive(client *ssh.Client) bool {
	_, _, err := client.SendRequest("keepalive@openssh.com", true, nil)
	return err == nil
}

// TestFirewall_admitsOnlyMarkedCertificatesAsLightsailConnect goes through the rules with
// connections that are open and new ones.
func TestFirewall_admitsOnlyMarkedCertificatesAsLightsailConnect(t *testing.T) {
	w := newWorld(t)
	web := w.put("web", rules(connect()))
	at := w.address("web")
	plain, marked := w.certified(web)
	for name, key := range map[string]ssh.Signer{"a key": w.key, "a certificate": plain, "a stranger's key": newKey(t)} {
		if client, _, err := logIn(at, key); err == nil {
			_ = client.Close()
			t.Errorf("%s logged in", name)
		}
	}
	if n := w.log.Count("ssh login refused: the firewall admits lightsail-connect only"); n != 2 {
		t.Errorf("refused logins in the log: got %d, want 2", n)
	}
	own, _, err := logIn(at, marked)
	if err != nil {
		t.Fatalf("a marked certificate: %v", err)
	}
	w.set(web, rules(connect("127.0.0.0/8")))
	other, _, err := logIn(at, w.key)
	if err != nil {
		t.Fatalf("a key from an address that is admitted: %v", err)
	}
	w.set(web, rules(connect()))
	if err := other.Wait(); err == nil {
		t.Error("the connection that an address was admitted for continues without its rule")
	}
	if !alive(own) {
		t.Error("the connection of the marked certificate ended while its rule stayed")
	}
	w.set(web, rules(sshFrom("203.0.113.0/24")))
	if err := own.Wait(); err == nil {
		t.Error("the connection of the marked certificate continues without its rule")
	}
	if _, _, err := logIn(at, marked); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("a marked certificate without a rule: got %v, want connection reset", err)
	}
}

func TestFirewall_logsTheRulesOfARefusal(t *testing.T) {
	w := newWorld(t)
	w.put("web", rules(sshFrom("203.0.113.0/24", "198.51.100.7/32")))
	if err := knock(w.address("web")); !errors.Is(err, syscall.ECONNRESET) {
		t.Fatalf("got %v, want connection reset", err)
	}
	w.until("the refusal is logged", func() bool { return w.log.Count("the firewall refused a connection to an instance") == 1 })
	for _, want := range []string{"instance=web", "port=22", "client=127.0.0.1", `rules="22/tcp from 203.0.113.0/24, 198.51.100.7/32"`} {
		if w.log.Count(want) == 0 {
			t.Errorf("the log has no %s", want)
		}
	}
	for range 20 {
		_ = knock(w.address("web"))
	}
	if n := w.log.Count("level=INFO msg=\"the firewall refused"); n > 20 {
		t.Errorf("%d lines for 21 refusals", n)
	}
}

// TestMachine_isRefusedWithATextThatTheAPINeverMakes: the instance does not run, and the
// log says which field it is.
func TestMachine_isRefusedWithATextThatTheAPINeverMakes(t *testing.T) {
	w := newWorld(t)
	for name, change := range map[string]func(*instance.Instance){
		"user name":      func(i *instance.Instance) { i.Doc.Username = new("admin\x1b[2J") },
		"blueprint name": func(i *instance.Instance) { i.Doc.BlueprintName = new("Debian\x1b]0;owned\x07") },
		"bundle":         func(i *instance.Instance) { i.Doc.BundleId = new("nano;id") },
	} {
		instanceName := strings.ReplaceAll(name, " ", "-")
		w.put(instanceName, change)
		at := w.address(instanceName)
		if err := knock(at); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("an instance with a bad %s: got %v, want connection refused", name, err)
		}
		if w.log.Count("the instance has an invalid "+name) == 0 {
			t.Errorf("the log does not name the %s", name)
		}
	}
}
