//go:build hostile

package hostile

import (
	"bufio"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"golang.org/x/crypto/ssh"

	"github.com/lanyard-cloud/lanyard/test/process"
)

const (
	// grace is how long the instances give a client to log in, and graceLimit the same with some time on top for a
	// busy machine.
	grace      = 30 * time.Second
	graceLimit = grace + slack
	// startups is how many clients of an instance may be logging in at a time, perInstance how many connections it may
	// have, and inTotal how many all of them may have.
	startups    = 32
	perInstance = 64
	inTotal     = 1024
	// longestLine is the most that a client can make the server write into a line of its log.
	longestLine = 8 << 10
)

// harbour is a server with instances, and what opens them.
type harbour struct {
	server  *process.Server
	api     string
	client  *lightsail.Client
	key     ssh.Signer // opens all instances
	private string     // the key's text
	secrets []string   // what the log must not have
	ports   map[string]string
	before  vitals
}

// newHarbour starts a server with as many instances, called i0, i1 and so on, and logs in to each.
func newHarbour(t *testing.T, instances int) *harbour {
	t.Helper()
	h := &harbour{}
	h.server, h.api, _ = start(t, "--key-pool", "0", "--log-level", "debug", "--time-scale", "instant", "--quota", fmt.Sprint("instances=", instances))
	h.client = connect(h.server, region, func(o *lightsail.Options) { o.HTTPClient = newClient() })
	h.key, h.private = newSSHKey(t)
	h.keep(process.SecretAccessKey, h.private)
	public := string(ssh.MarshalAuthorizedKey(h.key.PublicKey()))
	if _, err := h.client.ImportKeyPair(t.Context(), &lightsail.ImportKeyPairInput{KeyPairName: new("deploy"), PublicKeyBase64: &public}); err != nil {
		t.Fatal(err)
	}
	h.create(t, instances)
	h.readPorts(t)
	for i := range instances {
		if err := h.visit(i); err != nil {
			t.Fatal(err)
		}
	}
	h.awaitLogins(t, instances)
	h.before = h.measureWarm(t)
	return h
}

// measureWarm measures a server that has opened all that it keeps open, and has closed what it does not.
func (h *harbour) measureWarm(t *testing.T) vitals {
	t.Helper()
	if err := inParallel(300, func(int) error { return probe(h.api) }); err != nil {
		t.Fatal(err)
	}
	now := measure(t, h.server)
	for range 10 {
		time.Sleep(50 * time.Millisecond)
		next := measure(t, h.server)
		now.goroutines, now.files, now.memory = min(now.goroutines, next.goroutines), max(now.files, next.files), next.memory
	}
	return now
}

func (h *harbour) create(t *testing.T, instances int) {
	t.Helper()
	in := &lightsail.CreateInstancesInput{
		AvailabilityZone: new(region + "a"), BlueprintId: new("debian_12"), BundleId: new("nano_3_0"), KeyPairName: new("deploy"),
		UserData: new("#!/bin/sh\n# password: " + userDataSecret + "\n"),
	}
	h.keep(userDataSecret)
	for i := range instances {
		in.InstanceNames = append(in.InstanceNames, fmt.Sprint("i", i))
	}
	if _, err := h.client.CreateInstances(t.Context(), in); err != nil {
		t.Fatal(err)
	}
}

const userDataSecret = "correct horse battery staple"

// keep remembers what is secret: texts, and of PEM blocks each line.
func (h *harbour) keep(secrets ...string) {
	for _, s := range secrets {
		for line := range strings.Lines(s) {
			if line = strings.TrimSpace(line); len(line) > 16 && !strings.HasPrefix(line, "-----") {
				h.secrets = append(h.secrets, line)
			}
		}
	}
}

// hostAndPort is what `lanyard ssh-config` writes of an instance.
var hostAndPort = regexp.MustCompile(`(?m)^Host (\S+)\.` + region + `( .*)?\n    HostName (\S+)\n    Port (\d+)\n`)

func (h *harbour) readPorts(t *testing.T) {
	t.Helper()
	config, err := os.ReadFile(strings.TrimSpace(lanyard(t, h.server, "ssh-config")))
	if err != nil {
		t.Fatal(err)
	}
	h.ports = map[string]string{}
	for _, found := range hostAndPort.FindAllStringSubmatch(string(config), -1) {
		h.ports[found[1]] = net.JoinHostPort(found[3], found[4])
	}
}

// at is the address of an instance.
func (h *harbour) at(i int) string { return h.ports[fmt.Sprint("i", i)] }

// newSSHKey makes a key, also as the text that is secret.
func newSSHKey(t *testing.T) (signer ssh.Signer, private string) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		t.Fatal(err)
	}
	if signer, err = ssh.NewSignerFromKey(key); err != nil {
		t.Fatal(err)
	}
	return signer, string(pem.EncodeToMemory(block))
}

// visit is a good client's: it logs in, and has the instance say who it is.
func (h *harbour) visit(i int) error {
	config := &ssh.ClientConfig{
		User: "admin", Auth: []ssh.AuthMethod{ssh.PublicKeys(h.key)},
		HostKeyCallback: ssh.InsecureIgnoreHostKey(),
	}
	conn, err := net.DialTimeout("tcp", h.at(i), slack)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(slack))
	c, channels, requests, err := ssh.NewClientConn(conn, "", config)
	if err != nil {
		return err
	}
	client := ssh.NewClient(c, channels, requests)
	defer func() { _ = client.Close() }()
	session, err := client.NewSession()
	if err != nil {
		return err
	}
	out, err := session.Output("whoami")
	if err != nil || string(out) != "admin\n" {
		return fmt.Errorf("the instance says %.200q, %w", out, err)
	}
	return nil
}

// served reports whether the API answers, and an instance lets its owner in.
func (h *harbour) served(i int) error {
	return errors.Join(probe(h.api), h.visit(i))
}

// wantCalm wants the state from before: the instances open to their key, nothing left, and nothing in the
// log that should not be there.
func (h *harbour) wantCalm(t *testing.T, growth int) {
	t.Helper()
	wantCalm(t, h.server, h.before, growth)
	for name := range h.ports {
		state, err := h.client.GetInstanceState(t.Context(), &lightsail.GetInstanceStateInput{InstanceName: &name})
		if err != nil || *state.State.Name != "running" {
			t.Errorf("%s: %v, %v", name, state, err)
		}
	}
	for i := range len(h.ports) {
		if err := h.visit(i); err != nil {
			t.Errorf("the owner of instance %d afterwards: %v", i, err)
		}
	}
	wantNoPanic(t, h.server)
	h.wantDiscretion(t)
}

// wantDiscretion looks for secrets in the log, and for what clients may have written there at length.
func (h *harbour) wantDiscretion(t *testing.T) {
	t.Helper()
	log := h.server.Stdout.String() + h.server.Stderr.String()
	for _, secret := range h.secrets {
		if strings.Contains(log, secret) {
			t.Errorf("the log has the secret that begins with %.8q", secret)
		}
	}
	lines := bufio.NewScanner(strings.NewReader(log))
	lines.Buffer(nil, len(log)+1)
	longest := ""
	for lines.Scan() {
		if len(lines.Text()) > len(longest) {
			longest = lines.Text()
		}
	}
	if len(longest) > longestLine {
		t.Errorf("the log has a line of %d bytes: %.300s", len(longest), longest)
	}
}

// logins counts those that the server let in.
func (h *harbour) logins() int { return strings.Count(h.server.Stderr.String(), `msg="ssh login"`) }

// awaitLogins waits until so many are in the log, which may be a little later than the client knows.
func (h *harbour) awaitLogins(t *testing.T, n int) {
	t.Helper()
	for deadline := time.Now().Add(slack); h.logins() < n; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d logins, want %d", h.logins(), n)
		}
	}
}

// access returns what opens an instance for some minutes.
func (h *harbour) access(t *testing.T, name string) (certificate *ssh.Certificate, signer ssh.Signer) {
	t.Helper()
	out, err := h.client.GetInstanceAccessDetails(t.Context(), &lightsail.GetInstanceAccessDetailsInput{InstanceName: &name, Protocol: types.InstanceAccessProtocolSsh})
	if err != nil {
		t.Fatal(err)
	}
	h.keep(*out.AccessDetails.PrivateKey)
	if signer, err = ssh.ParsePrivateKey([]byte(*out.AccessDetails.PrivateKey)); err != nil {
		t.Fatal(err)
	}
	public, _, _, _, err := ssh.ParseAuthorizedKey([]byte(*out.AccessDetails.CertKey))
	if err != nil {
		t.Fatal(err)
	}
	certificate, ok := public.(*ssh.Certificate)
	if !ok {
		t.Fatalf("no certificate, but a %s", public.Type())
	}
	return certificate, signer
}
