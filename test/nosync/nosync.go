//go:build linux

// Package nosync makes the syncs of an SQLite database fail in this process, for tests of what
// the server does then. It does not change what is on the disk already.
package nosync

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// Break lets each commit of an SQLite database fail that this process has open: at the sync that ends it, when all of it
// is written. What was committed before can be read.
func Break(path string) error {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	// What is in the log cannot be read any more below.
	if err := emptyLog(path); err != nil {
		return err
	}
	return loseSyncs(path + "-wal")
}

func emptyLog(path string) error {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)")
	return errors.Join(err, db.Close())
}

// loseSyncs makes all descriptors of a file ones of /dev/null, which can be written and not be synced.
func loseSyncs(path string) error {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { _ = null.Close() }()
	links, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		return err
	}
	broken := 0
	for _, link := range links {
		fd, err := strconv.Atoi(filepath.Base(link))
		if err != nil {
			return err
		}
		if to, err := os.Readlink(link); err != nil || to != path {
			continue
		}
		if err := syscall.Dup3(int(null.Fd()), fd, syscall.O_CLOEXEC); err != nil {
			return err
		}
		broken++
	}
	if broken == 0 {
		return errors.New(path + " is not open")
	}
	return nil
}
