//go:build postgres

package replicas

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/test/pgtest"
)

// TestServe_survivesOutagesOfPostgres stops and kills the database while clients write through both replicas.
func TestServe_survivesOutagesOfPostgres(t *testing.T) {
	own, err := pgtest.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = own.Close() })
	dsn := own.TestDatabase(t)
	key := newKey(t)
	a, b := start(t, options(t, dsn, key)), start(t, options(t, dsn, key))
	load := startLoad(t, a, b)
	for _, end := range []func() error{own.Stop, own.Kill, own.Kill} {
		load.await(t, 50)
		if err := end(); err != nil {
			t.Fatal(err)
		}
		awaitReady(t, false, a, b)
		_, err := importPair(t.Context(), a.client(), "nobody-keeps-this")
		wantServiceException(t, err)
		if err := own.Start(); err != nil {
			t.Fatal(err)
		}
		awaitReady(t, true, a, b)
	}
	load.await(t, 50)
	load.end(t, b)
}

// TestServe_withoutPostgres cuts the network between a replica and the database: nothing comes back, not even an error.
func TestServe_withoutPostgres(t *testing.T) {
	dsn := newDSN(t)
	relay := newRelay(t, dsn)
	a := start(t, options(t, relay.dsn, newKey(t)))
	if _, err := importPair(t.Context(), a.client(), "kept"); err != nil {
		t.Fatal(err)
	}
	relay.cut()
	_, err := importPair(t.Context(), a.client(), "lost")
	wantServiceException(t, err)
	if a.ready(t) {
		t.Error("ready without a database")
	}
	relay.mend()
	awaitReady(t, true, a)
	if _, err := a.client().GetKeyPair(t.Context(), &lightsail.GetKeyPairInput{KeyPairName: new("kept")}); err != nil {
		t.Error(err)
	}
	if _, err := importPair(t.Context(), a.client(), "later"); err != nil {
		t.Error(err)
	}
}

// load is clients that write until it ends.
type load struct {
	stop context.CancelFunc
	wg   sync.WaitGroup
	mu   sync.Mutex
	// stored is what was acknowledged, refused counts what was not.
	stored  []string
	refused int
}

func startLoad(t *testing.T, all ...*replica) *load {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	l := &load{stop: stop}
	t.Cleanup(stop)
	for i := range 8 {
		c := all[i%len(all)].client()
		l.wg.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				name := fmt.Sprintf("client%d-%05d", i, n)
				_, err := importPair(t.Context(), c, name)
				if err != nil {
					wantServiceException(t, err)
					time.Sleep(10 * time.Millisecond) // as clients do before they try again
				}
				l.count(name, err)
			}
		})
	}
	return l
}

func (l *load) count(name string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		l.refused++
		return
	}
	l.stored = append(l.stored, name)
}

// await waits until so many more writes were acknowledged.
func (l *load) await(t *testing.T, more int) {
	t.Helper()
	acknowledged := func() int {
		l.mu.Lock()
		defer l.mu.Unlock()
		return len(l.stored)
	}
	first, deadline := acknowledged(), time.Now().Add(60*time.Second)
	for acknowledged() < first+more {
		if time.Now().After(deadline) {
			t.Fatal("writes are not acknowledged")
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// end stops the clients and wants all that was acknowledged.
func (l *load) end(t *testing.T, r *replica) {
	t.Helper()
	l.stop()
	l.wg.Wait()
	for _, name := range l.stored {
		if _, err := r.client().GetKeyPair(t.Context(), &lightsail.GetKeyPairInput{KeyPairName: &name}); err != nil {
			t.Errorf("%s was acknowledged: %v", name, err)
		}
	}
	t.Logf("%d writes were acknowledged, %d refused", len(l.stored), l.refused)
	if l.refused == 0 {
		t.Error("no write was refused")
	}
}

// relay stands between a replica and the database, and can swallow what it is given.
type relay struct {
	dsn, target string
	mu          sync.Mutex
	flowing     *sync.Cond
	isCut       bool
}

func newRelay(t *testing.T, dsn string) *relay {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{target: u.Host}
	r.flowing = sync.NewCond(&r.mu)
	u.Host = listener.Addr().String()
	r.dsn = u.String()
	t.Cleanup(func() {
		_ = listener.Close()
		r.mend()
	})
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go r.carry(conn)
		}
	}()
	return r
}

func (r *relay) carry(near net.Conn) {
	var dialer net.Dialer
	far, err := dialer.DialContext(context.Background(), "tcp", r.target)
	if err != nil {
		_ = near.Close()
		return
	}
	go r.copy(near, far)
	r.copy(far, near)
}

// copy carries bytes one way, and holds them back while the line is cut.
func (r *relay) copy(to, from net.Conn) {
	defer func() { _, _ = to.Close(), from.Close() }()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		r.mu.Lock()
		for r.isCut {
			r.flowing.Wait()
		}
		r.mu.Unlock()
		if n > 0 {
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (r *relay) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.isCut = true
}

func (r *relay) mend() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.isCut = false
	r.flowing.Broadcast()
}
