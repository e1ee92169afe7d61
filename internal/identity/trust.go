package identity

import (
	"errors"
	"strings"
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
// longer parses, trusts no principal. A principal that only has the name of one that the
// policy was written for is trusted as its account is; a deny of the name applies to it.
func (p *Principal) TrustedBy(role *Entity, r *Request) policy.Decision {
	var trust *policy.Trust
	if role != nil {
		trust, _ = policy.ParseTrust([]byte(role.Trust)) // nil if it does not parse
	}
	request := policy.Request{
		Action:    r.Action,
		Resource:  r.Resource,
		Principal: policy.Principal{ARN: p.ARN, Account: p.Account, Role: p.RoleARN},
		Context:   p.context(r),
	}
	decision := policy.EvaluateTrust(trust, request)
	if !decision.Allowed || role.means(p) {
		return decision
	}
	request.Principal.ARN, request.Principal.Role = "", ""
	return policy.EvaluateTrust(trust, request)
}

// means reports whether the principal, if the role's trust policy names it, is the one
// that was there when the policy was written.
func (e *Entity) means(p *Principal) bool {
	id, _, _ := strings.Cut(p.UserID, ":")
	for _, name := range []string{p.ARN, p.RoleARN} {
		if then, there := e.TrustedIDs[name]; there && then != id {
			return false
		}
	}
	return true
}

// pinTrust stores the ids of the principals that a role's trust policy names, as IAM does
// when a policy is saved (IAM User Guide, "AWS JSON policy elements: Principal"). A name that does not
// exist yet is trusted for the principal that gets it later. So are all names in the
// identities file, which declares its own principals.
func (d *Directory) pinTrust(doc *Doc) error {
	doc.TrustedIDs = nil
	trust, err := policy.ParseTrust([]byte(doc.Trust))
	if d.file || err != nil {
		return nil //nolint:nilerr // a text that does not parse is refused by check
	}
	for _, name := range trust.Named() {
		row, err := d.named(name)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if doc.TrustedIDs == nil {
			doc.TrustedIDs = map[string]string{}
		}
		doc.TrustedIDs[name] = row.ID
	}
	return nil
}

// named reads the user or role that an ARN in a trust policy names, directly or by one of
// its sessions. It returns store.ErrNotFound if there is none.
func (d *Directory) named(arn string) (*store.Identity, error) {
	part := strings.SplitN(arn, ":", 6)
	kind, name, _ := strings.Cut(part[5], "/")
	if kind == "assumed-role" {
		kind, name, _ = strings.Cut(part[5][len("assumed-"):], "/")
		name, _, _ = strings.Cut(name, "/")
	}
	return d.tx.Identity(part[4], kind, name)
}

// EvaluateLimits decides as if the principal's identity policies allowed
// everything: its permissions boundary and its session policies remain. They bound a
// role's session even if a trust policy names it (IAM User Guide,
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
