package server

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/lanyard-cloud/lanyard/internal/awsenv"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// DefaultRegion is the region that clients are pointed at when they have none.
const DefaultRegion = "us-east-1"

// Connection returns what a client needs to reach the server of a data directory as
// its root. It reads the store of a running or stopped server and changes nothing.
func Connection(ctx context.Context, dataDir, storeSetting string) (c awsenv.Connection, err error) {
	e, err := readEndpoint(dataDir)
	if err != nil {
		return c, err
	}
	path, err := databasePath(dataDir, storeSetting)
	if err != nil {
		return c, err
	}
	key, err := masterKey(filepath.Join(dataDir, masterKeyFile), path, false)
	if err != nil {
		return c, err
	}
	sealer, err := seal.New(key)
	if err != nil {
		return c, err
	}
	db, err := openDatabase(ctx, path, nil)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := checkKey(ctx, db, sealer, path); err != nil {
		return c, err
	}
	err = db.View(ctx, func(tx *store.Tx) error {
		root, err := readRoot(tx, sealer)
		if err != nil {
			return fmt.Errorf("read the root identity of %s: %w", path, err)
		}
		c = awsenv.Connection{
			Endpoint: e.URL, CABundle: e.CABundle, Region: DefaultRegion,
			AccessKeyID: root.AccessKeyID, SecretAccessKey: root.SecretAccessKey,
		}
		return nil
	})
	return c, err
}
