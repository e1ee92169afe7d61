package reconcile

import (
	"sync"
	"time"
)

const (
	// retryAfter is how long a failure is left alone.
	retryAfter = 2 * time.Second
	// checkEvery is how often a resource of a shared store is worked on without a reason that is known: an older
	// server may have changed it, which leaves no revision, or an engine lost what it ran.
	checkEvery = 5 * time.Minute
)

// key is a resource that is worked on, or for which something runs.
type key struct {
	id string
	// running is held while the resource is worked on.
	running sync.Mutex

	// The term's mutex guards what follows.

	// queued is closed at the end of the work that has not begun; nil if there is none.
	queued chan struct{}
	// working says that the Worker is called.
	working bool
	status  Status
	// lastError is what the last work failed with, and retryAt when it is repeated, in real time.
	lastError string
	retryAt   time.Time
	// checkAt is when the resource is worked on in any case, in real time; zero for never.
	checkAt time.Time
}

// due reports whether the resource is to be worked on at a time of the lifecycle clock,
// which may have been set back, and of the real one.
func (k *key) due(lifecycle, now time.Time) bool {
	switch {
	case k.queued != nil || k.working:
		return false
	case k.lastError != "":
		return !now.Before(k.retryAt)
	}
	return !k.status.rightAt(lifecycle) || !k.checkAt.IsZero() && now.After(k.checkAt)
}

// revision is that of the resource when it was worked on; 0 if it is not known.
func (k *key) revision() int64 {
	if k.status.Resource == nil {
		return 0
	}
	return k.status.Resource.Revision
}

// finish keeps what was done, and returns the error before. The resource of an earlier
// status stays if it could not be read now.
func (k *key) finish(status Status, err error) (lastError string) {
	lastError, k.lastError = k.lastError, ""
	if err != nil {
		k.lastError, k.retryAt = err.Error(), time.Now().Add(retryAfter)
		if status.Resource == nil {
			status.Resource = k.status.Resource
		}
	}
	k.working, k.status, k.checkAt = false, status, status.Again
	return lastError
}
