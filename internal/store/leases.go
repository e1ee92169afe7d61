package store

import (
	"errors"
	"fmt"
	"time"
)

// ErrNoLease says that a lease is held by another holder, or by none.
var ErrNoLease = errors.New("lease is not held")

// AcquireLease gives a holder the lease of a name for a time from now, or renews it. It
// returns ErrNoLease while another holder has it. One holder at a time has a lease, by the
// database's own clock.
func (tx *Tx) AcquireLease(name, holder string, length time.Duration) error {
	res, err := tx.q.exec(`INSERT INTO leases (name, holder, ends) VALUES ($1, $2, `+tx.q.clock()+` + $3)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, ends = excluded.ends
		WHERE leases.holder = excluded.holder OR leases.ends <= `+tx.q.clock(), name, holder, length.Milliseconds())
	return leased(changed("acquire lease "+name, res, err))
}

// ReleaseLease ends a lease before its time. It returns ErrNoLease if the holder does not
// have it.
func (tx *Tx) ReleaseLease(name, holder string) error {
	res, err := tx.q.exec(`DELETE FROM leases WHERE name = $1 AND holder = $2`, name, holder)
	return leased(changed("release lease "+name, res, err))
}

// CheckLease returns ErrNoLease if the holder does not have the lease. If it does, no other
// holder acquires it before the transaction ends: the check locks the row.
func (tx *Tx) CheckLease(name, holder string) error {
	res, err := tx.q.exec(`UPDATE leases SET holder = holder WHERE name = $1 AND holder = $2 AND ends > `+tx.q.clock(), name, holder)
	return leased(changed("check lease "+name, res, err))
}

func leased(err error) error {
	if errors.Is(err, ErrNotFound) {
		return fmt.Errorf("%w: %w", ErrNoLease, err)
	}
	return err
}
