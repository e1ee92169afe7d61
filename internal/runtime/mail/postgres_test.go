//go:build postgres

package mail_test

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/lanyard-cloud/lanyard/test/pgtest"
	"github.com/lanyard-cloud/lanyard/test/smtptest"
)

// TestMain runs all tests of the package on PostgreSQL.
func TestMain(m *testing.M) {
	shared = true
	os.Exit(pgtest.Run(m, &newDSN))
}

// TestRun_sendsOnceOnTwoServers queues mails while two servers of one store run: each mail is sent once. The other one
// continues when the one that sends ends.
func TestRun_sendsOnceOnTwoServers(t *testing.T) {
	smtp := smtptest.Start(t, smtptest.Options{})
	w := newWorld(t, smtp)
	ops := w.add("ops@example.com")
	stops := []func(){w.run(), w.run()}
	queue := func(from, to int) {
		for n := from; n < to; n++ {
			w.notify(ops, fmt.Sprintf("alarm %02d", n))
		}
	}
	wait := func(want int) {
		t.Helper()
		await(t, "all mails", func() bool { return w.queued(ops) == 0 && len(smtp.Taken()) >= want })
	}
	queue(0, 20)
	wait(20)
	sender := slices.IndexFunc(w.logs, func(log *logBuffer) bool { return log.Has("mail sent") })
	stops[sender]()
	queue(20, 40)
	wait(40)
	got := subjects(t, smtp)
	slices.Sort(got)
	if len(got) != 40 || len(slices.Compact(got)) != 40 {
		t.Errorf("%d mails were sent, want 40, each once: %q", len(got), got)
	}
}
