//go:build hostile

package hostile

import (
	"bufio"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/sdkhttp"
	"github.com/lanyard-cloud/lanyard/test/process"
)

// vitals are what a server's process uses.
type vitals struct {
	goroutines, files, connections, memory int
}

func (v vitals) String() string {
	return fmt.Sprintf("%d goroutines, %d files, %d connections, %.1f MB", v.goroutines, v.files, v.connections, float64(v.memory)/1e6)
}

// measure reads the server's metrics. Its own connection is part of them.
func measure(t testing.TB, s *process.Server) vitals {
	t.Helper()
	m := metrics(t, s)
	return vitals{
		goroutines:  m["go_goroutines"],
		files:       m["process_open_fds"],
		connections: m["lanyard_connections"],
		memory:      m["process_resident_memory_bytes"],
	}
}

// metrics returns the plain gauges and counters.
func metrics(t testing.TB, s *process.Server) map[string]int {
	t.Helper()
	resp, err := newClient().Get(s.Endpoint + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	m := map[string]int{}
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if number, err := strconv.ParseFloat(value, 64); err == nil {
			m[name] = int(number)
		}
	}
	return m
}

// newClient returns a client that leaves no connection behind.
func newClient() *http.Client {
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: slack}
}

// storeFiles is how many files may be open that were not before: the store opens two for each reader as it needs one,
// and has 8 readers at most.
const storeFiles = 16 + 2

// wantCalm wants the server to use no more than before once it is left alone. growth is how much more memory it may
// keep: the collector gives back what it freed only by and by.
func wantCalm(t *testing.T, s *process.Server, before vitals, growth int) {
	t.Helper()
	var now vitals
	for deadline := time.Now().Add(slack); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		now = measure(t, s)
		if now.connections <= 1 && now.goroutines <= before.goroutines+2 && now.files <= before.files+storeFiles {
			break
		}
	}
	t.Logf("before: %v; after: %v", before, now)
	if now.connections > 1 {
		t.Errorf("%d connections are left open", now.connections)
	}
	if now.goroutines > before.goroutines+2 {
		t.Errorf("%d goroutines are left of %d", now.goroutines, before.goroutines)
		t.Cleanup(func() { logGoroutines(t, s) })
	}
	if now.files > before.files+storeFiles {
		t.Errorf("%d files are left open of %d", now.files, before.files)
	}
	if now.memory > before.memory+growth {
		t.Errorf("the memory grew from %d to %d bytes", before.memory, now.memory)
	}
}

// logGoroutines ends the server and logs how many goroutines were where.
func logGoroutines(t *testing.T, s *process.Server) {
	t.Helper()
	s.Signal(t, syscall.SIGQUIT)
	s.Wait(t)
	counts := map[string]int{}
	for stack := range strings.SplitSeq(s.Stderr.String(), "\n\n") {
		if _, frames, found := strings.Cut(stack, "]:\n"); found && strings.HasPrefix(stack, "goroutine ") {
			counts[where(frames)]++
		}
	}
	for at, n := range counts {
		t.Logf("%d goroutines in %s", n, at)
	}
}

// where is the innermost function of a stack that is not one of the runtime's, and who began the goroutine.
func where(frames string) string {
	at := ""
	for line := range strings.Lines(frames) {
		name := strings.TrimSpace(line)
		switch by, created := strings.CutPrefix(name, "created by "); {
		case created:
			by, _, _ = strings.Cut(by, " in goroutine ")
			return at + ", begun by " + by
		case at == "" && !strings.HasPrefix(line, "\t") && !strings.HasPrefix(name, "runtime."):
			at = name[:max(strings.LastIndexByte(name, '('), 0)]
		}
	}
	return at
}

// wantNoPanic looks for the traces of one in the server's log.
func wantNoPanic(t *testing.T, s *process.Server) {
	t.Helper()
	for _, trace := range []string{"panic", "goroutine ", "level=ERROR"} {
		if _, after, found := strings.Cut(s.Stderr.String(), trace); found {
			t.Errorf("the log has %q, and then: %.2000s", trace, after)
		}
	}
}

// wantNothing wants no entry and no record of one, in any region.
func wantNothing(t *testing.T, s *process.Server) {
	t.Helper()
	client := newClient()
	for _, r := range catalogue.Regions() {
		c := connect(s, r.Name, func(o *lightsail.Options) { o.HTTPClient = client })
		names, err := c.GetActiveNames(t.Context(), &lightsail.GetActiveNamesInput{})
		if err != nil {
			t.Fatal(err)
		}
		operations, err := c.GetOperations(t.Context(), &lightsail.GetOperationsInput{})
		if err != nil {
			t.Fatal(err)
		}
		if len(names.ActiveNames) > 0 || len(operations.Operations) > 0 {
			t.Errorf("%s has the names %v and %d operations", r.Name, names.ActiveNames, len(operations.Operations))
		}
	}
}

// connect returns the official SDK's client, signed as the root, with its usual retries.
func connect(s *process.Server, region string, more ...func(*lightsail.Options)) *lightsail.Client {
	return lightsail.New(lightsail.Options{
		HTTPClient:   sdkhttp.Client(),
		Region:       region,
		BaseEndpoint: &s.Endpoint,
		Credentials:  credentials.NewStaticCredentialsProvider(process.AccessKeyID, process.SecretAccessKey, ""),
	}, more...)
}
