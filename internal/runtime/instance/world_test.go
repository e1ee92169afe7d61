package instance_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/uuid"
	"golang.org/x/crypto/ssh"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine"
	"github.com/lanyard-cloud/lanyard/internal/driver/machine/sim"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	instanceruntime "github.com/lanyard-cloud/lanyard/internal/runtime/instance"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
	"github.com/lanyard-cloud/lanyard/test/syncbuffer"
)

const (
	account = "111122223333"
	region  = "us-east-1"
)

var start = time.Date(2026, time.November, 28, 9, 0, 0, 0, time.UTC)

// world is a store with a runtime of its instances, and a key that opens all instances.
type world struct {
	t       *testing.T
	db      *store.DB
	sealer  *seal.Sealer
	driver  machine.Driver
	runtime *instanceruntime.Runtime
	log     *syncbuffer.Buffer
	key     ssh.Signer

	mu  sync.Mutex
	now time.Time
}

func newWorld(t *testing.T, change ...func(*instanceruntime.Options)) *world {
	t.Helper()
	return newWorldObserved(t, nil, change...)
}

// newWorldObserved is newWorld with an observer of the store's transactions.
func newWorldObserved(t *testing.T, observe func(string, time.Duration), change ...func(*instanceruntime.Options)) *world {
	t.Helper()
	w := &world{t: t, now: start, log: &syncbuffer.Buffer{}}
	var err error
	if w.db, err = store.Open(t.Context(), store.Options{DSN: filepath.Join(t.TempDir(), "lanyard.db"), Observe: observe}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.db.Close() })
	if err := w.db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if w.sealer, err = seal.New(seal.NewMasterKey()); err != nil {
		t.Fatal(err)
	}
	w.update(func(tx *store.Tx) error { return tx.InsertAccount(&store.Account{ID: account, CreatedAt: start}) })
	w.key = newKey(t)
	w.run(change...)
	return w
}

// run starts a runtime, as a server does.
func (w *world) run(change ...func(*instanceruntime.Options)) {
	w.t.Helper()
	log := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	o := instanceruntime.Options{
		Store: w.db, Sealer: w.sealer, Driver: sim.New(sim.Options{Clock: w.clock, Logger: log}), Clock: w.clock, Log: log,
	}
	for _, fn := range change {
		fn(&o)
	}
	w.driver, w.runtime = o.Driver, instanceruntime.New(o)
	go w.runtime.Run(context.Background())
	w.t.Cleanup(func() { _ = w.runtime.Close() })
}

func (w *world) stop() {
	if err := w.runtime.Close(); err != nil {
		w.t.Errorf("close the runtime: %v", err)
	}
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) setClock(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = now
}

func newKey(t *testing.T) ssh.Signer {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

// sshFrom are the rules that let a source in at port 22.
func sshFrom(cidrs ...string) []types.PortInfo {
	return []types.PortInfo{{FromPort: 22, ToPort: 22, Protocol: types.NetworkProtocolTcp, Cidrs: cidrs}}
}

// put stores an instance that runs and lets everybody in at port 22, or as change
// makes it. The runtime is not told.
func (w *world) put(name string, change ...func(*instance.Instance)) *instance.Instance {
	w.t.Helper()
	r := &resource.Resource{
		ID: uuid.NewString(), Account: account, Region: region, Name: name, Kind: resource.Instance, Zone: region + "a",
		CreatedAt: start, Tags: []types.Tag{},
	}
	host, err := machine.NewHostKeys("")
	if err != nil {
		w.t.Fatal(err)
	}
	keys := instance.Keys{HostKeys: string(host), AuthoritySeed: [32]byte([]byte(r.ID)[:32])}
	i := instance.New(r, types.Instance{
		Name: &r.Name, Username: new("admin"), BlueprintId: new("debian_12"), PrivateIpAddress: new("172.26.0.9"),
	}, instance.Priv{})
	i.SetPorts(sshFrom(instance.AnyIPv4))
	i.Priv.Plan = resource.Plan{}.Then(start, instance.Running)
	i.Priv.AuthorizedKey = string(bytes.TrimSpace(ssh.MarshalAuthorizedKey(w.key.PublicKey())))
	if i.Priv.Sealed, err = instance.SealKeys(w.sealer, r, keys); err != nil {
		w.t.Fatal(err)
	}
	for _, fn := range change {
		fn(i)
	}
	w.update(func(tx *store.Tx) error {
		if err := errors.Join(i.Pack(), tx.InsertResource(r)); err != nil {
			return err
		}
		_, err := tx.TakeAddress(store.Address{Pool: instance.PortPool, Number: freePort(w.t), Owner: r.ID})
		return err
	})
	return i
}

// freePort is a port that no other test has.
func freePort(t *testing.T) int64 {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return int64(l.Addr().(*net.TCPAddr).Port)
}

// set changes an instance as an action does: the runtime reconciles it after the commit.
func (w *world) set(i *instance.Instance, change func(*instance.Instance)) {
	w.t.Helper()
	change(i)
	w.call(func(tx *store.Tx) error { return errors.Join(i.Pack(), tx.UpdateResource(i.Resource)) })
}

func (w *world) remove(i *instance.Instance) {
	w.t.Helper()
	w.call(func(tx *store.Tx) error {
		return errors.Join(tx.DeleteResource(i.Resource), tx.ReleaseAddresses(i.Resource.ID))
	})
}

// call writes as an action does: the runtime reconciles what it touched after the commit.
func (w *world) call(fn func(*store.Tx) error) {
	w.t.Helper()
	touched, err := w.db.UpdateTouched(w.t.Context(), fn)
	if err != nil {
		w.t.Fatal(err)
	}
	w.runtime.Touched(touched)
}

// deleteElsewhere deletes an instance as another process does: the runtime is not told.
func (w *world) deleteElsewhere(i *instance.Instance) {
	w.t.Helper()
	w.update(func(tx *store.Tx) error {
		return errors.Join(tx.DeleteResource(i.Resource), tx.ReleaseAddresses(i.Resource.ID))
	})
}

func (w *world) update(fn func(*store.Tx) error) {
	w.t.Helper()
	if err := w.db.Update(w.t.Context(), fn); err != nil {
		w.t.Fatal(err)
	}
}

// plan makes an instance be in a state from a moment on.
func plan(at time.Time, state string) func(*instance.Instance) {
	return func(i *instance.Instance) { i.Priv.Plan = resource.Plan{}.Then(at, state) }
}

func rules(ports []types.PortInfo) func(*instance.Instance) {
	return func(i *instance.Instance) { i.SetPorts(ports) }
}

// address is where the instance's SSH server is; the instance is reconciled after the call.
func (w *world) address(name string) string {
	w.t.Helper()
	at, ok := w.runtime.Address(account, region, name)
	if !ok {
		w.t.Fatalf("the instance %s has no address", name)
	}
	return at.String()
}

// stored is where the instance's SSH server is going to be; the runtime is not asked.
func (w *world) stored(i *instance.Instance) (at string) {
	w.t.Helper()
	w.update(func(tx *store.Tx) error {
		numbers, err := tx.Addresses(i.Resource.ID)
		if err == nil {
			at = instance.SSHAddress(uint16(numbers[0].Number)).String()
		}
		return err
	})
	return at
}

// logIn logs in at an address, and says which host key was shown.
func logIn(at string, key ssh.Signer) (client *ssh.Client, shown ssh.PublicKey, err error) {
	client, err = ssh.Dial("tcp", at, &ssh.ClientConfig{
		User: "admin", Auth: []ssh.AuthMethod{ssh.PublicKeys(key)}, Timeout: 10 * time.Second,
		HostKeyAlgorithms: []string{ssh.KeyAlgoED25519},
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			shown = key
			return nil
		},
	})
	return client, shown, err
}

// hostname runs the command of that name on an instance.
func (w *world) hostname(at string) (string, error) {
	client, _, err := logIn(at, w.key)
	if err != nil {
		return "", err
	}
	defer func() { _ = client.Close() }()
	session, err := client.NewSession()
	if err != nil {
		return "", err
	}
	out, err := session.Output("hostname")
	return string(bytes.TrimSpace(out)), err
}

// opens wants an instance to accept its key.
func (w *world) opens(at string) {
	w.t.Helper()
	if name, err := w.hostname(at); err != nil || name != "ip-172-26-0-9" {
		w.t.Errorf("hostname at %s: %q, %v", at, name, err)
	}
}

// until waits for something that the runtime does by itself.
func (w *world) until(what string, is func() bool) {
	w.t.Helper()
	for end := time.Now().Add(20 * time.Second); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			w.t.Fatalf("%s: not after 20 s", what)
		}
	}
}

// knock opens a TCP connection and reads its first byte: nil if something answers.
func knock(at string) error {
	conn, err := net.DialTimeout("tcp", at, 10*time.Second)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return err
	}
	_, err = conn.Read(make([]byte, 1))
	return err
}

// machines tells what the driver has, and what runs of it.
func (w *world) machines() map[string]bool {
	w.t.Helper()
	list, err := w.driver.List(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	machines := map[string]bool{}
	for _, m := range list {
		machines[m.ID] = m.Running
	}
	return machines
}

func loopback(c byte) netip.Prefix {
	return netip.MustParsePrefix(fmt.Sprintf("127.%d.0.0/16", c))
}
