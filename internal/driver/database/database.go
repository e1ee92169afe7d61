// Package database is the interface between relational databases and the engines that run them.
//
// A [Driver] is asked in the call that makes or upgrades a database, and again when the database is gone. The
// caller makes states, times and events of that, stores them, and decides what is permitted.
//
// The package does not know the resources of the API, and stores nothing.
package database

import "context"

// Driver runs databases. It is safe for concurrent use.
type Driver interface {
	// Version is the version of an engine that a database gets which asks for one: mysql and 8.4.8. It is an
	// error, with a text for the client, if the driver has none that will do. It is called within a transaction,
	// which may be repeated or not be stored: nothing is started.
	Version(engine, version string) (string, error)
	// Delete removes all that the driver has of a database that is gone, given by its id. It is no error if
	// there is nothing.
	Delete(ctx context.Context, id string) error
}
