package database_test

import (
	"context"
	"fmt"
	mathrand "math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/internal/kind/database"
)

// newDSN names a new database of the kind that the random walks run on.
var newDSN = func(t testing.TB) string { return filepath.Join(t.TempDir(), "lanyard.db") }

// walk takes random moves in an account, and looks at what it has between them.
type walk struct {
	*familytest.Walk
	c *lightsail.Client
}

func newWalk(t *testing.T, timeScale float64) *walk {
	t.Helper()
	w := familytest.NewWalk(t, familytest.WalkOptions{
		Accounts: []string{"111122223333"}, Regions: []string{familytest.Region}, TimeScale: timeScale, Ahead: ahead, NewDSN: newDSN,
		Moves: len(moves), Move: func(ctx context.Context, number int, at familytest.Tenant, r *mathrand.Rand) error {
			return moves[number](ctx, at.Client, chance{r})
		},
	})
	return &walk{w, w.Tenants[0].Client}
}

// ahead is some seconds, now and then some minutes or days.
func ahead(r *mathrand.Rand) time.Duration {
	d := time.Duration(r.IntN(60)) * time.Second
	switch r.IntN(12) {
	case 0:
		d += 12 * time.Minute
	case 1:
		d += 50 * time.Hour
	}
	return d
}

// check looks at all databases and snapshots.
func (w *walk) check() {
	w.T.Helper()
	for _, d := range familytest.Do(w.T, w.c.GetRelationalDatabases, &lightsail.GetRelationalDatabasesInput{}).RelationalDatabases {
		one := familytest.Do(w.T, w.c.GetRelationalDatabase, &lightsail.GetRelationalDatabaseInput{RelationalDatabaseName: d.Name}).RelationalDatabase
		if diff := cmp.Diff(&d, one, familytest.Plain); diff != "" {
			w.T.Errorf("%s in the list (-) and by its name (+):\n%s", *d.Name, diff)
		}
		w.checkDatabase(one)
		w.checkPasswords(one)
		w.checkReports(one)
	}
	for _, s := range familytest.Do(w.T, w.c.GetRelationalDatabaseSnapshots, &lightsail.GetRelationalDatabaseSnapshotsInput{}).RelationalDatabaseSnapshots {
		if *s.State != database.Creating && *s.State != database.Available {
			w.T.Errorf("snapshot %s is %s", *s.Name, *s.State)
		}
	}
}

// checkDatabase wants what is shown of a database to go together.
func (w *walk) checkDatabase(d *types.RelationalDatabase) {
	w.T.Helper()
	creating := *d.State == database.Creating
	if (d.MasterEndpoint == nil) != creating {
		w.T.Errorf("%s is %s, with the endpoint %v", *d.Name, *d.State, d.MasterEndpoint)
	}
	if latest := d.LatestRestorableTime; latest != nil && (creating || latest.After(w.Now()) || !*d.BackupRetentionEnabled) {
		w.T.Errorf("%s is %s, with backups %t and the latest restorable time %s at %s", *d.Name, *d.State, *d.BackupRetentionEnabled, latest, w.Now())
	}
	highAvailability := *d.RelationalDatabaseBundleId == "micro_ha_2_0"
	if second := d.SecondaryAvailabilityZone; (second != nil) != highAvailability || second != nil && *second == *d.Location.AvailabilityZone {
		w.T.Errorf("%s has the bundle %s and a standby in %v", *d.Name, *d.RelationalDatabaseBundleId, second)
	}
	if p := d.PendingModifiedValues; p.EngineVersion != nil && *p.EngineVersion == *d.EngineVersion ||
		p.BackupRetentionEnabled != nil && *p.BackupRetentionEnabled == *d.BackupRetentionEnabled {
		w.T.Errorf("%s has pending what it has already: %+v", *d.Name, p)
	}
}

// checkPasswords wants a current password, and a pending one while a change of it is pending.
func (w *walk) checkPasswords(d *types.RelationalDatabase) {
	w.T.Helper()
	for _, version := range types.RelationalDatabasePasswordVersion("").Values() {
		_, err := w.c.GetRelationalDatabaseMasterUserPassword(w.T.Context(), &lightsail.GetRelationalDatabaseMasterUserPasswordInput{
			RelationalDatabaseName: d.Name, PasswordVersion: version,
		})
		if err != nil {
			familytest.WantNotFound(w.T, err, fmt.Sprintf("The %s password does not exist: %s", version, *d.Name))
		}
		switch {
		case version == types.RelationalDatabasePasswordVersionCurrent && err != nil:
			w.T.Errorf("%s has no current password: %v", *d.Name, err)
		case version == types.RelationalDatabasePasswordVersionPending && (err == nil) != (d.PendingModifiedValues.MasterUserPassword != nil):
			w.T.Errorf("%s: a pending password: %v, shown as pending: %v", *d.Name, err, d.PendingModifiedValues.MasterUserPassword)
		}
	}
}

// checkReports wants a first page of parameters, and each log to be in order.
func (w *walk) checkReports(d *types.RelationalDatabase) {
	w.T.Helper()
	if !slices.Contains([]string{"in-sync", "applying", "pending-reboot"}, *d.ParameterApplyStatus) {
		w.T.Errorf("the parameters of %s are %s", *d.Name, *d.ParameterApplyStatus)
	}
	parameters := familytest.Do(w.T, w.c.GetRelationalDatabaseParameters, &lightsail.GetRelationalDatabaseParametersInput{RelationalDatabaseName: d.Name})
	if len(parameters.Parameters) != 100 || parameters.NextPageToken == nil {
		w.T.Errorf("%s has %d parameters on the first page", *d.Name, len(parameters.Parameters))
	}
	streams := familytest.Do(w.T, w.c.GetRelationalDatabaseLogStreams, &lightsail.GetRelationalDatabaseLogStreamsInput{RelationalDatabaseName: d.Name})
	for _, stream := range streams.LogStreams {
		in := &lightsail.GetRelationalDatabaseLogEventsInput{RelationalDatabaseName: d.Name, LogStreamName: &stream}
		lines := familytest.Do(w.T, w.c.GetRelationalDatabaseLogEvents, in).ResourceLogEvents
		if !slices.IsSortedFunc(lines, func(a, b types.LogEvent) int { return a.CreatedAt.Compare(*b.CreatedAt) }) {
			w.T.Errorf("the log %s of %s is not in order", stream, *d.Name)
		}
	}
}

// TestRelationalDatabases_invariantsHoldAtEachMove takes random moves, one at a time, on AWS's times and on none.
func TestRelationalDatabases_invariantsHoldAtEachMove(t *testing.T) {
	for _, scale := range []float64{0, 1} {
		t.Run(fmt.Sprint("time scale ", scale), func(t *testing.T) {
			w := newWalk(t, scale)
			w.OneByOne(240, 16, w.check)
			w.CheckImport()
			w.WantDone(0)
		})
	}
}

// TestRelationalDatabases_invariantsHoldAfterConcurrentMoves lets the moves meet.
func TestRelationalDatabases_invariantsHoldAfterConcurrentMoves(t *testing.T) {
	w := newWalk(t, 0)
	w.Concurrently(50)
	w.check()
	w.CheckImport()
}

// TestRelationalDatabases_importHoldsIfTheClockIsPutBack puts the clock back between moves, and looks at what there is
// some days later.
func TestRelationalDatabases_importHoldsIfTheClockIsPutBack(t *testing.T) {
	w, r, n := newWalk(t, 1), mathrand.New(mathrand.NewPCG(1, 7)), 0
	w.OneByOne(120, 1, func() {
		if r.IntN(5) == 0 {
			w.Pass(-time.Duration(r.IntN(4800)) * time.Second)
		}
		if n++; n%40 == 0 {
			w.CheckImport()
			w.Pass(20 * 24 * time.Hour)
			w.check()
		}
	})
}
