// Package mail sends the mails that are queued for contact methods.
//
// It does not decide who gets a mail. Package kind/contactmethod says what a mail says and whether it is still
// to be sent, a driver hands it over, and package reconcile says when. A mail is removed from the store after it was handed over.
// If the server ends between the two, or loses the lease under which one server of a store sends, the
// mail is handed over again, under the same id: each mail is sent at least once.
package mail

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"time"

	driver "github.com/lanyard-cloud/lanyard/internal/driver/mail"
	"github.com/lanyard-cloud/lanyard/internal/kind/contactmethod"
	"github.com/lanyard-cloud/lanyard/internal/reconcile"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Options is what a Runtime works with.
type Options struct {
	Store *store.DB
	// Driver hands the mails over.
	Driver driver.Driver
	// Link makes the link to the page on which an address is confirmed.
	Link func(contactmethod.Confirmation) string
	// Clock is the lifecycle clock.
	Clock func() time.Time
	Log   *slog.Logger
	// Shared says that other servers write to the store, and send its mails, too.
	Shared bool
}

const (
	// lease is held by the server that sends the mails of a shared store.
	lease = "mails"
	// firstRetry is how long a mail waits after its first failure. It waits twice as long after each further one,
	// up to maxRetry.
	firstRetry = 2 * time.Second
	maxRetry   = 30 * time.Minute
	// patience is how old a mail becomes that cannot be handed over, on the lifecycle clock.
	patience = 24 * time.Hour
	// turn is how long one call sends mails. There is time for the last one then.
	turn = 20 * time.Second
	// settleTime is how long the store may take to note what became of a mail.
	settleTime = 5 * time.Second
)

// Runtime sends mails. Its methods are safe for concurrent use.
type Runtime struct {
	o             Options
	reconciler    *reconcile.Reconciler
	confirmations confirmations
}

// New returns a Runtime that sends nothing before Run. The caller must Close it.
func New(o Options) *Runtime {
	rt := &Runtime{o: o}
	options := reconcile.Options{
		Store: o.Store, Kind: resource.ContactMethod, Worker: worker{rt}, Shared: o.Shared, Log: o.Log, Clock: o.Clock, Detached: true,
	}
	if o.Shared {
		options.Lease = lease
	}
	rt.reconciler = reconcile.New(options)
	return rt
}

// Run sends what is queued until the context ends or the Runtime is closed.
func (rt *Runtime) Run(ctx context.Context) { rt.reconciler.Run(ctx) }

// Touched sends what a write of this process queued. It does not wait for that.
func (rt *Runtime) Touched(touched store.Touched) { rt.reconciler.Touched(touched) }

// Close ends what is being sent, and waits for it.
func (rt *Runtime) Close() { rt.reconciler.Close() }

// worker sends the mails to a contact method.
type worker struct{ *Runtime }

// Running lists nothing: nothing is left of a contact method that is gone.
func (worker) Running(context.Context) ([]string, error) { return nil, nil }

// Reconcile sends the mails to a contact method, one after another: all of them go to one address.
func (w worker) Reconcile(ctx context.Context, t reconcile.Task) (status reconcile.Status, err error) {
	for end := time.Now().Add(turn); ; {
		m, mail, err := w.first(ctx, t)
		if m != nil {
			status.Resource = m.Resource
		}
		if err != nil || mail == nil {
			return status, err
		}
		if wait := time.Until(mail.RetryAt); 0 < wait && wait <= maxRetry { // else the clock was put back
			status.Again = mail.RetryAt
			return status, nil
		}
		if status.Again = w.hold(m, mail, t.Now); !status.Again.IsZero() {
			return status, nil
		}
		if err := w.handle(ctx, t, m, mail); err != nil {
			return status, err
		}
		if time.Now().After(end) {
			status.Again = end
			return status, nil
		}
	}
}

// hold returns until when a confirmation waits, because others were sent before; zero if the mail does not wait.
func (w worker) hold(m *contactmethod.ContactMethod, mail *contactmethod.Mail, now time.Time) (again time.Time) {
	if asked, awaited := m.Asked(now); !awaited || asked.Verification != mail.Verification {
		return again
	}
	return w.confirmations.take(m.Resource.Account, mail.To, time.Now())
}

// first reads the contact method, and the mail to it that was queued first; nil if there is none.
func (w worker) first(ctx context.Context, t reconcile.Task) (m *contactmethod.ContactMethod, mail *contactmethod.Mail, err error) {
	err = w.o.Store.View(ctx, func(tx *store.Tx) error {
		m, mail = nil, nil
		r, err := t.Read(tx)
		if err != nil || r == nil {
			return err
		}
		m = &contactmethod.ContactMethod{}
		if err := m.Open(r); err != nil {
			return err
		}
		entries, err := tx.Entries(r.ID, contactmethod.Mails, store.EntryPage{OldestFirst: true, Limit: 1})
		if err == nil && len(entries) > 0 {
			mail, err = contactmethod.OpenMail(entries[0])
		}
		return err
	})
	return m, mail, err
}

// handle hands a mail over, and removes it if that is done or of no use. If it failed, the mail waits.
func (w worker) handle(ctx context.Context, t reconcile.Task, m *contactmethod.ContactMethod, mail *contactmethod.Mail) error {
	remove := func(tx *store.Tx) error { return tx.DeleteEntry(mail.Entry) }
	written, wanted := m.Write(mail, t.Now, w.o.Link)
	if !wanted {
		return w.settle(ctx, t, remove)
	}
	err := w.o.Driver.Send(ctx, driver.Message{
		ID: mail.Entry.Owner + "-" + strconv.FormatInt(mail.Entry.Seq, 10), At: mail.Entry.At,
		To: written.To, Subject: written.Subject, Text: written.Text,
	})
	log := w.o.Log.With("account", m.Resource.Account, "region", m.Resource.Region, "mail", mail.Entry.Seq)
	switch {
	case err == nil:
		log.Info("mail sent")
		return w.settle(ctx, t, remove)
	case ctx.Err() != nil: // the server stops, or has lost the lease
		return ctx.Err()
	case errors.Is(err, driver.ErrRefused), t.Now.Sub(mail.Entry.At) > patience:
		log.Error("mail not sent, given up", "error", err)
		return w.settle(ctx, t, remove)
	}
	mail.RetryAt = time.Now().Add(min(firstRetry<<min(mail.Tries, 16), maxRetry))
	mail.Tries++
	log.Warn("mail not sent, retrying", "error", err, "tries", mail.Tries)
	mail.Entry.Doc = mail.Pack()
	return w.settle(ctx, t, func(tx *store.Tx) error { return tx.UpdateEntry(mail.Entry) })
}

// settle writes what became of a mail, even if the server stops: it would be sent again. The mail may have been
// removed meanwhile, with its contact method.
func (w worker) settle(ctx context.Context, t reconcile.Task, write func(*store.Tx) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	err := w.o.Store.Update(ctx, func(tx *store.Tx) error {
		if err := t.Check(tx); err != nil {
			return err
		}
		return write(tx)
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}
