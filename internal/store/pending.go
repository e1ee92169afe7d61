package store

import (
	"context"
	"errors"
	"fmt"
)

// Steps that follow a migration and that SQL cannot take by itself.
const (
	// SealUserData is pending until the user data of all instances is sealed, and their encrypted
	// passwords.
	SealUserData = "seal user data"
	// LinkAttachments is pending until the attachments that are in documents of resources are
	// links.
	LinkAttachments = "link attachments"
	// RewriteFile is pending until an SQLite file has nothing left of what was deleted.
	RewriteFile = "rewrite the file"
)

// PendingSteps lists what a migration has left to do.
func (tx *Tx) PendingSteps() ([]string, error) {
	return many(tx, "pending steps", func(scan func(...any) error) (name string, err error) {
		return name, scan(&name)
	}, `SELECT name FROM pending_steps ORDER BY name`)
}

// AddPendingStep notes a step that is to be taken.
func (tx *Tx) AddPendingStep(name string) error {
	_, err := tx.q.exec(`INSERT INTO pending_steps (name) VALUES ($1) ON CONFLICT (name) DO NOTHING`, name)
	return wrap("add pending step", err)
}

// EndPendingStep notes that a step was taken.
func (tx *Tx) EndPendingStep(name string) error {
	_, err := tx.q.exec(`DELETE FROM pending_steps WHERE name = $1`, name)
	return wrap("end pending step", err)
}

// Rewrite writes an SQLite database anew, so that its file and its write-ahead log hold
// nothing but what is stored now. It needs as much free space as the database has. Other
// databases have tools of their own, and stay as they are.
func (db *DB) Rewrite(ctx context.Context) error {
	e, ok := db.engine.(*sqliteEngine)
	if !ok {
		return nil
	}
	if _, err := e.db.ExecContext(ctx, `VACUUM`); err != nil {
		return fmt.Errorf("rewrite: %w", classify(err))
	}
	var busy, log, done int
	if err := e.db.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &log, &done); err != nil {
		return fmt.Errorf("rewrite: %w", classify(err))
	}
	if busy != 0 {
		return errors.New("rewrite: another process reads the write-ahead log")
	}
	return nil
}
