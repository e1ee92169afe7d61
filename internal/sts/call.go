package sts

import (
	"encoding/xml"
	"errors"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/httpcall"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// call is one verified call. It is valid until its transaction ends.
type call struct {
	handler   *Handler
	request   *request
	tx        *store.Tx
	principal *identity.Principal
	form      form
	// now is the moment of the call in whole seconds: sessions begin and end on them.
	now time.Time
}

// action is one of the API's.
type action struct {
	// run makes the result; nil if Lanyard does not have the action.
	run func(*call) (any, error)
	// unsigned marks actions that clients send without signature.
	unsigned bool
}

// actions is all that AWS STS has (API model).
var actions = map[string]action{
	"AssumeRole":                 {run: assumeRole},
	"AssumeRoleWithSAML":         {unsigned: true},
	"AssumeRoleWithWebIdentity":  {unsigned: true},
	"AssumeRoot":                 {},
	"DecodeAuthorizationMessage": {},
	"GetAccessKeyInfo":           {},
	"GetCallerIdentity":          {run: getCallerIdentity},
	"GetDelegatedAccessToken":    {},
	"GetFederationToken":         {},
	"GetSessionToken":            {run: getSessionToken},
	"GetWebIdentityToken":        {},
}

// run answers one request: signature, then the action. If there is no room for a call, it
// fails before its signature is checked, which is the first thing that costs much.
func (h *Handler) run(rq *request) (result any, err error) {
	if !h.o.Running.Enter() {
		return nil, errThrottled
	}
	defer h.o.Running.Leave()
	if rq.sig, err = h.verifier.Parse(rq.HTTP, time.Now()); err != nil {
		return nil, signatureError(err)
	}
	c := &call{handler: h, request: rq, now: time.Now().UTC().Truncate(time.Second)}
	err = h.o.Store.View(rq.Context, func(tx *store.Tx) error {
		c.tx = tx
		if err := c.authenticate(); err != nil {
			return err
		}
		act, err := c.find()
		if err != nil {
			return err
		}
		result, err = act.run(c)
		return err
	})
	return result, err
}

// authenticate finds the signer, checks the signature, and that the account is not
// closed. One that is still being set up has its identities already.
func (c *call) authenticate() error {
	rq := c.request
	principal, err := c.handler.resolver.Authenticate(c.tx, c.handler.verifier, rq.sig, rq.HTTP, rq.Body)
	if err != nil {
		return signatureError(err)
	}
	c.principal, rq.Signer, rq.Region = principal, rq.sig.AccessKeyID, rq.sig.Region
	if principal.Closed {
		return errUnknownKey
	}
	return nil
}

// serves reports whether there is an account and it is not closed.
func (c *call) serves(id string) (bool, error) {
	account, err := c.tx.Account(id)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil && !account.Closed, err
}

// find reads the form and finds its action.
func (c *call) find() (found action, err error) {
	if c.form, err = parseForm(c.request.Body); err != nil {
		return found, err
	}
	name, sent := c.form["Action"]
	if !sent {
		return found, errNoAction
	}
	asked, sent := c.form["Version"]
	if !sent {
		asked = "NO_VERSION_SPECIFIED"
	}
	found, known := actions[name]
	if !known || asked != version {
		return found, noOperation(cut(name), cut(asked))
	}
	c.request.named(name)
	if found.run == nil {
		return found, notBuilt(name)
	}
	return found, nil
}

// describe says what the caller wants to do as policies see it.
func (c *call) describe(action, on string) *identity.Request {
	from := httpcall.OriginOf(c.request.HTTP)
	region := c.request.sig.Region
	if region == globalRegion {
		region = globalMeans
	}
	return &identity.Request{
		Action:    action,
		Resource:  on,
		SourceIP:  from.SourceIP,
		UserAgent: from.UserAgent,
		Secure:    from.Secure,
		Region:    region,
		Time:      time.Now(),
	}
}

type callerIdentity struct {
	XMLName xml.Name `xml:"GetCallerIdentityResult"`
	ARN     string   `xml:"Arn"`
	UserID  string   `xml:"UserId"`
	Account string
}

// getCallerIdentity needs no permission. An explicit deny has no effect, either (API
// reference).
func getCallerIdentity(c *call) (any, error) {
	return callerIdentity{ARN: c.principal.ARN, UserID: c.principal.UserID, Account: c.principal.Account}, nil
}
