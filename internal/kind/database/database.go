// Package database says what a stored relational database and a stored snapshot of one are: their
// documents and states, passwords, windows, parameters, events, logs and metrics, and what the API admits of them.
//
// It runs no database and changes no store.
package database

import (
	"crypto/sha1" //nolint:gosec // for names that look like AWS's, not for security
	"encoding/hex"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/draw"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// maxHistory is how many steps of its plan a database remembers.
const maxHistory = 64

// Database is a stored database, opened.
type Database struct {
	resource.Record[types.RelationalDatabase, Priv, *types.RelationalDatabase]
}

// Priv is what Lanyard knows of a database and the API never shows.
type Priv struct {
	resource.Planned
	// Changes are those of settings that are not over yet, or were not when they were made.
	Changes []Change `json:"changes,omitempty"`
	// Settings are the parameters that were changed, by name.
	Settings []Setting `json:"settings,omitempty"`
	// BackedUpFrom is since when there are automated backups; zero while there are none.
	BackedUpFrom time.Time `json:"backedUpFrom,omitzero"`
	// Noted is up to when the events of automated backups are stored; zero if none are.
	Noted time.Time `json:"noted,omitzero"`
	// Passwords are those of the master user, the oldest first. They are three at most.
	Passwords []Password `json:"passwords"`
	// First, Second and Third are the sealed passwords.
	First  []byte `json:"firstPassword,omitempty"`
	Second []byte `json:"secondPassword,omitempty"`
	Third  []byte `json:"thirdPassword,omitempty"`
}

// Load opens a stored database.
func Load(r *resource.Resource) (*Database, error) {
	d := &Database{}
	return d, d.Open(r)
}

// Kind is resource.RelationalDatabase.
func (*Database) Kind() resource.Kind { return resource.RelationalDatabase }

// SupportSuffix is the name of the database at Amazon RDS, which the endpoint has, too (observed).
func (d *Database) SupportSuffix() string { return nameAtRDS(d.Resource) }

// nameAtRDS is "ls-" with 40 hexadecimal digits.
func nameAtRDS(r *resource.Resource) string {
	sum := sha1.Sum([]byte("rds\x00" + r.ID)) //nolint:gosec // see above
	return "ls-" + hex.EncodeToString(sum[:])
}

// slug is the part of an endpoint that all databases of an account have in a region (observed).
func slug(account, region string) string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	text := make([]byte, 12)
	seed := draw.Seed("rds\x00" + account + "\x00" + region)
	for i := range text {
		seed = draw.Mix(seed)
		text[i] = letters[seed%uint64(len(letters))]
	}
	return string(text)
}

// Pack writes the documents into the row, without what Show adds.
func (d *Database) Pack() error {
	doc := d.Doc
	doc.Engine, doc.Hardware, doc.MasterEndpoint, doc.State, doc.LatestRestorableTime = nil, nil, nil, nil, nil
	doc.PendingMaintenanceActions, doc.PendingModifiedValues, doc.ParameterApplyStatus = nil, nil, nil
	return d.PackDoc(doc)
}

// IsDeleted reports whether the database was deleted. If the clock was put back since, it is in an
// earlier state again, but will be gone all the same.
func (d *Database) IsDeleted() bool { return d.Priv.Plan.At(d.Priv.Settled()).State == Deleting }

// Enter gives the database a plan that begins now.
func (d *Database) Enter(plan resource.Plan) {
	d.restarts(plan)
	d.Priv.Plan = d.Priv.Plan.Followed(plan, maxHistory)
	d.Resource.Begin()
}

// Engine is the engine of the database: mysql or postgres.
func (d *Database) Engine() string { return engineOf(d.Doc.RelationalDatabaseBlueprintId) }

// engineOf is the engine of a blueprint.
func engineOf(blueprint *string) string {
	if b, ok := catalogue.LookupDatabaseBlueprint(*blueprint); ok {
		return string(b.Engine)
	}
	return ""
}

// Show is the database as the API shows it at a moment.
func (d *Database) Show(now time.Time) *types.RelationalDatabase {
	doc := d.settings(now)
	doc.State, doc.Engine, doc.Tags = new(d.State(now)), new(engineOf(doc.RelationalDatabaseBlueprintId)), d.Resource.Tags
	doc.ParameterApplyStatus = new(d.applyStatus(now))
	doc.PendingModifiedValues, doc.PendingMaintenanceActions = d.pending(now), []types.PendingMaintenanceAction{}
	if b, ok := catalogue.LookupDatabaseBundle(*doc.RelationalDatabaseBundleId); ok {
		doc.Hardware = &types.RelationalDatabaseHardware{CpuCount: b.CpuCount, DiskSizeInGb: b.DiskSizeInGb, RamSizeInGb: b.RamSizeInGb}
	}
	if *doc.State != Creating {
		doc.MasterEndpoint = d.endpoint()
	}
	if latest := d.LatestRestorable(now); !latest.IsZero() {
		doc.LatestRestorableTime = &latest
	}
	return &doc
}

// endpoint is where clients reach the database.
func (d *Database) endpoint() *types.RelationalDatabaseEndpoint {
	r := d.Resource
	address := nameAtRDS(r) + "." + slug(r.Account, r.Region) + "." + r.Region + ".rds.amazonaws.com"
	return &types.RelationalDatabaseEndpoint{Address: &address, Port: new(d.port())}
}
