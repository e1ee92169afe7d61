// Package linearizable lets many clients of the built binary work on a few names at the same time, and checks that
// what they saw is linearizable: that each call can have happened at one moment between its start and its answer, as
// if there were one server that does one thing after the other.
//
// The calls need the build tag linearizable, and the second store PostgreSQL; `make linearizable` runs them. The model
// and the check of the check itself run with the other Go tests. The package does not cover reads of lists: they are of
// many names, and the check is for each name by itself.
package linearizable
