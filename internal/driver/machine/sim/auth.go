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

// errNotAdmitted is all that an error says of a refused client. x/crypto does not send it.
var errNotAdmitted = errors.New("neither this user nor this key")

// authenticator decides which keys and certificates log in to a machine.
type authenticator struct {
	username string
	keys     [][]byte // in SSH's wire format
	checker  ssh.CertChecker
}

// newConfig returns the configuration of the machine's SSH server. It parses the keys.
func (r *run) newConfig() (*ssh.ServerConfig, error) {
	signers, err := r.instance.HostKeys.Signers()
	if err != nil {
		return nil, err
	}
	auth, err := newAuthenticator(r.instance.Username, r.instance.AuthorizedKeys, r.instance.CertAuthority)
	if err != nil {
		return nil, err
	}
	auth.checker.Clock = r.driver.clock // certificates are issued by it, too
	config := &ssh.ServerConfig{
		ServerVersion: serverVersion,
		MaxAuthTries:  maxAuthTries,
		// A call changes nothing but the Permissions that it returns: a client may
		// offer any number of keys before it proves that it has one of them.
		PublicKeyCallback: auth.authenticate,
	}
	for _, signer := range signers {
		config.AddHostKey(signer)
	}
	return config, nil
}

// newAuthenticator parses OpenSSH lines. A line with options is an error, because options
// restrict a key and would be ignored here.
func newAuthenticator(username string, lines []string, authority string) (*authenticator, error) {
	a := &authenticator{username: username}
	for _, line := range lines {
		key, err := parseLine(line)
		if err != nil {
			return nil, fmt.Errorf("reading an authorized key: %w", err)
		}
		a.keys = append(a.keys, key.Marshal())
	}
	a.checker.IsUserAuthority = func(ssh.PublicKey) bool { return false }
	if authority != "" {
		key, err := parseLine(authority)
		if err != nil {
			return nil, fmt.Errorf("reading a certificate authority: %w", err)
		}
		trusted := key.Marshal()
		a.checker.IsUserAuthority = func(key ssh.PublicKey) bool { return bytes.Equal(key.Marshal(), trusted) }
	}
	return a, nil
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

// authenticate returns what a user with this key may do.
func (a *authenticator) authenticate(conn ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
	if a.username == "" || conn.User() != a.username {
		return nil, errNotAdmitted
	}
	if certificate, ok := key.(*ssh.Certificate); ok {
		return a.authenticateCertificate(conn, certificate)
	}
	blob := key.Marshal()
	for _, authorized := range a.keys {
		if bytes.Equal(blob, authorized) {
			return permissions("key "+ssh.FingerprintSHA256(key), true), nil
		}
	}
	return nil, errNotAdmitted
}

// authenticateCertificate checks a certificate: its kind, signature, time, options and user.
func (a *authenticator) authenticateCertificate(conn ssh.ConnMetadata, certificate *ssh.Certificate) (*ssh.Permissions, error) {
	// For x/crypto a certificate without principals is valid for every user, for sshd it is
	// valid for none.
	if len(certificate.ValidPrincipals) == 0 {
		return nil, errNotAdmitted
	}
	found, err := a.checker.Authenticate(conn, certificate)
	if err != nil {
		return nil, err
	}
	_, pty := found.Extensions[permitPTY]
	p := permissions("certificate "+certificate.KeyId, pty)
	if _, connect := found.Extensions[machine.ConnectExtension]; connect {
		p.Extensions[machine.ConnectExtension] = ""
	}
	// x/crypto enforces source-address. All other options were refused.
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
