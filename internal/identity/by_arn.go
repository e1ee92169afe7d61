package identity

import (
	"errors"
	"strings"

	"github.com/lanyard-cloud/lanyard/internal/store"
)

// ErrUnknownPrincipal says that no user and no account's root has the ARN.
var ErrUnknownPrincipal = errors.New("unknown principal")

// ByARN returns a user or an account's root as it is in a region, or ErrUnknownPrincipal.
// It is for callers inside the process, which sign nothing.
func (r *Resolver) ByARN(tx *store.Tx, arn, region string) (*Principal, error) {
	id, name, _ := strings.Cut(strings.TrimPrefix(arn, "arn:aws:iam::"), ":")
	account, setup, err := tx.AccountIn(id, region)
	if err != nil {
		return nil, unknown(err)
	}
	var p *Principal
	switch user, found := strings.CutPrefix(name, string(User)+"/"); {
	case arn == RootARN(id):
		p, err = r.owner(tx, id, "")
	case found:
		p, err = r.userNamed(tx, id, user)
	default:
		err = ErrUnknownPrincipal
	}
	if err != nil {
		return nil, err
	}
	p.in(account, setup)
	return p, nil
}

func (r *Resolver) userNamed(tx *store.Tx, account, name string) (*Principal, error) {
	e, err := load(tx, account, User, name)
	if err != nil {
		return nil, unknown(err)
	}
	return r.Principal(tx, e)
}

// unknown says of a row that is not there that its principal is unknown.
func unknown(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return ErrUnknownPrincipal
	}
	return err
}
