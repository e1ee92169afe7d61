package database

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Snapshot is a stored snapshot of a database, opened.
type Snapshot struct {
	resource.Record[types.RelationalDatabaseSnapshot, SnapshotPriv, *types.RelationalDatabaseSnapshot]
}

// SnapshotPriv is what Lanyard knows of a snapshot and the API never shows.
type SnapshotPriv struct {
	resource.Planned
	Content
}

// Content is what a database made from another one has of it, beside what the API shows of a snapshot.
type Content struct {
	MasterDatabase string `json:"masterDatabase"`
	MasterUser     string `json:"masterUser"`
	// Parameters are the values that were set.
	Parameters map[string]string `json:"parameters,omitempty"`
}

// Kind is resource.RelationalDatabaseSnapshot.
func (*Snapshot) Kind() resource.Kind { return resource.RelationalDatabaseSnapshot }

// SupportSuffix is the name of the snapshot at Amazon RDS (observed).
func (s *Snapshot) SupportSuffix() string { return nameAtRDS(s.Resource) }

// NewSnapshot returns a snapshot of a database that is not stored yet.
func NewSnapshot(r *resource.Resource, of *Database, now time.Time, plan resource.Plan) *Snapshot {
	s, doc := &Snapshot{}, of.settings(now)
	s.Resource, s.Priv.Plan, s.Priv.Content = r, plan, of.Content()
	s.Doc = types.RelationalDatabaseSnapshot{
		Engine: new(engineOf(doc.RelationalDatabaseBlueprintId)), EngineVersion: doc.EngineVersion,
		FromRelationalDatabaseArn: new(of.Resource.ARN()), FromRelationalDatabaseName: &of.Resource.Name,
		FromRelationalDatabaseBlueprintId: doc.RelationalDatabaseBlueprintId, FromRelationalDatabaseBundleId: doc.RelationalDatabaseBundleId,
	}
	if b, ok := catalogue.LookupDatabaseBundle(*doc.RelationalDatabaseBundleId); ok {
		s.Doc.SizeInGb = b.DiskSizeInGb
	}
	return s
}

// Content is what a database made from this one has of it.
func (d *Database) Content() Content {
	return Content{MasterDatabase: *d.Doc.MasterDatabaseName, MasterUser: *d.Doc.MasterUsername, Parameters: d.parameters()}
}

// Pack writes the documents into the row, without what Show adds.
func (s *Snapshot) Pack() error {
	doc := s.Doc
	doc.State = nil
	return s.PackDoc(doc)
}

// State is the snapshot's state at a moment.
func (s *Snapshot) State(now time.Time) string { return s.Priv.State(now) }

// Show is the snapshot as the API shows it at a moment.
func (s *Snapshot) Show(now time.Time) *types.RelationalDatabaseSnapshot {
	doc := s.Doc
	doc.State, doc.Tags = new(s.State(now)), s.Resource.Tags
	return &doc
}
