package home

import (
	"context"
	"errors"
	"fmt"

	"github.com/lanyard-cloud/lanyard/internal/awsenv"
	"github.com/lanyard-cloud/lanyard/internal/identity"
)

// DefaultRegion is the region of clients that have none of their own.
const DefaultRegion = "us-east-1"

// Connection returns what a client needs to call the server of a data directory as its
// root. It reads the store and changes nothing. The server may be stopped.
func Connection(ctx context.Context, d Database) (c awsenv.Connection, err error) {
	if c, err = Endpoint(d.DataDir); err != nil {
		return c, err
	}
	s, err := Open(ctx, d)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	err = s.View(ctx, func(accounts *identity.Accounts) error {
		root, err := readRoot(accounts, "")
		if err != nil {
			return fmt.Errorf("read the root identity: %w", err)
		}
		if root.AccessKeyID == "" {
			return fmt.Errorf("the root of account %s has no active access key: make one with lanyard access-key create", root.AccountID)
		}
		c.AccessKeyID, c.SecretAccessKey = root.AccessKeyID, root.SecretAccessKey
		return nil
	})
	return c, err
}
