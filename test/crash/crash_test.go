//go:build crash

package crash

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	smithy "github.com/aws/smithy-go"

	"github.com/lanyard-cloud/lanyard/internal/sdkhttp"
	"github.com/lanyard-cloud/lanyard/test/process"
)

var rounds = flag.Int("rounds", 20, "how often a server is killed")

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(process.Main(m))
}

const (
	clients = 8
	// leastWrites and moreWrites bound how many writes are acknowledged in a round before the server is killed.
	leastWrites, moreWrites = 5, 60
	// killWithin bounds how long after the last of them that is: as long as a few commits take.
	killWithin = 10 * time.Millisecond
)

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"

var someTags = []types.Tag{{Key: new("team"), Value: new("web")}, {Key: new("on-call")}}

// TestKill kills a server again and again on one data directory, while eight clients create, import, tag and delete
// key pairs.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	l := newLedger()
	acknowledged, found, lost := 0, 0, 0
	for round := range *rounds {
		server := start(t, dir)
		acknowledged += writeUntilKilled(t, server, l, round)
		server = start(t, dir)
		f, n := l.verify(t, connect(server, 3))
		found, lost = found+f, lost+n
		server.Stop(t)
		if t.Failed() {
			t.Fatalf("after round %d", round)
		}
	}
	t.Logf("%d rounds: %d writes were acknowledged and all there; of %d without an answer %d had happened", *rounds, acknowledged, found+lost, found)
	if found+lost == 0 {
		t.Error("no kill ever came in the midst of a write")
	}
}

// TestKill_atTheFirstStart kills a server at one moment after the other of its first start. The next start can
// continue from whatever it finds.
func TestKill_atTheFirstStart(t *testing.T) {
	for i := range *rounds {
		dir := filepath.Join(t.TempDir(), "data")
		server := process.Launch(t, dir, "--key-pool", "0")
		time.Sleep(time.Duration(i) * 3 * time.Millisecond)
		server.Kill(t)
		server = start(t, dir)
		if err := (&writer{t, connect(server, 1), newLedger(), func() {}}).importAndTag("laptop"); err != nil {
			t.Error(err)
		}
		server.Stop(t)
	}
}

// start starts a server without a pool: a kill amid the making of a key counts too.
func start(t *testing.T, dir string) *process.Server {
	t.Helper()
	return process.Start(t, dir, "--key-pool", "0", "--page-size", "200")
}

// connect returns a client that makes so many attempts. Writes get one. Reads get more: the SDK's own HTTP client now
// and then closes the connection below a long answer that it is reading.
func connect(server *process.Server, attempts int) *lightsail.Client {
	return lightsail.New(lightsail.Options{
		HTTPClient:       sdkhttp.Client(),
		Region:           "us-east-1",
		BaseEndpoint:     &server.Endpoint,
		Credentials:      credentials.NewStaticCredentialsProvider(process.AccessKeyID, process.SecretAccessKey, ""),
		RetryMaxAttempts: attempts,
	})
}

// writeUntilKilled lets the clients write, and kills the server soon after one of the acknowledgements: at any moment
// of a write, and of a commit. It returns how many writes were acknowledged.
func writeUntilKilled(t *testing.T, server *process.Server, l *ledger, round int) int {
	t.Helper()
	var count atomic.Int64
	limit := int64(leastWrites + rand.IntN(moreWrites))
	acknowledged := func() {
		if count.Add(1) == limit {
			time.AfterFunc(rand.N(killWithin), func() { server.Signal(t, os.Kill) })
		}
	}
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() {
			w := &writer{t: t, c: connect(server, 1), l: l, acknowledged: acknowledged}
			for n := 0; ; n++ {
				if err := w.write(fmt.Sprintf("round%03d-client%d-%03d", round, i, n), n); err != nil {
					wantCutOff(t, err)
					return
				}
			}
		})
	}
	wg.Wait()
	server.Wait(t)
	return int(count.Load())
}

// wantCutOff tells the end of the server from an answer that is an error.
func wantCutOff(t *testing.T, err error) {
	t.Helper()
	if _, refused := errors.AsType[smithy.APIError](err); refused {
		t.Errorf("a write was refused: %v", err)
	}
}

// writer is one client.
type writer struct {
	t            *testing.T
	c            *lightsail.Client
	l            *ledger
	acknowledged func()
}

// write does one key pair's writes. Making an RSA key takes long, so that only every fourth pair has one of its own.
func (w *writer) write(name string, n int) error {
	if n%4 == 0 {
		return w.create(name)
	}
	if err := w.importAndTag(name); err != nil || n%4 != 3 {
		return err
	}
	return w.delete(name)
}

func (w *writer) create(name string) error {
	entry := w.l.begin(name, "CreateKeyPair")
	out, err := w.c.CreateKeyPair(w.t.Context(), &lightsail.CreateKeyPairInput{KeyPairName: &name, Tags: someTags})
	if err != nil {
		return err
	}
	w.l.setFingerprint(name, *out.KeyPair.Fingerprint)
	w.done(entry, out.Operation)
	return nil
}

func (w *writer) importAndTag(name string) error {
	entry := w.l.begin(name, "ImportKeyPair")
	imported, err := w.c.ImportKeyPair(w.t.Context(), &lightsail.ImportKeyPairInput{KeyPairName: &name, PublicKeyBase64: new(publicKey)})
	if err != nil {
		return err
	}
	w.done(entry, imported.Operation)
	entry = w.l.begin(name, "TagResource")
	tagged, err := w.c.TagResource(w.t.Context(), &lightsail.TagResourceInput{ResourceName: &name, Tags: someTags})
	if err != nil {
		return err
	}
	w.done(entry, &tagged.Operations[0])
	return nil
}

func (w *writer) delete(name string) error {
	entry := w.l.begin(name, "DeleteKeyPair")
	out, err := w.c.DeleteKeyPair(w.t.Context(), &lightsail.DeleteKeyPairInput{KeyPairName: &name})
	if err != nil {
		return err
	}
	w.done(entry, out.Operation)
	return nil
}

func (w *writer) done(entry *write, op *types.Operation) {
	w.l.acknowledge(entry, op)
	w.acknowledged()
}
