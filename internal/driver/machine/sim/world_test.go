package sim_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine"
	"github.com/lanyard-cloud/lanyard/internal/driver/machine/sim"
	"github.com/lanyard-cloud/lanyard/internal/sshkey"
)

// client is the address that the tests' connections have.
var client = netip.MustParseAddrPort("203.0.113.7:40000")

// port22 is the target of almost every test.
var port22 = machine.Target{Network: "tcp", Port: 22, Client: client}

// world is a driver with one running machine, and the secrets that open it.
type world struct {
	driver    *sim.Driver
	instance  machine.Instance
	key       *userKey
	authority *sshkey.Authority
}

// newWorld starts a machine. Limits that are zero are the default ones.
func newWorld(t testing.TB, limits sim.Limits) *world {
	t.Helper()
	w := &world{key: newUserKey(t), authority: newAuthority(t, 1)}
	hostKeys, err := machine.NewHostKeys("")
	if err != nil {
		t.Fatal(err)
	}
	bootedAt := time.Now().Add(-time.Hour)
	w.instance = machine.Instance{
		ID: "5b1c", Name: "web", Hostname: "ip-172-26-10-39", Username: "admin", PrivateIP: netip.MustParseAddr("172.26.10.39"),
		Region: "us-east-1", Blueprint: "debian_12", BlueprintName: "Debian 12", CPUs: 2, RAMGiB: 0.5, DiskGiB: 20,
		UserData: "#!/bin/sh\necho hello\n", AuthorizedKeys: []string{w.key.line}, CertAuthority: w.authority.PublicLine(),
		HostKeys: hostKeys, BootedAt: bootedAt,
	}
	w.run(t, sim.Options{Clock: func() time.Time { return bootedAt.Add(time.Hour) }, Limits: limits})
	return w
}

// run starts the machine on a driver of its own.
func (w *world) run(t testing.TB, options sim.Options) {
	t.Helper()
	driver := sim.New(options)
	t.Cleanup(func() { _ = driver.Close() })
	w.driver = driver
	w.start(t)
}

func (w *world) start(t testing.TB) {
	t.Helper()
	if err := errors.Join(w.driver.Create(t.Context(), w.instance), w.driver.Start(t.Context(), w.instance)); err != nil {
		t.Fatal(err)
	}
}

// dial opens a connection to the machine's port 22.
func (w *world) dial(t testing.TB) net.Conn {
	t.Helper()
	conn, err := w.driver.Dial(t.Context(), w.instance.ID, port22)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// login logs in with a key over a new connection.
func (w *world) login(t testing.TB, user string, auth ...ssh.AuthMethod) (*ssh.Client, error) {
	t.Helper()
	return w.loginOver(t, w.dial(t), user, auth...)
}

func (w *world) loginOver(t testing.TB, raw net.Conn, user string, auth ...ssh.AuthMethod) (*ssh.Client, error) {
	t.Helper()
	conn, channels, requests, err := ssh.NewClientConn(raw, "web", &ssh.ClientConfig{
		User: user, Auth: auth, HostKeyCallback: w.checkHostKey(t),
	})
	if err != nil {
		return nil, err
	}
	return ssh.NewClient(conn, channels, requests), nil
}

// checkHostKey accepts the machine's own keys only.
func (w *world) checkHostKey(t testing.TB) ssh.HostKeyCallback {
	return func(_ string, _ net.Addr, key ssh.PublicKey) error {
		public, err := w.instance.HostKeys.Public()
		if err != nil {
			return err
		}
		for _, known := range public {
			if known.FingerprintSHA256 == ssh.FingerprintSHA256(key) {
				return nil
			}
		}
		t.Errorf("the machine has the unknown host key %s", ssh.FingerprintSHA256(key))
		return errors.New("unknown host key")
	}
}

// mustLogin logs in as the machine's user with the machine's key.
func (w *world) mustLogin(t testing.TB) *ssh.Client {
	t.Helper()
	c, err := w.login(t, "admin", ssh.PublicKeys(w.key.signer))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// run runs a command and returns its output and its status.
func run(t testing.TB, c *ssh.Client, command string, stdin io.Reader) (out, errOut string, status int) {
	t.Helper()
	session, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	var o, e bytes.Buffer
	session.Stdin, session.Stdout, session.Stderr = stdin, &o, &e
	err = session.Run(command)
	if exit, ok := errors.AsType[*ssh.ExitError](err); ok {
		status = exit.ExitStatus()
	} else if err != nil && !errors.Is(err, io.EOF) { // which says that the command left some of its input
		t.Fatal(err)
	}
	return o.String(), e.String(), status
}

// userKey is the key of a user, in the forms that clients need.
type userKey struct {
	signer ssh.Signer
	line   string
	pem    []byte
}

func newUserKey(t testing.TB) *userKey {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	return parseUserKey(t, pem.EncodeToMemory(block))
}

// newRSAUserKey is a key as Lightsail makes them.
func newRSAUserKey(t testing.TB) *userKey {
	t.Helper()
	pair, err := sshkey.Generate()
	if err != nil {
		t.Fatal(err)
	}
	return parseUserKey(t, []byte(pair.PrivatePEM()+"\n"))
}

func parseUserKey(t testing.TB, text []byte) *userKey {
	t.Helper()
	signer, err := ssh.ParsePrivateKey(text)
	if err != nil {
		t.Fatal(err)
	}
	line := string(bytes.TrimSpace(ssh.MarshalAuthorizedKey(signer.PublicKey())))
	return &userKey{signer: signer, line: line, pem: text}
}

func newAuthority(t testing.TB, seed byte) *sshkey.Authority {
	t.Helper()
	authority, err := sshkey.NewAuthority([32]byte{seed})
	if err != nil {
		t.Fatal(err)
	}
	return authority
}

// certify has an authority sign a key and returns the signer and its OpenSSH line.
func certify(t testing.TB, authority *sshkey.Authority, key *userKey, c sshkey.UserCertificate) (ssh.Signer, string) {
	t.Helper()
	line, err := authority.SignUser(key.line, c)
	if err != nil {
		t.Fatal(err)
	}
	return withCertificate(t, key, line), line
}

func withCertificate(t testing.TB, key *userKey, line string) ssh.Signer {
	t.Helper()
	public, _, _, _, err := ssh.ParseAuthorizedKey([]byte(line))
	if err != nil {
		t.Fatal(err)
	}
	certificate, ok := public.(*ssh.Certificate)
	if !ok {
		t.Fatalf("%s is not a certificate", line)
	}
	signer, err := ssh.NewCertSigner(certificate, key.signer)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

// forAMinute is a certificate that is valid now.
func forAMinute(principal string) sshkey.UserCertificate {
	now := time.Now()
	return sshkey.UserCertificate{KeyID: "web", Principal: principal, ValidAfter: now.Add(-time.Minute), ValidBefore: now.Add(time.Minute)}
}

// authorityPEM is the private key of newAuthority's authority.
func authorityPEM(t testing.TB, seed byte) []byte {
	t.Helper()
	private := [32]byte{seed}
	block, err := ssh.MarshalPrivateKey(ed25519.NewKeyFromSeed(private[:]), "")
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(block)
}
