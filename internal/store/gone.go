package store

import (
	"math"
	"strings"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// A resource is gone at a moment: its row's gone_at. Methods that read by name, list or count leave
// out what is gone by the transaction's Now. Until then it keeps its name and counts for quotas. The row
// is removed later: if an engine has resources of the kind, after the engine has confirmed that
// it has nothing of this one.

// never is the gone_at of a resource that stays. It is a literal in the schema, too.
const never = math.MaxInt64

// SetNow says what time it is on the lifecycle clock, for all that the transaction reads after
// that. Without it, the time is the real one of the first read that depends on it.
//
// If the clock is set back, a resource is there again until the moment at which it is gone, unless
// its row was removed meanwhile, or its name was taken anew: then it stays gone.
func (tx *Tx) SetNow(now time.Time) { tx.now = now }

// moment is Now as gone_at has it.
func (tx *Tx) moment() int64 {
	if tx.now.IsZero() {
		tx.now = time.Now()
	}
	return tx.now.UnixMilli()
}

// momentOf is the moment for what works on resources of a kind by their ids: it sees what is gone
// if an engine may still have something of it.
func (tx *Tx) momentOf(kind resource.Kind) int64 {
	if kind.Engine() {
		return math.MinInt64
	}
	return tx.moment()
}

// LetGo stores from when on a resource is gone. The zero time is never.
func (tx *Tx) LetGo(r *resource.Resource, at time.Time) error {
	r.GoneAt = at
	tx.touch(r.ID, r.Kind)
	res, err := tx.q.exec(`UPDATE resources SET gone_at = $1, revision = $2 WHERE id = $3`, goneMillis(at), newRevision(r.Kind), r.ID)
	return changed("let a resource go", res, err)
}

// Going is when a resource is gone.
type Going struct {
	ID string
	At time.Time
}

// Going lists resources that are gone or have a moment at which they will be, by that moment, at most
// limit of them. It leaves out the kinds of which an engine has the resources.
func (tx *Tx) Going(limit int) ([]Going, error) {
	return many(tx, "resources that go", func(scan func(...any) error) (g Going, err error) {
		var gone int64
		err = scan(&g.ID, &gone)
		g.At = fromGoneMillis(gone)
		return g, err
	}, goingQuery, limit)
}

// goingQuery has the literal condition of the index, and its order.
var goingQuery = `SELECT id, gone_at FROM resources WHERE gone_at < 9223372036854775807 AND kind NOT IN (` + engineKinds() + `) ORDER BY gone_at LIMIT $1`

func engineKinds() string {
	var list []string
	for _, kind := range resource.Kinds() {
		if kind.Engine() {
			list = append(list, "'"+string(kind)+"'")
		}
	}
	return strings.Join(list, ", ")
}

// RemoveGone removes the rows of those resources that are gone, by their ids. For kinds of which an
// engine has the resources, the caller knows that it has nothing of these any more. It is no error if a row is
// not there: another process may have removed it.
func (tx *Tx) RemoveGone(ids ...string) error {
	for _, id := range ids {
		gone, err := many(tx, "gone resource", scanText, `SELECT id FROM resources WHERE id = $1 AND gone_at <= $2`, id, tx.moment())
		if err == nil && len(gone) > 0 {
			err = tx.removeGone(id)
		}
		if err != nil {
			return wrap("remove what is gone", err)
		}
	}
	return nil
}

// removeGone removes links, too: those that a deletion did not end would keep the row for ever.
func (tx *Tx) removeGone(id string) error {
	if _, err := tx.q.exec(`DELETE FROM links WHERE from_id = $1 OR to_id = $1`, id); err != nil {
		return err
	}
	return tx.remove(id)
}

// remove removes a row with all that belongs to it; a link prevents that. No row is removed in
// another way, but for those of an account that is deleted.
func (tx *Tx) remove(id string) error {
	if _, err := tx.q.exec(`DELETE FROM addresses WHERE owner = $1`, id); err != nil {
		return err
	}
	res, err := tx.q.exec(`DELETE FROM resources WHERE id = $1`, id)
	return changed("delete resource", res, err)
}

// freeName takes the name of a new resource from those that are gone. They have no name for lookups
// any more and stay gone whatever the clock says, so that no list has the name twice.
func (tx *Tx) freeName(r *resource.Resource) error {
	const free = `UPDATE resources SET space = id, gone_at = 0, worldwide = FALSE WHERE gone_at <= $1 AND name = $2 AND `
	_, err := tx.q.exec(free+`account = $3 AND region = $4 AND space = $5`, tx.moment(), r.Name, r.Account, r.Region, r.Kind.Space())
	if err == nil && r.Kind.Worldwide() {
		_, err = tx.q.exec(free+`worldwide`, tx.moment(), r.Name)
	}
	return err
}

// nameOf is where the name of a new row is unique: what is gone already has none for lookups, as if freeName had taken it.
func (tx *Tx) nameOf(r *resource.Resource) (space string, worldwide bool) {
	if goneMillis(r.GoneAt) <= tx.moment() {
		return r.ID, false
	}
	return r.Kind.Space(), r.Kind.Worldwide()
}

func goneMillis(at time.Time) int64 {
	if at.IsZero() {
		return never
	}
	return at.UnixMilli()
}

func fromGoneMillis(ms int64) time.Time {
	if ms == never {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

func scanText(scan func(...any) error) (text string, err error) {
	return text, scan(&text)
}
