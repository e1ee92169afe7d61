package database

import (
	"fmt"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/database"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// event stores an event of a database that happens now.
func event(c *api.Call, d *database.Database, category, message string) error {
	return add(c, d, database.Event{Category: category, Message: message, At: c.Now})
}

// add stores an event of a database. It is shown from its time on, which may lie ahead.
func add(c *api.Call, d *database.Database, e database.Event) error {
	_, err := c.Tx.AppendEntry(d.Resource.ID, database.Events, e.At, e.Pack())
	return err
}

// backupTakes is how long an automated backup takes here.
func backupTakes(c *api.Call) time.Duration { return c.After(database.BackupTakes).Sub(c.Now) }

// happen stores the events of a plan that begins. about is what their texts name.
func happen(c *api.Call, d *database.Database, plan resource.Plan, all []database.Happening, about ...any) error {
	for _, h := range all {
		if err := add(c, d, database.Event{Category: h.Category, Message: fmt.Sprintf(h.Message, about...), At: plan[h.Step].At}); err != nil {
			return err
		}
	}
	return nil
}

// forget removes the events of a database that lie ahead, of its changes or of its plan: something else happens.
func forget(c *api.Call, d *database.Database, ofChanges bool) error {
	ahead, err := c.Tx.EntriesBetween(d.Resource.ID, database.Events, c.Now.Add(time.Millisecond), time.Time{}, store.EntryPage{Limit: maxAhead})
	if err != nil {
		return err
	}
	for _, stored := range ahead {
		e, err := database.OpenEvent(stored)
		if err == nil && e.Change == ofChanges {
			err = c.Tx.DeleteEntry(stored)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// maxAhead is more than there can be events ahead.
const maxAhead = 100

// foresee stores the events of the changes of a database that are not over.
func foresee(c *api.Call, d *database.Database) error {
	if err := forget(c, d, true); err != nil {
		return err
	}
	for _, change := range d.Priv.Changes {
		for _, e := range change.Happenings() {
			if err := add(c, d, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// begin gives a stored database the plan of an event of its lifecycle, and saves it.
func begin(c *api.Call, d *database.Database, event string) (resource.Plan, error) {
	plan := c.Plan(database.Lifecycle, event)
	return plan, follow(c, d, plan, database.Happenings[event])
}

// follow gives a stored database a plan with its events, and saves it.
func follow(c *api.Call, d *database.Database, plan resource.Plan, all []database.Happening) error {
	d.Enter(plan)
	if err := c.Save(d); err != nil {
		return err
	}
	if err := forget(c, d, false); err != nil {
		return err
	}
	return happen(c, d, plan, all)
}
