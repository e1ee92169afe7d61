package awsenv

import (
	"fmt"
	"os"
	"time"

	"github.com/gofrs/flock"

	"github.com/lanyard-cloud/lanyard/internal/safefile"
)

const (
	lockSuffix   = ".lanyard-lock"
	lockAttempts = 300
	lockPause    = 10 * time.Millisecond
)

// lock keeps other Lanyards from writing the same files until unlock. The system releases
// the locks of a process that ends. The locks are on files of their own, since the config
// files are replaced.
func lock(p Paths) (unlock func(), err error) {
	config, err := acquire(p.Config + lockSuffix)
	if err != nil {
		return nil, err
	}
	credentials, err := acquire(p.Credentials + lockSuffix)
	if err != nil {
		release(config)
		return nil, err
	}
	return func() {
		release(credentials)
		release(config)
	}, nil
}

func acquire(path string) (*flock.Flock, error) {
	for range lockAttempts {
		l := flock.New(path, flock.SetPermissions(newFileMode), flock.SetFlag(os.O_CREATE|os.O_RDONLY|safefile.NoFollow))
		locked, err := l.TryLock()
		if err != nil {
			return nil, fmt.Errorf("cannot lock the AWS config files: %w", err)
		}
		if locked && hasName(l) {
			return l, nil
		}
		_ = l.Close()
		time.Sleep(lockPause)
	}
	return nil, fmt.Errorf("another lanyard is writing the AWS config files and holds %s: wait until it ends, and run the command again", path)
}

// hasName reports whether the locked file still has its name. The holder before may have
// removed it after this process opened it, and a third process then locks another file.
func hasName(l *flock.Flock) bool {
	locked, err := l.Stat()
	if err != nil {
		return false
	}
	named, err := os.Lstat(l.Path())
	return err == nil && os.SameFile(locked, named)
}

// release removes the file while it is locked, so that none is left beside the user's.
// Systems that cannot remove an open file keep it, which is harmless.
func release(l *flock.Flock) {
	_ = os.Remove(l.Path())
	_ = l.Close()
}
