package database

import (
	"time"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// The states of a database (developer guide; output of clients).
const (
	Creating  = "creating"
	BackingUp = "backing-up"
	Available = "available"
	Modifying = "modifying"
	Upgrading = "upgrading"
	Rebooting = "rebooting"
	Stopping  = "stopping"
	Stopped   = "stopped"
	Starting  = "starting"
	Deleting  = "deleting"
)

// The events of databases and snapshots.
const (
	Create            = "create"
	Restore           = "restore from a snapshot"
	RestoreTo         = "restore to a point in time"
	Stop              = "stop"
	StopAfterSnapshot = "stop after a snapshot"
	Start             = "start"
	Reboot            = "reboot"
	BackUp            = "back up"
	Modify            = "modify"
	Upgrade           = "upgrade"
	Delete            = "delete"
	FinalSnapshot     = "final snapshot"
	ManualSnapshot    = "snapshot"
)

// Lifecycle is how the state of a database moves. A database is there after 5 to 15 minutes, and a
// snapshot was seen to take 103 seconds; other times are a guess. Terraform providers want that after the
// end of the operation that creates a database its state is available or modifying, and a database to be
// gone seven seconds after its deletion, here at the default time scale.
var Lifecycle = resource.Lifecycle{
	Create:            made(240 * time.Second),
	Restore:           made(300 * time.Second),
	RestoreTo:         made(300 * time.Second),
	BackUp:            {{State: BackingUp, Takes: snapshotTakes}, {State: Available}},
	Stop:              {{State: Stopping, Takes: 180 * time.Second}, {State: Stopped}},
	StopAfterSnapshot: {{State: BackingUp, Takes: snapshotTakes}, {State: Stopping, Takes: 180 * time.Second}, {State: Stopped}},
	Start:             {{State: Starting, Takes: 180 * time.Second}, {State: Available}},
	Reboot:            {{State: Rebooting, Takes: 60 * time.Second}, {State: Available}},
	Delete:            {{State: Deleting, Takes: 60 * time.Second}},
}

// made is how a database comes into being: a first backup is made of it before it is available.
func made(takes time.Duration) []resource.Phase {
	return []resource.Phase{
		{State: Creating, Takes: takes}, {State: Modifying, Takes: 20 * time.Second}, {State: BackingUp, Takes: snapshotTakes}, {State: Available},
	}
}

// ChangeLifecycle is how a database changes its settings, beside its plan: a change may wait for the
// maintenance window. An upgrade takes ten minutes or more (developer guide).
var ChangeLifecycle = resource.Lifecycle{
	Modify:  {{State: Modifying, Takes: 30 * time.Second}, {State: Available}},
	Upgrade: {{State: Upgrading, Takes: 600 * time.Second}, {State: Available}},
}

// SnapshotLifecycle is how the state of a snapshot moves. One that is taken when its database is deleted is
// there before the database is gone: Terraform providers delete it at once then.
var SnapshotLifecycle = resource.Lifecycle{
	ManualSnapshot: {{State: Creating, Takes: snapshotTakes}, {State: Available}},
	FinalSnapshot:  {{State: Creating, Takes: 50 * time.Second}, {State: Available}},
}

const snapshotTakes = 103 * time.Second

// MaxStopped is how long a database stays stopped before it is started (developer guide). The time scale does
// not change it.
const MaxStopped = 7 * 24 * time.Hour

// statesOf are all that plans of a lifecycle have steps of.
func statesOf(l resource.Lifecycle) (all []string) {
	for _, phases := range l {
		for _, p := range phases {
			all = append(all, p.State)
		}
	}
	return all
}

// State is the database's state at a moment: that of its plan, or of a change while nothing else happens.
func (d *Database) State(now time.Time) string {
	state := d.Resource.Status(d.Priv.Plan, now).State
	if state != Available {
		return state
	}
	for _, c := range d.Priv.Changes {
		if !now.Before(c.Begins) && now.Before(c.Ends) {
			return c.state()
		}
	}
	return state
}
