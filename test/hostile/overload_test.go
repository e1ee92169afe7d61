//go:build hostile

package hostile

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/test/process"
)

const (
	// overloadTime is how long more is asked for than can be served.
	overloadTime = 8 * time.Second
	// inFlight is how many calls the server runs at a time by default, and queued how many of them may wait for a key
	// if it has that many CPUs.
	inFlight = 512
	queued   = 64
	cpus     = "2"
	// overloadMemory is how many bytes of memory the server may use meanwhile.
	overloadMemory = 200 << 20
	// patience is how long a client waits after it was throttled.
	patience = 50 * time.Millisecond
)

// load counts what came of the calls of many clients.
type load struct {
	served, throttled atomic.Int64
}

func (l *load) String() string {
	return fmt.Sprintf("%d served, %d throttled", l.served.Load(), l.throttled.Load())
}

// TestOverload asks for key pairs and for reads with four times as many clients as the server has places for. It
// serves as many as it can, refuses the others at once, and clients that come back get what they asked for.
func TestOverload(t *testing.T) {
	needFiles(t, 4*(inFlight+queued)+1000)
	t.Setenv("GOMAXPROCS", cpus)
	server, address, before := start(t, "--log-level", "warn")
	ctx, stop := context.WithTimeout(t.Context(), overloadTime)
	defer stop()
	var creates, reads load
	var hogs, patient sync.WaitGroup
	for i := range 4 * queued {
		n := 0
		hogs.Go(func() {
			creates.press(ctx, t, address, func() string {
				n++
				return call("CreateKeyPair", fmt.Sprintf(`{"keyPairName":"pair-%d-%d"}`, i, n)).sign(root()).String()
			})
		})
	}
	again := read().String()
	for range 4 * inFlight {
		hogs.Go(func() { reads.press(ctx, t, address, func() string { return again }) })
	}
	var attempts, succeeded atomic.Int64
	for i := range 16 {
		patient.Go(func() {
			creates.awaitThrottled(ctx)
			for n := 0; n == 0 || ctx.Err() == nil; n++ { // a single call may get a place by chance, or at the end
				attempts.Add(int64(createPatiently(t, server, fmt.Sprintf("patient-%d-%d", i, n))))
				succeeded.Add(1)
			}
		})
	}
	most := watchMemory(ctx, t, server)
	hogs.Wait()
	patient.Wait()
	t.Logf("creates: %v; reads: %v; %d patient creates in %d attempts; at most %.1f MB", &creates, &reads, succeeded.Load(), attempts.Load(), float64(most)/1e6)

	for name, l := range map[string]*load{"creates": &creates, "reads": &reads} {
		if l.served.Load() == 0 || l.throttled.Load() == 0 {
			t.Errorf("%s: %v, want some of both", name, l)
		}
	}
	if offered := creates.served.Load() + creates.throttled.Load(); offered < 4*creates.served.Load() {
		t.Errorf("only %d creates were asked for where %d were served: no overload", offered, creates.served.Load())
	}
	if attempts.Load() <= succeeded.Load() {
		t.Error("no patient client was ever throttled")
	}
	if most > overloadMemory {
		t.Errorf("the server used %d bytes of memory", most)
	}
	if got, want := countNames(t, server), creates.served.Load()+succeeded.Load(); got != want {
		t.Errorf("there are %d key pairs, want the %d that were acknowledged", got, want)
	}
	wantCalm(t, server, before, overloadMemory)
	wantNoPanic(t, server)
}

// press makes one call after the other until the time is up.
func (l *load) press(ctx context.Context, t *testing.T, address string, next func() string) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = conn.Close() }()
	from := bufio.NewReader(conn)
	for ctx.Err() == nil {
		_ = conn.SetDeadline(time.Now().Add(bodyLimit))
		status, body, err := exchange(conn, from, next())
		switch {
		case err != nil:
			t.Errorf("no answer: %v", err)
			return
		case status == http.StatusOK:
			l.served.Add(1)
		case status == http.StatusBadRequest && body == throttled:
			l.throttled.Add(1)
			time.Sleep(patience)
		default:
			t.Errorf("answer %d %.200s", status, body)
			return
		}
	}
}

// awaitThrottled waits for the first call that is throttled.
func (l *load) awaitThrottled(ctx context.Context) {
	for ctx.Err() == nil && l.throttled.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
}

// throttled is the body that says so, as AWS's front ends send it.
const throttled = `{"__type":"ThrottlingException","message":"Rate exceeded"}`

func exchange(to io.Writer, from *bufio.Reader, message string) (status int, body string, err error) {
	if _, err := io.WriteString(to, message); err != nil {
		return 0, "", err
	}
	resp, err := http.ReadResponse(from, nil)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text), err
}

// createPatiently creates a key pair with the SDK's standard retries, and some more than the usual three attempts. It
// returns how many it took.
func createPatiently(t *testing.T, s *process.Server, name string) (attempts int) {
	c := connect(s, region, func(o *lightsail.Options) {
		o.HTTPClient = newClient()
		o.Retryer = retry.NewStandard(func(r *retry.StandardOptions) { r.MaxAttempts, r.MaxBackoff = 20, 4*time.Second })
	})
	out, err := c.CreateKeyPair(t.Context(), &lightsail.CreateKeyPairInput{KeyPairName: &name})
	if err != nil {
		t.Errorf("a patient client: %v", err)
		return 0
	}
	results, _ := retry.GetAttemptResults(out.ResultMetadata)
	return len(results.Results)
}

// watchMemory returns the most memory that the server used until the time is up.
func watchMemory(ctx context.Context, t *testing.T, s *process.Server) (most int) {
	for ; ctx.Err() == nil; time.Sleep(250 * time.Millisecond) {
		most = max(most, measure(t, s).memory)
	}
	return most
}

func countNames(t *testing.T, s *process.Server) (count int64) {
	t.Helper()
	c := connect(s, region, func(o *lightsail.Options) { o.HTTPClient = newClient() })
	var token *string
	for {
		out, err := c.GetActiveNames(t.Context(), &lightsail.GetActiveNamesInput{PageToken: token})
		if err != nil {
			t.Fatal(err)
		}
		count += int64(len(out.ActiveNames))
		if token = out.NextPageToken; token == nil {
			return count
		}
	}
}

const (
	idleConnections = 5000
	idleMemory      = 150e6
)

// TestIdleConnections holds thousands of connections that wait, and uses each of them again.
func TestIdleConnections(t *testing.T) {
	t.Parallel()
	needFiles(t, idleConnections+1000)
	server, address, before := start(t, "--key-pool", "0")
	conns := make([]net.Conn, idleConnections)
	use := func(i int) error {
		if conns[i] == nil {
			var err error
			if conns[i], err = net.Dial("tcp", address); err != nil {
				return err
			}
		}
		_ = conns[i].SetDeadline(time.Now().Add(slack))
		status, body, err := exchange(conns[i], bufio.NewReader(conns[i]), goodCall())
		if err == nil && !isGood(status, []byte(body)) {
			err = fmt.Errorf("answer %d %.200s", status, body)
		}
		return err
	}
	for round := range 2 {
		if err := inParallel(len(conns), use); err != nil {
			t.Fatalf("round %d: %v", round+1, err)
		}
		now := measureAtRest(t, server)
		t.Logf("round %d: %v", round+1, now)
		if now.connections < idleConnections {
			t.Errorf("%d connections are open, want %d", now.connections, idleConnections)
		}
		if now.memory > idleMemory {
			t.Errorf("they take %d bytes of memory, want %.0f at most", now.memory, idleMemory)
		}
	}
	for _, conn := range conns {
		_ = conn.Close()
	}
	wantCalm(t, server, before, idleMemory)
	wantNoPanic(t, server)
}

// measureAtRest waits until the server has given back the memory that its last work took, and it does not need.
func measureAtRest(t *testing.T, s *process.Server) vitals {
	t.Helper()
	now := measure(t, s)
	for deadline := time.Now().Add(2 * slack); now.memory > idleMemory && time.Now().Before(deadline); now = measure(t, s) {
		time.Sleep(time.Second)
	}
	return now
}

// inParallel does n things, many at a time, and returns what went wrong.
func inParallel(n int, do func(i int) error) error {
	var wg sync.WaitGroup
	var next atomic.Int64
	errs := make([]error, n)
	for range 64 {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				errs[i] = do(i)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// needFiles fails unless this process and the server may each open so many files.
func needFiles(t *testing.T, n uint64) {
	t.Helper()
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		t.Fatal(err)
	}
	if files.Max < n {
		t.Fatalf("at most %d files can be open, and the test needs %d: run it after `ulimit -Hn %d`, which needs root", files.Max, n, n)
	}
	if files.Cur < n {
		files.Cur = files.Max
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
			t.Fatal(err)
		}
	}
}
