package mail_test

import (
	"bytes"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/kind/contactmethod"
	"github.com/lanyard-cloud/lanyard/internal/store"
	"github.com/lanyard-cloud/lanyard/test/mailtest"
	"github.com/lanyard-cloud/lanyard/test/smtptest"
)

// TestRun_sendsWhatIsQueued has a confirmation and notifications, of which those that are not wanted any more are not sent.
func TestRun_sendsWhatIsQueued(t *testing.T) {
	smtp := smtptest.Start(t, smtptest.Options{})
	w := newWorld(t, smtp)
	ops := w.add("ops@example.com") // its confirmation is not needed any more
	asked := w.ask("eu-west-1", "new@example.com")
	replaced := w.addIn("eu-west-2", "old@example.com")
	w.notify(ops, "first")
	w.notify(ops, "second")
	w.notify(asked, "not valid yet")
	w.notify(replaced, "to the old address")
	w.change(replaced, func(_ *store.Tx, m *contactmethod.ContactMethod) error {
		m.Doc.ContactEndpoint = new("newer@example.com")
		m.Verify(w.clock())
		return nil
	})
	w.run()
	await(t, "an empty queue", func() bool { return w.queued(ops)+w.queued(asked)+w.queued(replaced) == 0 })
	got := subjects(t, smtp)
	slices.Sort(got)
	want := []string{
		"new@example.com AWS Notification - Subscription Confirmation", "ops@example.com first", "ops@example.com second",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mails (-want +got):\n%s", diff)
	}
	w.notify(ops, "third")
	await(t, "a mail that is queued later", func() bool { return w.queued(ops) == 0 })
	if got := subjects(t, smtp); got[len(got)-1] != "ops@example.com third" {
		t.Errorf("mails: %q, want the third one last", got)
	}
}

// TestRun_confirmationHasALink reads the mail.
func TestRun_confirmationHasALink(t *testing.T) {
	smtp := smtptest.Start(t, smtptest.Options{})
	w := newWorld(t, smtp)
	w.ask("eu-west-1", "new@example.com")
	w.run()
	await(t, "the mail", func() bool { return len(smtp.Taken()) == 1 })
	raw := smtp.Taken()[0].Text
	for _, want := range []string{"\r\nhttps://lanyard.example.com/new@example.com\r\n", "new@example.com in the Region eu-west-1", "Confirm subscription"} {
		if !bytes.Contains(raw, []byte(want)) {
			t.Errorf("the mail has no %q:\n%s", want, raw)
		}
	}
}

// TestRun_sendsAgain has a server that is busy at first: all mails arrive, in order.
func TestRun_sendsAgain(t *testing.T) {
	smtp := smtptest.Start(t, smtptest.Options{Answer: func(number int) error {
		if number == 1 {
			return smtptest.Busy()
		}
		return nil
	}})
	w := newWorld(t, smtp)
	ops := w.add("ops@example.com")
	w.notify(ops, "first")
	w.notify(ops, "second")
	w.run()
	await(t, "an empty queue", func() bool { return w.queued(ops) == 0 })
	if diff := cmp.Diff([]string{"ops@example.com first", "ops@example.com second"}, subjects(t, smtp)); diff != "" {
		t.Errorf("mails (-want +got):\n%s", diff)
	}
	if got := w.logs[0].Count("mail not sent, retrying"); got != 1 {
		t.Errorf("the log says %d times that a mail is sent again, want 1:\n%s", got, w.logs[0])
	}
}

// TestRun_givesUp drops a mail that is refused, and one that is a day old and still cannot be sent.
func TestRun_givesUp(t *testing.T) {
	var mu sync.Mutex
	answer := smtptest.Refused()
	setAnswer := func(err error) {
		mu.Lock()
		defer mu.Unlock()
		answer = err
	}
	smtp := smtptest.Start(t, smtptest.Options{Answer: func(int) error {
		mu.Lock()
		defer mu.Unlock()
		return answer
	}})
	w := newWorld(t, smtp)
	ops := w.add("ops@example.com")
	w.notify(ops, "refused")
	w.run()
	await(t, "an empty queue", func() bool { return w.queued(ops) == 0 })
	setAnswer(smtptest.Busy())
	asked := smtp.Asked()
	w.notify(ops, "too late")
	await(t, "a first try", func() bool { return smtp.Asked() > asked })
	if got := w.queued(ops); got != 1 {
		t.Errorf("%d mails are queued after a failure, want 1", got)
	}
	w.pass(25 * time.Hour)
	await(t, "an empty queue", func() bool { return w.queued(ops) == 0 })
	if got := w.logs[0].Count("mail not sent, given up"); got != 2 || len(smtp.Taken()) > 0 {
		t.Errorf("the log says %d times that a mail is given up, want 2, and the server took %d, want none:\n%s", got, len(smtp.Taken()), w.logs[0])
	}
}

// TestRun_boundsConfirmations asks again and again for the confirmation of an address. It gets ten, the last one waits, and
// mails to others do not.
func TestRun_boundsConfirmations(t *testing.T) {
	smtp := smtptest.Start(t, smtptest.Options{})
	w := newWorld(t, smtp)
	victim := w.ask("us-east-1", "victim@example.com")
	w.run()
	for n := 1; n < 30; n++ {
		await(t, "no more mails than one", func() bool { return w.queued(victim) == min(1, n/11) })
		w.change(victim, func(tx *store.Tx, m *contactmethod.ContactMethod) error {
			m.Verify(w.clock())
			return m.Ask(tx, w.clock())
		})
	}
	ops := w.addIn("eu-west-1", "ops@example.com")
	w.notify(ops, "an alarm")
	await(t, "an empty queue", func() bool { return w.queued(ops) == 0 })
	await(t, "one mail that waits", func() bool { return w.queued(victim) == 1 })
	got := map[string]int{}
	for _, subject := range subjects(t, smtp) {
		to, _, _ := strings.Cut(subject, " ")
		got[to]++
	}
	if got["victim@example.com"] != 10 || got["ops@example.com"] < 1 {
		t.Errorf("mails by address: %v, want 10 to victim@example.com, and the one to ops@example.com", got)
	}
}

// TestRun_continuesAfterARestart stops while the SMTP server does not answer. The mail is sent again, and has the id that it
// had, so that a program that got both can tell.
func TestRun_continuesAfterARestart(t *testing.T) {
	hangs, release := make(chan struct{}), make(chan struct{})
	smtp := smtptest.Start(t, smtptest.Options{Answer: func(number int) error {
		if number == 1 {
			close(hangs)
			<-release
		}
		return nil
	}})
	w := newWorld(t, smtp)
	ops := w.add("ops@example.com")
	w.notify(ops, "first")
	stop := w.run()
	<-hangs
	stop()
	if got := w.queued(ops); got != 1 {
		t.Errorf("%d mails are queued after a stop, want 1", got)
	}
	close(release) // the server takes the first one, too, and cannot tell anyone
	w.run()
	await(t, "an empty queue", func() bool { return w.queued(ops) == 0 && len(smtp.Taken()) == 2 })
	ids := make([]string, 2)
	for n, taken := range smtp.Taken() {
		ids[n] = mailtest.Parse(t, taken.Text).ID
	}
	if ids[0] != ids[1] || !strings.Contains(ids[0], ops) {
		t.Errorf("the ids of one mail that was sent twice are %q, want one id", ids)
	}
}

// TestRun_holdsUpNoOtherContactMethod has a server that does not answer.
func TestRun_holdsUpNoOtherContactMethod(t *testing.T) {
	hangs, release := make(chan struct{}), make(chan struct{})
	smtp := smtptest.Start(t, smtptest.Options{Answer: func(number int) error {
		if number == 1 {
			close(hangs)
		}
		<-release
		return nil
	}})
	w := newWorld(t, smtp)
	first, second := w.add("ops@example.com"), w.addIn("eu-west-1", "other@example.com")
	w.run()
	w.notify(first, "first")
	<-hangs
	w.notify(second, "second")
	await(t, "the second mail", func() bool { return smtp.Asked() == 2 })
	close(release)
	await(t, "an empty queue", func() bool { return w.queued(first)+w.queued(second) == 0 })
}
