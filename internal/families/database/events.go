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

// forget removes the events of a database that lie ahead and are of a sort: something else happens, or the clock was put
// back.
func forget(c *api.Call, d *database.Database, sort func(database.Event) bool) error {
	page := store.EntryPage{Limit: forgetAtOnce}
	for {
		ahead, err := c.Tx.EntriesBetween(d.Resource.ID, database.Events, c.Now.Add(time.Millisecond), time.Time{}, page)
		if err != nil {
			return err
		}
		for _, stored := range ahead {
			e, err := database.OpenEvent(stored)
			if err == nil && sort(e) {
				err = c.Tx.DeleteEntry(stored)
			}
			if err != nil {
				return err
			}
			page.After = afterEvent(e)
		}
		if len(ahead) < page.Limit {
			return nil
		}
	}
}

// forgetAtOnce is how many events are read at once to be forgotten. Few lie ahead unless the clock was put back.
const forgetAtOnce = 100

func isDaily(e database.Event) bool    { return e.Daily }
func isOfChange(e database.Event) bool { return e.Change }
func isOfPlan(e database.Event) bool   { return !e.Change }

// note stores the events of automated backups up to now. If more are noted, the clock was put back: those ahead are
// noted anew when their time comes.
func note(c *api.Call, d *database.Database) error {
	if d.Priv.Noted.After(c.Now) {
		if err := forget(c, d, isDaily); err != nil {
			return err
		}
	}
	for _, e := range d.NoteBackups(c.Now, backupTakes(c)) {
		if err := add(c, d, e); err != nil {
			return err
		}
	}
	return nil
}

// foresee stores the events of the changes of a database that are not over.
func foresee(c *api.Call, d *database.Database) error {
	if err := forget(c, d, isOfChange); err != nil {
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
	if err := forget(c, d, isOfPlan); err != nil {
		return err
	}
	return happen(c, d, plan, all)
}
