package identity

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/policy"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Refusals of a credential.
var (
	// ErrUnknownKey: no active access key has that id, or its owner was deleted.
	ErrUnknownKey = errors.New("unknown access key")
	// ErrUnknownToken: the session token was not issued with the access key.
	ErrUnknownToken = errors.New("unknown session token")
)

// Resolver turns a credential into a principal, as the store has it now: a change
// of keys, policies or memberships takes effect at the next request. It is safe for
// concurrent use.
type Resolver struct {
	sealer   *seal.Sealer
	policies cache[*policy.Document]
	entities entityCache
	keys     keyCache
}

// NewResolver returns a Resolver that opens secrets with a sealer.
func NewResolver(sealer *seal.Sealer) *Resolver { return &Resolver{sealer: sealer} }

// Find looks up an access key, or the session of key and token. It returns the secret
// that signs for it, and the principal. Nothing is proven about the client before the
// signature is verified with the secret. A session may have expired: the caller checks
// Principal.Expires. The region is the request's.
func (r *Resolver) Find(tx *store.Tx, keyID, token, region string) (secret string, p *Principal, err error) {
	if strings.HasPrefix(keyID, sessionPrefix) {
		return r.findSession(tx, keyID, token, region)
	}
	version, err := tx.IdentityVersion()
	if err != nil {
		return "", nil, err
	}
	id := keyInRegion{keyID, region}
	k, known := r.keys.get(version, id)
	if !known {
		if k, err = r.findKey(tx, keyID, region); err != nil {
			return "", nil, err
		}
		r.keys.put(version, id, k)
	}
	return k.secret, &k.owner, nil
}

func (r *Resolver) findKey(tx *store.Tx, keyID, region string) (k resolvedKey, err error) {
	key, account, setup, err := tx.KeyIn(keyID, region)
	if errors.Is(err, store.ErrNotFound) || err == nil && !key.Active {
		return k, ErrUnknownKey
	}
	if err != nil {
		return k, err
	}
	plain, err := r.sealer.Open(seal.AccessKeySecret, key.Secret, key.Account, key.ID)
	if err != nil {
		return k, fmt.Errorf("access key %s: %w", key.ID, err)
	}
	owner, err := r.owner(tx, key.Account, key.Owner)
	if err != nil {
		return k, err
	}
	owner.in(account, setup)
	return resolvedKey{string(plain), *owner}, nil
}

// in sets the principal's account, and whether it is served.
func (p *Principal) in(a *store.Account, regionSetup time.Time) {
	p.Generation, p.Closed, p.SetupUntil, p.RegionSetupUntil = a.Generation, a.Closed, a.SetupUntil, regionSetup
}

func (r *Resolver) findSession(tx *store.Tx, keyID, token, region string) (string, *Principal, error) {
	if token == "" {
		return "", nil, ErrUnknownKey
	}
	s, err := openSession(r.sealer, keyID, token)
	if err != nil {
		return "", nil, ErrUnknownToken
	}
	p, err := r.owner(tx, s.Account, s.Owner)
	if err != nil {
		return "", nil, err
	}
	account, setup, err := tx.AccountIn(s.Account, region)
	if errors.Is(err, store.ErrNotFound) || err == nil && s.Owner == "" && s.Generation != account.Generation {
		return "", nil, ErrUnknownKey
	}
	if err != nil {
		return "", nil, err
	}
	p.in(account, setup)
	p.Issued, p.Expires = s.Issued, s.Expires
	if s.Role != "" {
		p.RoleARN = p.ARN
		p.ARN = "arn:aws:sts::" + s.Account + ":assumed-role/" + s.Role + "/" + s.Name
		p.UserID += ":" + s.Name
		p.UserName = ""
		p.Tags = overridden(p.Tags, s.Tags)
	}
	if s.Policies != nil {
		p.Policies.Session = []policy.Attached{}
		for i, text := range s.Policies {
			p.Policies.Session = append(p.Policies.Session, r.attached(fmt.Sprintf("session policy %d", i+1), text))
		}
	}
	return s.Secret, p, nil
}

// owner returns the principal of a key or session: an account's root (id ""), a user
// or a role.
func (r *Resolver) owner(tx *store.Tx, account, id string) (*Principal, error) {
	if id == "" {
		return &Principal{Account: account, ARN: RootARN(account), UserID: account, Root: true}, nil
	}
	row, err := tx.IdentityByID(id)
	if errors.Is(err, store.ErrNotFound) || err == nil && row.Account != account { // an import can bring the id of one that was deleted
		return nil, ErrUnknownKey
	}
	if err != nil {
		return nil, err
	}
	e, err := r.entities.read(row)
	if err != nil {
		return nil, err
	}
	return r.Principal(tx, e)
}

// Principal returns a user or a role with its policies and those of its groups.
func (r *Resolver) Principal(tx *store.Tx, e *Entity) (*Principal, error) {
	p := &Principal{Account: e.Account, ARN: e.ARN(), UserID: e.ID, Tags: e.Tags}
	if e.Kind == User {
		p.UserName = e.Name
	}
	var err error
	if p.Policies.Identity, err = r.policiesOf(tx, e); err != nil {
		return nil, err
	}
	for _, name := range e.Groups {
		group, err := load(tx, e.Account, Group, name)
		if err != nil {
			return nil, fmt.Errorf("group of %s: %w", e.Name, err)
		}
		more, err := r.policiesOf(tx, group)
		if err != nil {
			return nil, err
		}
		p.Policies.Identity = append(p.Policies.Identity, more...)
	}
	if e.Boundary != "" {
		boundary, err := r.managed(tx, e.Account, e.Boundary)
		if err != nil {
			return nil, fmt.Errorf("permissions boundary of %s: %w", e.Name, err)
		}
		p.Policies.Boundary = &boundary
	}
	return p, nil
}

// policiesOf returns an entity's own policies, the inline ones first.
func (r *Resolver) policiesOf(tx *store.Tx, e *Entity) ([]policy.Attached, error) {
	var all []policy.Attached
	for _, p := range e.Inline {
		all = append(all, r.attached(p.Name, p.Document))
	}
	for _, name := range e.Attached {
		p, err := r.managed(tx, e.Account, name)
		if err != nil {
			return nil, fmt.Errorf("policy of %s %s: %w", e.Kind, e.Name, err)
		}
		all = append(all, p)
	}
	return all, nil
}

func (r *Resolver) managed(tx *store.Tx, account, name string) (policy.Attached, error) {
	e, err := load(tx, account, Policy, name)
	if err != nil {
		return policy.Attached{}, err
	}
	return r.attached(name, e.Document), nil
}

func (r *Resolver) attached(name, text string) policy.Attached {
	return policy.Attached{Name: name, Document: r.policy(text)}
}

// policy returns a stored policy's document. Texts were checked when they were written, so
// one that does not parse is an error, and nothing is allowed.
func (r *Resolver) policy(text string) *policy.Document {
	d, err := r.policies.get(text, func() (*policy.Document, error) { return policy.Parse([]byte(text)) })
	if err != nil {
		return denyAll()
	}
	return d
}

var denyAll = sync.OnceValue(func() *policy.Document {
	d, err := policy.Parse([]byte(`{"Version":"2012-10-17","Statement":[{"Sid":"Unreadable","Effect":"Deny","Action":"*","Resource":"*"}]}`))
	if err != nil {
		panic(err)
	}
	return d
})
