package api

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	smithy "github.com/aws/smithy-go"
	"github.com/google/uuid"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/codec"
	"github.com/lanyard-cloud/lanyard/internal/httpcall"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/limit"
	"github.com/lanyard-cloud/lanyard/internal/quota"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/sigv4"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Options is what a Pipeline works with. All of it is required, but for Running,
// Committed and Observe.
type Options struct {
	Actions []Action
	Store   *store.DB
	Sealer  *seal.Sealer
	Log     *slog.Logger
	// Clock is the lifecycle clock. Signatures use real time, whatever it says.
	Clock func() time.Time
	// Rand is the source of ids.
	Rand io.Reader
	// PageSize is how many elements a page of a list has; 0 stands for AWS's sizes.
	PageSize int
	// Running bounds the calls that run at one time; nil admits all.
	Running *limit.Gate
	// TimeScale is how long a change of state takes, as a part of what AWS takes: 1 is as
	// long, 0 is no time at all.
	TimeScale float64
	// Quotas bound what an account may have.
	Quotas quota.Table
	// Committed is told of the operations of each write that is on disk, or may be as far
	// as the store knows, before its answer is sent; it may be nil.
	Committed func(account, region string, operations []*types.Operation)
	// Observe is told of each answered call: the action's name, or "" when the
	// request named none that is known; the error's code, or ""; how long it took.
	Observe func(action, code string, took time.Duration)
}

// Pipeline answers API calls.
type Pipeline struct {
	o        Options
	actions  map[string]*Action
	verifier *sigv4.Verifier
	resolver *identity.Resolver
}

// NewPipeline checks the actions' declarations; a wrong one panics.
func NewPipeline(o Options) *Pipeline {
	return &Pipeline{
		o:        o,
		actions:  registry(o.Actions),
		resolver: identity.NewResolver(o.Sealer),
		verifier: sigv4.New(sigv4.Options{
			Service: "lightsail",
			ValidRegion: func(name string) bool {
				_, ok := catalogue.LookupRegion(name)
				return ok
			},
		}),
	}
}

// request is a call as it came over the wire: nothing in it is trusted before its
// signature holds.
type request struct {
	http   *http.Request
	id     string
	action *Action
	body   []byte
	// cutOff reports whether the body did not come, or not in time.
	cutOff bool
	sig    *sigv4.Signature
	// signer is the access key's id once the signature was found good. Before that it
	// does not belong in a log: it may be a secret in the wrong place.
	signer string
	// hint is what the log says of an answer that the client does not understand at once.
	hint string
}

// run answers one request: signature, rights, then the action's function. A call
// that there is no room for is turned away before its signature is checked, which is
// the first thing that costs much, and after its body was read: a slow client takes
// nobody's place, and a fast one keeps its connection.
func (p *Pipeline) run(ctx context.Context, rq *request) (out smithy.Serializable, err error) {
	if !p.o.Running.Enter() {
		return nil, errThrottled
	}
	defer p.o.Running.Leave()
	if rq.sig, err = p.verifier.Parse(rq.http, time.Now()); err != nil {
		return nil, signatureError(err)
	}
	c := &Call{
		Context:   ctx,
		Region:    rq.sig.Region,
		RequestID: rq.id,
		http:      rq.http,
		Now:       p.o.Clock().Truncate(time.Millisecond),
		action:    rq.action,
		pipe:      p,
	}
	if rq.action.direct() && !c.strays() {
		if out, err = p.writeDirectly(c, rq); !errors.Is(err, errIndirect) {
			return out, err
		}
	}
	in := rq.action.model.NewInput()
	err = p.o.Store.View(ctx, func(tx *store.Tx) error {
		c.Tx = tx
		if err := p.open(c, rq, in); err != nil || rq.action.access.Write {
			return err
		}
		out, err = rq.action.invoke(c, in, nil)
		return err
	})
	if err == nil && rq.action.access.Write {
		out, err = p.write(c, rq, in)
	}
	return out, err
}

// errIndirect: a call takes the way of run that leads through a read transaction.
var errIndirect = errors.New("not directly")

// direct tells whether an action needs no more than a write transaction.
func (a *Action) direct() bool { return a.access.Write && a.invoke != nil && a.prepare == nil }

// writeDirectly is the way of most writes: a caller whose key was met lately and whose
// signature and input hold goes to the write transaction at once. Where the signature or
// the input is wrong, or who is who has changed since, it is errIndirect, and run finds
// out what to say.
func (p *Pipeline) writeDirectly(c *Call, rq *request) (out smithy.Serializable, err error) {
	version, principal, ok := p.resolver.Recognize(p.verifier, rq.sig, rq.http, rq.body)
	in := rq.action.model.NewInput()
	if !ok || codec.Decode(rq.body, in) != nil {
		return nil, errIndirect
	}
	return p.commit(c, in, nil, func() error {
		now, err := c.Tx.IdentityVersion()
		switch {
		case err != nil:
			return err
		case now != version:
			return errIndirect
		}
		c.Principal, rq.signer = principal, rq.sig.AccessKeyID
		if err := c.checkServed(); err != nil {
			return err
		}
		return c.admit(in)
	})
}

// open is the part that reads and writes share: who is it, is the input valid, may
// they, and is there what they name.
func (p *Pipeline) open(c *Call, rq *request, in smithy.Serializable) error {
	if err := p.authenticate(c, rq); err != nil {
		return err
	}
	if c.strays() {
		return c.refuseRegion(rq, in)
	}
	if rq.action.invoke == nil {
		if err := c.authorize(nil); err != nil {
			return err
		}
		return notBuilt(rq.action.name)
	}
	if err := codec.Decode(rq.body, in); err != nil {
		return c.refuseInput(in, err)
	}
	return c.admit(in)
}

// refuseInput answers an input that is no good. What is wrong with a well-formed one
// is told only to those who may call the action at all, on some resource.
func (c *Call) refuseInput(in smithy.Serializable, err error) error {
	if _, invalid := errors.AsType[*codec.ValidationError](err); invalid {
		if err := c.authorize(in); err != nil {
			return err
		}
	}
	return inputError(err)
}

// write runs the action's slow part, and then its function in a write transaction
// where the caller's rights are checked again: they may have changed meanwhile.
func (p *Pipeline) write(c *Call, rq *request, in smithy.Serializable) (out smithy.Serializable, err error) {
	var prepared any
	kept := false
	if rq.action.prepare != nil {
		var undo func()
		c.Tx = nil
		if prepared, undo, err = rq.action.prepare(c, in); err != nil {
			return nil, err
		}
		defer func() {
			if !kept && undo != nil {
				undo()
			}
		}()
	}
	out, err = p.commit(c, in, prepared, func() error { return p.recheck(c, rq, in) })
	kept = mayBeStored(err)
	return out, err
}

// mayBeStored reports whether a write is stored that ended with the error, or may be.
func mayBeStored(err error) bool { return err == nil || errors.Is(err, store.ErrUnknownOutcome) }

// commit runs the action's function in a write transaction, after a check that runs
// there, too. What the write may have changed outside of the store is told of it, also
// if it is not known to be stored: the store is read for that.
func (p *Pipeline) commit(c *Call, in smithy.Serializable, prepared any, check func() error) (out smithy.Serializable, err error) {
	err = p.o.Store.Update(c.Context, func(tx *store.Tx) error {
		c.Tx, c.records = tx, nil
		if err := check(); err != nil {
			return err
		}
		if out, err = c.action.invoke(c, in, prepared); err != nil {
			return err
		}
		return c.keepRecords()
	})
	if mayBeStored(err) && p.o.Committed != nil {
		p.tell(c)
	}
	return out, err
}

// tell calls Committed. The write is stored, so a panic there is no failure of the call:
// the client would try again, and miss what only this answer has, as a private key.
func (p *Pipeline) tell(c *Call) {
	err := httpcall.Guard(func() error {
		p.o.Committed(c.Principal.Account, c.Region, c.operations())
		return nil
	})
	if err != nil {
		p.o.Log.LogAttrs(c.Context, slog.LevelError, "internal error after a commit",
			slog.String("request_id", c.RequestID), slog.String("action", c.action.name), slog.Any("error", err))
	}
}

// recheck is open without what cannot have changed: the signature and the input.
func (p *Pipeline) recheck(c *Call, rq *request, in smithy.Serializable) error {
	principal, err := p.resolver.Again(c.Tx, rq.sig)
	if err != nil {
		return signatureError(err)
	}
	c.Principal = principal
	return c.admit(in)
}

// admit loads what the action is on and authorizes the call. A resource that is
// not there is told only to those who may ask.
func (c *Call) admit(in smithy.Serializable) error {
	missing := c.load(in)
	if missing != nil && !isNotFound(missing) {
		return missing
	}
	if err := c.authorize(in); err != nil {
		return err
	}
	if err := c.checkHome(in); err != nil {
		return err
	}
	if missing != nil {
		return missing
	}
	return c.checkNames(in)
}

// maxNewNames bounds what one call looks up.
const maxNewNames = 1000

// checkNames refuses names of resources to be created that are too many, or not free.
func (c *Call) checkNames(in smithy.Serializable) error {
	if c.action.newNames == nil {
		return nil
	}
	names := c.action.newNames(in)
	if len(names) > maxNewNames {
		return InvalidInput(CodeInvalidParams, "At most %d resources can be created at a time.", maxNewNames)
	}
	return c.CheckFree(names)
}

// CheckFree refuses names of which some are taken, come twice, or are kept for the
// default key pairs. It is for what an action creates besides what it declares.
func (c *Call) CheckFree(names []string) error {
	var taken []string
	for i, name := range names {
		if name == resource.DefaultKeyPairName || slices.Contains(names[:i], name) {
			taken = append(taken, name)
			continue
		}
		_, err := c.Tx.Resource(c.Principal.Account, c.Region, name)
		switch {
		case err == nil:
			taken = append(taken, name)
		case !errors.Is(err, store.ErrNotFound):
			return err
		}
	}
	if len(taken) > 0 {
		return NameExists(strings.Join(taken, ", "))
	}
	return nil
}

// load reads the resources that the action is on. Where some are missing it loads
// the others all the same, and returns the error of the first.
func (c *Call) load(in smithy.Serializable) error {
	c.loaded = make([]*resource.Resource, len(c.action.targets))
	var missing error
	for i, t := range c.action.targets {
		for _, name := range t.names(in) {
			r, err := c.find(c.Region, name, t.kinds)
			switch {
			case err == nil:
				c.loaded[i] = r
			case !isNotFound(err):
				return err
			case missing == nil:
				missing = err
			}
		}
	}
	return missing
}

// authenticate finds the signer and checks the signature, and that the account and
// the region are served.
func (p *Pipeline) authenticate(c *Call, rq *request) error {
	principal, err := p.resolver.Authenticate(c.Tx, p.verifier, rq.sig, rq.http, rq.body)
	if err != nil {
		return signatureError(err)
	}
	c.Principal, rq.signer = principal, rq.sig.AccessKeyID
	return c.checkServed()
}

// signatureError gives the verifier's errors their form on the wire.
func signatureError(err error) error {
	if bad, ok := errors.AsType[*sigv4.Error](err); ok {
		return WithHint(&FrontError{Type: bad.Code, Message: bad.Message}, bad.Hint)
	}
	return err
}

// newID makes a version 4 UUID from the injected randomness.
func (p *Pipeline) newID() string {
	return uuid.Must(uuid.NewRandomFromReader(p.o.Rand)).String()
}

// newOperationID makes a UUID in the form of version 4, as AWS's are, that begins with
// the time: new operations stand side by side in the database's index, and a write of
// many touches few pages.
func (p *Pipeline) newOperationID(now time.Time) string {
	id := uuid.Must(uuid.NewRandomFromReader(p.o.Rand))
	var at [8]byte
	binary.BigEndian.PutUint64(at[:], uint64(now.UnixMilli()))
	copy(id[:6], at[2:])
	return id.String()
}
