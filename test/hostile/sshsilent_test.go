//go:build hostile

package hostile

import (
	"context"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	// silentSockets is how many clients say nothing to an instance: twice as many as may be logging in.
	silentSockets = 2 * startups
	owner         = "admin"
	// visits is how often the owner comes.
	visits = 10
)

// TestSSHSilentSockets has clients come to an instance that say nothing, and come again as soon as they are closed. The
// owner logs in with OpenSSH all the same.
func TestSSHSilentSockets(t *testing.T) {
	h := newHarbour(t, 1)
	host, port, err := net.SplitHostPort(h.at(0))
	if err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte(h.private), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var crowd sync.WaitGroup
	var came atomic.Int64
	for range silentSockets {
		crowd.Go(func() {
			for ctx.Err() == nil {
				comeSilently(ctx, h.at(0), &came)
			}
		})
	}
	for came.Load() < 2*silentSockets {
		time.Sleep(time.Millisecond)
	}
	for i := range visits {
		out, err := exec.CommandContext(t.Context(), "ssh", "-F", "none", "-i", key, "-p", port, "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes",
			"-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", owner+"@"+host, "whoami").CombinedOutput()
		if err != nil || string(out) != owner+"\n" {
			t.Errorf("login %d: %v: %q, want %q", i, err, out, owner+"\n")
		}
	}
	stop()
	crowd.Wait()
	t.Logf("%d silent clients came", came.Load())
}

// comeSilently connects and says nothing until the instance hangs up.
func comeSilently(ctx context.Context, address string, came *atomic.Int64) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	came.Add(1)
	_, _ = io.Copy(io.Discard, conn)
}
