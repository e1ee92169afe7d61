package database

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// EventAge is how long events are kept (API reference: up to 14 days can be asked for).
const EventAge = 14 * 24 * time.Hour

// Events is the class of a database's events. Exports leave them out. An event may be stored before its time,
// a start after seven days for example, and what is added removes what is too old by its own time: so they are
// stored for longer than they are shown.
var Events = resource.Class{Name: "events", Limit: 10_000, Age: EventAge + 2*MaxStopped}

// The categories of events (API reference).
const (
	AvailabilityEvent  = "availability"
	BackupEvent        = "backup"
	ConfigurationEvent = "configuration change"
	CreationEvent      = "creation"
	DeletionEvent      = "deletion"
	MaintenanceEvent   = "maintenance"
	NotificationEvent  = "notification"
	RestorationEvent   = "restoration"
)

// Event is something that happened to a database.
type Event struct {
	Category string `json:"category"`
	Message  string `json:"message"`
	// Change says that the event is that of a Change, not of the database's plan.
	Change bool `json:"change,omitempty"`
	// Daily says that the event is that of an automated backup.
	Daily bool `json:"daily,omitempty"`
	// At is the time of the event's entry, and Seq the entry's number.
	At  time.Time `json:"-"`
	Seq int64     `json:"-"`
}

// Pack returns the document of the event's entry.
func (e Event) Pack() []byte {
	doc, _ := json.Marshal(e) // texts cannot fail
	return doc
}

// OpenEvent opens a stored event.
func OpenEvent(stored *resource.Entry) (Event, error) {
	e := Event{At: stored.At, Seq: stored.Seq}
	if err := json.Unmarshal(stored.Doc, &e); err != nil {
		return e, fmt.Errorf("stored event %d of %s: %w", stored.Seq, stored.Owner, err)
	}
	return e, nil
}

// Show is the event of a database of a name as the API shows it.
func (e Event) Show(database string) types.RelationalDatabaseEvent {
	return types.RelationalDatabaseEvent{Resource: &database, CreatedAt: &e.At, Message: &e.Message, EventCategories: []string{e.Category}}
}
