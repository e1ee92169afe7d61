package api

import (
	"errors"
	"log/slog"

	smithy "github.com/aws/smithy-go"

	"github.com/lanyard-cloud/lanyard/internal/codec"
	"github.com/lanyard-cloud/lanyard/internal/httpcall"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// newCall returns a call that has not begun.
func (p *Pipeline) newCall(hc *httpcall.Call, caller Caller, region string, action *Action) *Call {
	return &Call{
		Context:   hc.Context,
		Region:    region,
		RequestID: hc.ID,
		action:    action,
		caller:    caller,
		origin:    caller.Origin(),
		body:      hc.Body,
		entry:     &hc.Entry,
		pipe:      p,
	}
}

// route sends a call its way, and gives its error the form that the action's have.
func (p *Pipeline) route(c *Call) (smithy.Serializable, error) {
	out, err := p.serve(c)
	if err != nil && c.action.codeless {
		err = withoutCode(err)
	}
	return out, err
}

// serve runs a call. One that is certain to be refused goes as a read.
func (p *Pipeline) serve(c *Call) (smithy.Serializable, error) {
	switch {
	case !c.action.access.Write, c.action.invoke == nil, c.strays():
		return p.serveRead(c)
	case c.action.prepare != nil:
		return p.servePrepared(c)
	}
	return p.serveWrite(c)
}

// serveRead answers a call in one read transaction.
func (p *Pipeline) serveRead(c *Call) (out smithy.Serializable, err error) {
	err = p.view(c, func() error {
		if err := c.open(); err != nil {
			return err
		}
		out, err = c.action.invoke(c, c.in, nil)
		return err
	})
	return out, err
}

// serveWrite answers a write that has no slow part. If the caller is remembered, one
// transaction does (ADR 11). If not, or if what is remembered holds no more, a read
// transaction comes first: only it finds out what to say about a bad signature or input.
func (p *Pipeline) serveWrite(c *Call) (out smithy.Serializable, err error) {
	if version, principal, ok := c.recognize(); ok {
		out, err = p.commit(c, nil, func() error {
			if err := c.stillIs(version, principal); err != nil {
				return err
			}
			return c.admit()
		})
		if !errors.Is(err, errIdentitiesChanged) {
			return out, err
		}
	}
	if err := p.view(c, c.open); err != nil {
		return nil, err
	}
	return p.commit(c, nil, c.reopen)
}

// errIdentitiesChanged: the store's identities are others than those by which a caller was
// recognized.
var errIdentitiesChanged = errors.New("identities have changed")

// ErrPrepareAgain is returned by the function of a prepared write if its slow part has to run
// once more: the store has changed since, and something is missing now.
var ErrPrepareAgain = errors.New("what was prepared is not what is needed any more")

// maxPreparations is how often the slow part of a call runs.
const maxPreparations = 4

// servePrepared answers a write that has a slow part. A call whose slow part is overtaken
// again and again is throttled: its client tries it later.
func (p *Pipeline) servePrepared(c *Call) (out smithy.Serializable, err error) {
	for range maxPreparations {
		if out, err = p.prepareAndCommit(c); !errors.Is(err, ErrPrepareAgain) {
			return out, err
		}
	}
	return nil, errThrottled
}

// prepareAndCommit runs the slow part of a call between two transactions, when it is known
// that the caller may have it. It is undone if certainly nothing of the write is stored.
func (p *Pipeline) prepareAndCommit(c *Call) (out smithy.Serializable, err error) {
	if err := p.view(c, c.open); err != nil {
		return nil, err
	}
	prepared, undo, err := c.action.prepare(c, c.in)
	if err != nil {
		return nil, err
	}
	kept := false
	defer func() {
		if !kept && undo != nil {
			undo()
		}
	}()
	out, err = p.commit(c, prepared, c.reopen)
	kept = mayBeStored(err)
	return out, err
}

// view runs fn in a read transaction, which is the call's for so long.
func (p *Pipeline) view(c *Call, fn func() error) error {
	return p.o.Store.View(c.Context, func(tx *store.Tx) error {
		c.begin(tx)
		defer func() { c.Tx = nil }()
		return fn()
	})
}

// begin makes a transaction the call's. What it reads is what there is at the call's time, which is
// taken when the caller is known.
func (c *Call) begin(tx *store.Tx) {
	tx.SetNow(c.Now)
	c.Tx, c.records = tx, nil
}

// recognize finds the caller and a valid input without the store. Nothing is said about a
// call for which it cannot.
func (c *Call) recognize() (version string, principal *identity.Principal, ok bool) {
	caller, ok := c.caller.(recognized)
	if !ok {
		return "", nil, false
	}
	if version, principal, ok = caller.Recognize(); !ok {
		return "", nil, false
	}
	c.in = c.action.model.NewInput()
	return version, principal, codec.Decode(c.body, c.in) == nil
}

// stillIs is identify for a caller that was recognized at a version of the store's
// identities: the same version means that none has changed. It returns
// errIdentitiesChanged if it is another one.
func (c *Call) stillIs(version string, principal *identity.Principal) error {
	now, err := c.Tx.IdentityVersion()
	switch {
	case err != nil:
		return err
	case now != version:
		return errIdentitiesChanged
	}
	return c.is(principal)
}

// reopen is open without what cannot have changed since: the input.
func (c *Call) reopen() error {
	if err := c.identify(); err != nil {
		return err
	}
	return c.admit()
}

// commit runs the action's function in a write transaction, after a check that runs
// there, too. What the write touched is reconciled after that, also if it is not known
// whether it is stored: the store is read then.
func (p *Pipeline) commit(c *Call, prepared any, check func() error) (out smithy.Serializable, err error) {
	touched, err := p.o.Store.UpdateTouched(c.Context, func(tx *store.Tx) error {
		c.begin(tx)
		if err := check(); err != nil {
			return err
		}
		if out, err = c.action.invoke(c, c.in, prepared); err != nil {
			return err
		}
		return c.keepRecords()
	})
	if mayBeStored(err) && p.o.Committed != nil {
		p.tell(c, touched)
	}
	if taken, ok := errors.AsType[*store.NameTakenError](err); ok { // since it was looked for
		err = nameTaken(taken.Kind, taken.Name)
	}
	return out, err
}

// mayBeStored reports whether a write is stored that ended with the error, or may be.
func mayBeStored(err error) bool { return err == nil || errors.Is(err, store.ErrUnknownOutcome) }

// tell calls Committed. The write is stored, so a panic there is no failure of the call:
// the client would try again, and miss what only this answer has, as a private key.
func (p *Pipeline) tell(c *Call, touched store.Touched) {
	err := httpcall.Guard(func() error {
		p.o.Committed(touched)
		return nil
	})
	if err != nil {
		p.o.Log.LogAttrs(c.Context, slog.LevelError, "internal error after a commit",
			slog.String("request_id", c.RequestID), slog.String("action", c.action.name), slog.Any("error", err))
	}
}
