package store

// Waited counts the transactions that had to wait for a connection to PostgreSQL, those that still do included.
func (db *DB) Waited() int64 { return db.admin().Stats().WaitCount }
