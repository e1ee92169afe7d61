package store

// Queries of which tests look at the plan.
var (
	CountQuery     = countQueries[0]
	RevisionsQuery = revisionsQuery
	GoingQuery     = goingQuery
	EntriesOfQuery = entriesOfQuery(1)
)

// Waited counts the transactions that had to wait for a connection to PostgreSQL, those that still do included.
func (db *DB) Waited() int64 { return db.admin().Stats().WaitCount }

// Texts reads a list of texts.
func (tx *Tx) Texts(query string) ([]string, error) { return many(tx, "texts", scanText, query) }
