package api

import (
	"errors"
	"net/http"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/httpcall"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/sigv4"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Caller is who makes one call, and from where.
type Caller interface {
	// Origin is where the call comes from.
	Origin() Origin
	// Resolve returns who the caller is in a region, or an error that the call is answered
	// with. It runs in every transaction of the call, so that what the call may do is what
	// the store says at that moment, and may run more than once in the same.
	Resolve(tx *store.Tx, region string) (*identity.Principal, error)
}

// Origin is where a call comes from: condition keys of policies, and the caller's name in
// the log.
type Origin struct {
	// SourceIP, UserAgent and Secure are aws:SourceIp, aws:UserAgent and aws:SecureTransport.
	httpcall.Origin
	// Signer is the access key's id, or what the caller is called in the log.
	Signer string
}

// As returns a caller inside the process that acts as a user or as an account's root, given
// by ARN, with no more rights than that one has.
func (p *Pipeline) As(arn string, from Origin) Caller { return &named{p, arn, from} }

// named is a caller that is known by its ARN alone.
type named struct {
	p    *Pipeline
	arn  string
	from Origin
}

func (n *named) Origin() Origin { return n.from }

// Resolve looks the user or root up.
func (n *named) Resolve(tx *store.Tx, region string) (*identity.Principal, error) {
	p, err := n.p.resolver.ByARN(tx, n.arn, region)
	if errors.Is(err, identity.ErrUnknownPrincipal) {
		return nil, &FrontError{Type: sigv4.CodeUnrecognizedClient, Message: "There is no principal " + n.arn + "."}
	}
	return p, err
}

// recognized is a Caller whom the server may know without the store.
type recognized interface {
	Caller
	// Recognize returns who the caller is as long as the store's identity version is the
	// one that it returns. ok is false if the caller is not known.
	Recognize() (version string, p *identity.Principal, ok bool)
}

// signed is who signed a request.
type signed struct {
	p    *Pipeline
	http *http.Request
	body []byte
	sig  *sigv4.Signature
	// verified reports whether the signature was found good.
	verified bool
}

// signedBy parses the signature of a request. It verifies nothing.
func (p *Pipeline) signedBy(hc *httpcall.Call) (*signed, error) {
	sig, err := p.verifier.Parse(hc.HTTP, time.Now())
	if err != nil {
		return nil, signatureError(err)
	}
	return &signed{p: p, http: hc.HTTP, body: hc.Body, sig: sig}, nil
}

func (s *signed) Origin() Origin {
	return Origin{httpcall.OriginOf(s.http), s.sig.AccessKeyID}
}

// Resolve verifies the signature the first time. After that it looks the key up once more.
// The region is the signature's.
func (s *signed) Resolve(tx *store.Tx, _ string) (p *identity.Principal, err error) {
	if s.verified {
		p, err = s.p.resolver.Again(tx, s.sig)
	} else {
		p, err = s.p.resolver.Authenticate(tx, s.p.verifier, s.sig, s.http, s.body)
	}
	if err != nil {
		return nil, signatureError(err)
	}
	s.verified = true
	return p, nil
}

// Recognize verifies the signature with what is remembered of the key.
func (s *signed) Recognize() (version string, p *identity.Principal, ok bool) {
	return s.p.resolver.Recognize(s.p.verifier, s.sig, s.http, s.body)
}

// signatureError gives the verifier's errors their form on the wire.
func signatureError(err error) error {
	if bad, ok := errors.AsType[*sigv4.Error](err); ok {
		return WithHint(&FrontError{Type: bad.Code, Message: bad.Message}, bad.Hint)
	}
	return err
}
