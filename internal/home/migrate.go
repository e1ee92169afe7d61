package home

import (
	"context"
	"fmt"
	"log/slog"
	"slices"

	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// migrate brings the schema up to date and takes the steps that need the master key.
// Several servers may do so at the same time. If the database file cannot be rewritten,
// migrate logs a warning, and the next start retries.
func migrate(ctx context.Context, db *store.DB, sealer *seal.Sealer, log *slog.Logger) error {
	before, _, err := db.Versions(ctx)
	if err != nil {
		return err
	}
	if err := db.Migrate(ctx); err != nil {
		return err
	}
	pending, err := pendingSteps(ctx, db)
	if err != nil || len(pending) == 0 {
		return err
	}
	fresh := before == 0
	err = db.Update(store.Lengthy(ctx), func(tx *store.Tx) error { // one commit, since each waits for the disk
		err := takeStep(tx, store.SealUserData, func() error { return sealInstances(tx, sealer, fresh, log) })
		if err != nil {
			return err
		}
		return takeStep(tx, store.LinkAttachments, func() error { return linkAttachments(tx, log) })
	})
	if err != nil || fresh {
		return err
	}
	if pending, err = pendingSteps(ctx, db); err != nil || !slices.Contains(pending, store.RewriteFile) {
		return err
	}
	if err := db.Rewrite(ctx); err != nil {
		log.Warn("database file not rewritten, retrying at the next start: unused parts of it may still hold user data in plain text", "error", err)
		return nil
	}
	return db.Update(ctx, func(tx *store.Tx) error { return tx.EndPendingStep(store.RewriteFile) })
}

// stepsOfServers are those that a server takes before it serves; commands wait for them.
var stepsOfServers = []string{store.SealUserData, store.LinkAttachments}

// takeStep takes a step if it is pending. Several servers may come to that at the same time.
func takeStep(tx *store.Tx, name string, take func() error) error {
	pending, err := tx.PendingSteps()
	if err != nil || !slices.Contains(pending, name) {
		return err
	}
	if err := take(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return tx.EndPendingStep(name)
}

func pendingSteps(ctx context.Context, db *store.DB) (pending []string, err error) {
	err = db.View(ctx, func(tx *store.Tx) error {
		pending, err = tx.PendingSteps()
		return err
	})
	return pending, err
}

// sealInstances seals the user data and the encrypted passwords of all instances, which earlier versions stored
// in the open. A fresh store never had any. A record that cannot be read stays as it is, so that
// the server can start for all other instances.
func sealInstances(tx *store.Tx, sealer *seal.Sealer, fresh bool, log *slog.Logger) error {
	all, err := tx.AllOf(resource.Instance)
	if err != nil {
		return err
	}
	for _, r := range all {
		changed, err := instance.SealPlain(sealer, r)
		if err != nil {
			log.Warn("instance record unreadable, its user data and its password are not sealed",
				"account", r.Account, "region", r.Region, "instance", r.Name, "error", err)
			continue
		}
		if !changed {
			continue
		}
		if err := tx.UpdateResource(r); err != nil {
			return err
		}
	}
	if fresh {
		return nil
	}
	return tx.AddPendingStep(store.RewriteFile)
}
