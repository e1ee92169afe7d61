// Package upgrade opens stores that an earlier version wrote, and compares what clients
// are answered then with what the earlier version answered them. It does not test that a later
// version's store can be read by an earlier one.
//
// testdata has, for each such version, an SQLite store, a dump of the same store in
// PostgreSQL, their master key, and the answers. TestMakeFixture made them with the
// binary of that version:
//
//	FIXTURE=schema4 LANYARD_BIN=/path/of/lanyard go test -tags fixture -run TestMakeFixture ./test/upgrade
package upgrade
