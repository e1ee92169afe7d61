//go:build !postgres

package store_test

import (
	"database/sql"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/store"
)

// TestQueries_readIndexesAlone asks SQLite how it answers queries that many rows have a part in.
func TestQueries_readIndexesAlone(t *testing.T) {
	file := path(t)
	if err := open(t, file).Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = raw.Close() })
	for _, tc := range []struct{ name, query, want string }{
		{"Count", store.CountQuery, "SEARCH resources USING COVERING INDEX resources_by_kind "},
		{"Revisions", store.RevisionsQuery, "SEARCH resources USING COVERING INDEX resources_that_run "},
		{"EntriesOf", store.EntriesOfQuery, "SEARCH entries USING "},
		{"Going", store.GoingQuery, "SEARCH resources USING INDEX resources_that_go "},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var id, parent, unused int
			var plan string
			row := raw.QueryRowContext(t.Context(), "EXPLAIN QUERY PLAN "+tc.query, "1", "2", "3", 4)
			if err := row.Scan(&id, &parent, &unused, &plan); err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(plan, tc.want) {
				t.Errorf("plan of %s = %q, want %q", tc.query, plan, tc.want)
			}
		})
	}
}
