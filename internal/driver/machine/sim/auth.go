package sim

import (
	"bytes"
	"errors"
	"fmt"

	"golang.org/x/crypto/ssh"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine"
)

// serverVersion is what the SSH server calls itself.
const serverVersion = "SSH-2.0-Lanyard"

// maxAuthTries is sshd's default.
const maxAuthTries = 6

// The extensions of ssh.Permissions. The first is a certificate's own; the second
// names in logs what opened the connection.
const (
	permitPTY  = "permit-pty"
	openedWith = "opened-with@lanyard"
)

// errNotAdmitted is all that a refused client may learn; x/crypto tells it not even that.
var errNotAdmitted = errors.New("neither this user nor this key")

// gatekeeper decides who may log in to a machine.
type gatekeeper struct {
	username string
	keys     [][]byte // in SSH's wire format
	checker  ssh.CertChecker
}

// newConfig parses the machine's keys.
func (r *run) newConfig() (*ssh.ServerConfig, error) {
	signers, err := r.instance.HostKeys.Signers()
	if err != nil {
		return nil, err
	}
	keeper, err := newGatekeeper(r.instance.Username, r.instance.AuthorizedKeys, r.instance.CertAuthority)
	if err != nil {
		return nil, err
	}
	keeper.checker.Clock = r.driver.clock // what issued a certificate goes by it, too
	config := &ssh.ServerConfig{
		ServerVersion: serverVersion,
		MaxAuthTries:  maxAuthTries,
		// What a call finds goes into its Permissions and nowhere else: a client may
		// offer any number of keys before it proves to have one of them.
		PublicKeyCallback: keeper.admit,
	}
	for _, signer := range signers {
		config.AddHostKey(signer)
	}
	return config, nil
}

// newGatekeeper reads OpenSSH lines. A line with options is an error: they restrict
// a key, and would be ignored here.
func newGatekeeper(username string, lines []string, authority string) (*gatekeeper, error) {
	g := &gatekeeper{username: username}
	for _, line := range lines {
		key, err := parseLine(line)
		if err != nil {
			return nil, fmt.Errorf("reading an authorized key: %w", err)
		}
		g.keys = append(g.keys, key.Marshal())
	}
	g.checker.IsUserAuthority = func(ssh.PublicKey) bool { return false }
	if authority != "" {
		key, err := parseLine(authority)
		if err != nil {
			return nil, fmt.Errorf("reading a certificate authority: %w", err)
		}
		trusted := key.Marshal()
		g.checker.IsUserAuthority = func(auth ssh.PublicKey) bool { return bytes.Equal(auth.Marshal(), trusted) }
	}
	return g, nil
}

func parseLine(line string) (ssh.PublicKey, error) {
	key, _, options, rest, err := ssh.ParseAuthorizedKey([]byte(line))
	if err != nil {
		return nil, err
	}
	if len(options) > 0 || len(bytes.TrimSpace(rest)) > 0 {
		return nil, errors.New("more than a key")
	}
	if _, ok := key.(*ssh.Certificate); ok {
		return nil, errors.New("a certificate")
	}
	return key, nil
}

// admit returns what a user who has this key may do.
func (g *gatekeeper) admit(conn ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
	if g.username == "" || conn.User() != g.username {
		return nil, errNotAdmitted
	}
	if certificate, ok := key.(*ssh.Certificate); ok {
		return g.admitCertificate(conn, certificate)
	}
	blob := key.Marshal()
	for _, authorized := range g.keys {
		if bytes.Equal(blob, authorized) {
			return permissions("key "+ssh.FingerprintSHA256(key), true), nil
		}
	}
	return nil, errNotAdmitted
}

// admitCertificate checks a certificate: its kind, signature, time, options and user.
func (g *gatekeeper) admitCertificate(conn ssh.ConnMetadata, certificate *ssh.Certificate) (*ssh.Permissions, error) {
	// x/crypto takes a certificate without principals to be good for everybody; sshd
	// takes it to be good for nobody.
	if len(certificate.ValidPrincipals) == 0 {
		return nil, errNotAdmitted
	}
	found, err := g.checker.Authenticate(conn, certificate)
	if err != nil {
		return nil, err
	}
	_, pty := found.Extensions[permitPTY]
	p := permissions("certificate "+certificate.KeyId, pty)
	if _, connect := found.Extensions[machine.ConnectExtension]; connect {
		p.Extensions[machine.ConnectExtension] = ""
	}
	// x/crypto enforces source-address from here; every other option was refused.
	p.CriticalOptions = found.CriticalOptions
	return p, nil
}

func permissions(with string, pty bool) *ssh.Permissions {
	p := &ssh.Permissions{Extensions: map[string]string{openedWith: with}}
	if pty {
		p.Extensions[permitPTY] = ""
	}
	return p
}
