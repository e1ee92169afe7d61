package identity

import (
	"sync"

	"github.com/lanyard-cloud/lanyard/internal/policy"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Role reads a role of an account, or store.ErrNotFound.
func (r *Resolver) Role(tx *store.Tx, account, name string) (*Entity, error) {
	return load(tx, account, Role, name)
}

// ManagedPolicy reads a managed policy of an account, or store.ErrNotFound.
func (r *Resolver) ManagedPolicy(tx *store.Tx, account, name string) (*Entity, error) {
	return load(tx, account, Policy, name)
}

// TrustedBy decides whether a role's trust policy lets the principal do what it
// asks for. A role that does not exist (nil), and one whose stored trust policy no
// longer parses, trusts nobody.
func (p *Principal) TrustedBy(role *Entity, r *Request) policy.Decision {
	var trust *policy.Trust
	if role != nil {
		trust, _ = policy.ParseTrust([]byte(role.Trust)) // nil where it does not parse
	}
	return policy.EvaluateTrust(trust, policy.Request{
		Action:    r.Action,
		Resource:  r.Resource,
		Principal: policy.Principal{ARN: p.ARN, Account: p.Account, Role: p.RoleARN},
		Context:   p.context(r),
	})
}

// EvaluateLimits decides as if the principal's identity policies allowed
// everything: what is left are its permissions boundary and its session policies.
// They bound a role's session also where a trust policy names it (IAM User Guide,
// "Permissions boundaries for IAM entities", "Policy evaluation logic").
func (p *Principal) EvaluateLimits(r *Request) policy.Decision {
	limits := *p
	limits.Policies.Identity = []policy.Attached{{Name: "everything", Document: allowAll()}}
	return limits.Evaluate(r)
}

var allowAll = sync.OnceValue(func() *policy.Document {
	d, err := policy.Parse([]byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`))
	if err != nil {
		panic(err)
	}
	return d
})
