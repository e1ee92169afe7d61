// Package sim is the embedded driver of relational databases. It runs no engine: nothing listens at an
// endpoint.
//
// docs/databases.md says for users what is simulated.
package sim

import (
	"context"

	"github.com/lanyard-cloud/lanyard/internal/driver/database"
)

// Driver simulates databases. It has no state.
type Driver struct{}

var _ database.Driver = Driver{}

// Version is the one that is asked for.
func (Driver) Version(_, version string) (string, error) { return version, nil }

// Delete finds nothing to remove.
func (Driver) Delete(context.Context, string) error { return nil }
