//go:build postgres

package replicas

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/server"
	"github.com/lanyard-cloud/lanyard/internal/server/servertest"
	"github.com/lanyard-cloud/lanyard/test/mailtest"
)

// awaitMails waits until the replicas have sent a number of mails, each once, and returns them.
func awaitMails(t *testing.T, want int, all ...*replica) (mails []mailtest.Mail) {
	t.Helper()
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		mails = nil
		for _, r := range all {
			mails = append(mails, mailtest.Read(t, r.Mailbox())...)
		}
		if len(mails) >= want {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d mails came, want %d", len(mails), want)
		}
	}
	ids := map[string]bool{}
	for _, m := range mails {
		ids[m.ID] = true
	}
	if len(mails) != want || len(ids) != want {
		t.Errorf("%d mails came with %d ids, want %d, each once", len(mails), len(ids), want)
	}
	return mails
}

// TestSendContactMethodVerification_sendsOneMail asks both of two replicas for mails: each is sent once, by one of them. Its
// link works at the other one, too. A third replica continues when both have ended.
func TestSendContactMethodVerification_sendsOneMail(t *testing.T) {
	dsn, key := newDSN(t), newKey(t)
	a, b := startStoppable(t, options(t, dsn, key)), startStoppable(t, options(t, dsn, key))
	ask := func(r *replica) {
		t.Helper()
		if _, err := r.client().SendContactMethodVerification(t.Context(), &lightsail.SendContactMethodVerificationInput{Protocol: "Email"}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := a.client().CreateContactMethod(t.Context(), &lightsail.CreateContactMethodInput{
		Protocol: types.ContactProtocolEmail, ContactEndpoint: new("ops@example.com"),
	})
	if err != nil {
		t.Fatal(err)
	}
	awaitMails(t, 1, a.replica, b.replica)
	ask(a.replica)
	awaitMails(t, 2, a.replica, b.replica)
	ask(b.replica)
	awaitMails(t, 3, a.replica, b.replica)
	a.stop()
	b.stop()
	c := start(t, options(t, dsn, key))
	ask(c)
	last := awaitMails(t, 1, c)[0]
	awaitMails(t, 3, a.replica, b.replica)

	d := start(t, options(t, dsn, key))
	mailtest.Confirm(t, strings.Replace(mailtest.Link(t, last), c.Endpoint(), d.Endpoint(), 1))
	out, err := c.client().GetContactMethods(t.Context(), &lightsail.GetContactMethodsInput{})
	if err != nil || out.ContactMethods[0].Status != types.ContactMethodStatusValid {
		t.Errorf("GetContactMethods: %+v, %v, want one that is valid", out, err)
	}
}

// stoppable is a replica that a test can stop.
type stoppable struct {
	*replica

	stop func()
}

func startStoppable(t *testing.T, o server.Options) stoppable {
	t.Helper()
	s, stop := servertest.Start(t, o)
	return stoppable{&replica{s, o}, stop}
}
