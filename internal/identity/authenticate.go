package identity

import (
	"errors"
	"net/http"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/sigv4"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Authenticate finds the signer of a request and verifies its signature over the
// body as it arrived. A refusal is a *sigv4.Error with AWS's text.
func (r *Resolver) Authenticate(
	tx *store.Tx, v *sigv4.Verifier, sig *sigv4.Signature, req *http.Request, body []byte,
) (*Principal, error) {
	secret, p, err := r.Find(tx, sig.AccessKeyID, sig.SessionToken, sig.Region)
	if err != nil {
		return nil, refusal(err)
	}
	if err := v.Verify(sig, req, body, secret); err != nil {
		return nil, err
	}
	switch {
	case p.Expires.IsZero() && sig.SessionToken != "": // a long-term key has none
		return nil, sigv4.UnknownToken()
	case !p.Expires.IsZero() && !time.Now().Before(p.Expires):
		return nil, sigv4.ExpiredToken()
	}
	return p, nil
}

// Recognize is Authenticate without the store, for a long-term key that it remembers.
// The result is valid in transactions whose Tx.IdentityVersion is the returned version,
// and in no others. If ok is false, the key is not remembered.
func (r *Resolver) Recognize(
	v *sigv4.Verifier, sig *sigv4.Signature, req *http.Request, body []byte,
) (version string, p *Principal, ok bool) {
	if sig.SessionToken != "" {
		return "", nil, false
	}
	version, k, ok := r.keys.last(keyInRegion{sig.AccessKeyID, sig.Region})
	if !ok || v.Verify(sig, req, body, k.secret) != nil {
		return "", nil, false
	}
	return version, &k.owner, true
}

// Again looks the signer of a verified request up once more: a write depends on the
// identities in its own transaction.
func (r *Resolver) Again(tx *store.Tx, sig *sigv4.Signature) (*Principal, error) {
	_, p, err := r.Find(tx, sig.AccessKeyID, sig.SessionToken, sig.Region)
	return p, refusal(err)
}

func refusal(err error) error {
	switch {
	case errors.Is(err, ErrUnknownKey):
		return sigv4.UnknownKey()
	case errors.Is(err, ErrUnknownToken):
		return sigv4.UnknownToken()
	}
	return err
}
