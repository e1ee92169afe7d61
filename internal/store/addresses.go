package store

// Address is a number that one resource has of a pool.
type Address struct {
	Pool   string
	Number int64
	// Owner is the resource's id.
	Owner string
}

// TakeAddress gives a number to an owner who has none of that pool; false means that
// another one has it.
func (tx *Tx) TakeAddress(a Address) (bool, error) {
	res, err := tx.q.exec(`INSERT INTO addresses (pool, number, owner) VALUES ($1, $2, $3) ON CONFLICT (pool, number) DO NOTHING`,
		a.Pool, a.Number, a.Owner)
	if err != nil {
		return false, wrap("take address", err)
	}
	tx.touch(a.Owner, "")
	n, err := res.RowsAffected()
	return n == 1, wrap("take address", err)
}

// ReleaseAddress takes an owner's number of a pool away; having none is no error.
func (tx *Tx) ReleaseAddress(pool, owner string) error {
	tx.touch(owner, "")
	_, err := tx.q.exec(`DELETE FROM addresses WHERE owner = $1 AND pool = $2`, owner, pool)
	return wrap("release address", err)
}

// ReleaseAddresses takes all numbers of an owner away.
func (tx *Tx) ReleaseAddresses(owner string) error {
	tx.touch(owner, "")
	_, err := tx.q.exec(`DELETE FROM addresses WHERE owner = $1`, owner)
	return wrap("release addresses", err)
}

// Addresses lists the numbers of an owner.
func (tx *Tx) Addresses(owner string) ([]Address, error) {
	return many(tx, "addresses", scanAddress, addressColumns+`WHERE owner = $1 ORDER BY pool`, owner)
}

// AddressesOf lists the numbers of a pool.
func (tx *Tx) AddressesOf(pool string) ([]Address, error) {
	return many(tx, "addresses of a pool", scanAddress, addressColumns+`WHERE pool = $1 ORDER BY number`, pool)
}

const addressColumns = `SELECT pool, number, owner FROM addresses `

func scanAddress(scan func(...any) error) (a Address, err error) {
	return a, scan(&a.Pool, &a.Number, &a.Owner)
}
