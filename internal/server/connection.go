package server

import (
	"context"
	"errors"
	"fmt"

	"github.com/lanyard-cloud/lanyard/internal/awsenv"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// DefaultRegion is the region that clients are pointed at when they have none.
const DefaultRegion = "us-east-1"

// Connection returns what a client needs to reach the server of a data directory as
// its root. It reads the store of a running or stopped server and changes nothing.
func Connection(ctx context.Context, d Database) (c awsenv.Connection, err error) {
	e, err := readEndpoint(d.DataDir)
	if err != nil {
		return c, err
	}
	db, sealer, err := openDatabase(ctx, d, nil)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	err = db.View(ctx, func(tx *store.Tx) error {
		root, err := readRoot(tx, sealer)
		if err != nil {
			return fmt.Errorf("read the root identity: %w", err)
		}
		c = awsenv.Connection{
			Endpoint: e.URL, CABundle: e.CABundle, Region: DefaultRegion,
			AccessKeyID: root.AccessKeyID, SecretAccessKey: root.SecretAccessKey,
		}
		return nil
	})
	return c, err
}
