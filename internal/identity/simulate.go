package identity

import (
	"slices"

	"github.com/lanyard-cloud/lanyard/internal/policy"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// simulated is the name of sessions and users that exist only for a simulation.
const simulated = "simulated"

// Simulated returns a user, or a session of a role, as it would be if more policies
// were attached to it. Without an entity it is a user of the account who has only
// these.
func (r *Resolver) Simulated(tx *store.Tx, account string, e *Entity, more []policy.Attached) (*Principal, error) {
	if e == nil {
		return &Principal{
			Account: account, ARN: arn(account, User, simulated), UserID: idPrefixes[User] + "SIMULATED", UserName: simulated,
			Policies: policy.Set{Identity: more},
		}, nil
	}
	p, err := r.Principal(tx, e)
	if err != nil {
		return nil, err
	}
	if e.Kind == Role {
		p.RoleARN = p.ARN
		p.ARN = "arn:aws:sts::" + account + ":assumed-role/" + e.Name + "/" + simulated
		p.UserID += ":" + simulated
	}
	p.Policies.Identity = slices.Concat(p.Policies.Identity, more)
	return p, nil
}
