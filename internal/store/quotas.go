package store

import (
	"slices"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// countQueries are the statements for listSizes. They read an index alone: a quota is checked at each
// creation.
var countQueries = listQueries(`SELECT count(*) FROM resources WHERE account = $1 AND kind = $2 AND gone_at > $3 AND region IN (`, 4, `)`)

// Count counts the resources of a kind that an account has in regions, which are different
// ones.
func (tx *Tx) Count(account string, kind resource.Kind, regions ...string) (int, error) {
	return tx.count(countQueries, regions, account, string(kind), tx.moment())
}

// usesQueries are the statements for listSizes.
var usesQueries = listQueries(`SELECT count(*) FROM quota_uses WHERE account = $1 AND kind = $2 AND region IN (`, 4, `) AND at > $3`)

// CountUses counts the resources of a kind that an account has created in regions after a
// moment, those included that are deleted. The kind is one with a quota of a period, and
// the moment is within it.
func (tx *Tx) CountUses(account string, kind resource.Kind, after time.Time, regions ...string) (int, error) {
	return tx.count(usesQueries, regions, account, string(kind), after.UnixMilli())
}

// count adds up what queries for lists of values count.
func (tx *Tx) count(queries, values []string, args ...any) (sum int, err error) {
	err = inLists(values, func(size int, list []any) error {
		n, err := one(tx, "count", scanInt, queries[size], append(slices.Clip(args), list...)...)
		sum += int(n)
		return err
	})
	return sum, err
}

// use keeps when a resource was created, and drops what counts no more.
func (tx *Tx) use(r *resource.Resource) error {
	_, err := tx.q.exec(`DELETE FROM quota_uses WHERE account = $1 AND region = $2 AND kind = $3 AND at <= $4`,
		r.Account, r.Region, string(r.Kind), r.CreatedAt.Add(-r.Kind.QuotaPeriod()).UnixMilli())
	if err != nil {
		return err
	}
	return tx.InsertQuotaUse(&QuotaUse{Account: r.Account, Region: r.Region, Kind: r.Kind, At: r.CreatedAt, Resource: r.ID})
}

// QuotaUse is that a resource was created whose creation counts for a quota.
type QuotaUse struct {
	Account, Region string
	Kind            resource.Kind
	At              time.Time
	// Resource is the id of the resource, which may be deleted.
	Resource string
}

// InsertQuotaUse adds a use of a quota; ErrExists when it is there. It is for imports:
// InsertResource does so itself.
func (tx *Tx) InsertQuotaUse(u *QuotaUse) error {
	_, err := tx.q.exec(`INSERT INTO quota_uses (account, region, kind, at, resource) VALUES ($1, $2, $3, $4, $5)`,
		u.Account, u.Region, string(u.Kind), u.At.UnixMilli(), u.Resource)
	return wrap("insert quota use", exists(err))
}

// EachQuotaUse goes through the uses of quotas by account, region, kind, time and resource.
func (tx *Tx) EachQuotaUse(account string, fn func(*QuotaUse) error) error {
	return each(tx, "quota uses", func(scan func(...any) error) (*QuotaUse, error) {
		var at int64
		u := &QuotaUse{}
		err := scan(&u.Account, &u.Region, (*string)(&u.Kind), &at, &u.Resource)
		u.At = time.UnixMilli(at)
		return u, err
	}, fn, `SELECT account, region, kind, at, resource FROM quota_uses `, "account", "account, region, kind, at, resource", account)
}
