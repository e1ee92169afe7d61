package database

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

// Change is a change of settings that takes a time. It holds from its end on.
type Change struct {
	Begins time.Time `json:"begins"`
	Ends   time.Time `json:"ends"`
	// What is nil or false stays as it is.
	PubliclyAccessible *bool   `json:"publiclyAccessible,omitempty"`
	BackupRetention    *bool   `json:"backupRetention,omitempty"`
	CA                 *string `json:"caCertificateIdentifier,omitempty"`
	// Blueprint and EngineVersion are those of an upgrade.
	Blueprint     *string `json:"blueprint,omitempty"`
	EngineVersion *string `json:"engineVersion,omitempty"`
	// Password says that the newest password becomes the current one.
	Password bool `json:"password,omitempty"`
}

// IsEmpty reports whether the change changes nothing.
func (c Change) IsEmpty() bool {
	return c.PubliclyAccessible == nil && c.BackupRetention == nil && c.CA == nil && c.Blueprint == nil && !c.Password
}

// Event is that of ChangeLifecycle.
func (c Change) Event() string {
	if c.Blueprint != nil {
		return Upgrade
	}
	return Modify
}

// state is the one in which a database is during the change.
func (c Change) state() string { return ChangeLifecycle[c.Event()][0].State }

// apply changes a document.
func (c Change) apply(doc *types.RelationalDatabase) {
	if c.PubliclyAccessible != nil {
		doc.PubliclyAccessible = c.PubliclyAccessible
	}
	if c.BackupRetention != nil {
		doc.BackupRetentionEnabled = c.BackupRetention
	}
	if c.CA != nil {
		doc.CaCertificateIdentifier = c.CA
	}
	if c.Blueprint != nil {
		doc.RelationalDatabaseBlueprintId, doc.EngineVersion = c.Blueprint, c.EngineVersion
	}
}

// settings is the document with all changes that hold at a moment.
func (d *Database) settings(now time.Time) types.RelationalDatabase {
	doc := d.Doc
	for _, c := range d.Priv.Changes {
		if !now.Before(c.Ends) {
			c.apply(&doc)
		}
	}
	return doc
}

// Settle makes the changes that hold at a moment part of the document. It comes before any other change of the
// database.
func (d *Database) Settle(now time.Time) {
	d.Priv.BackedUpFrom = d.backedUpFrom(now)
	d.settleParameters(now)
	d.Doc = d.settings(now)
	d.Priv.Changes = slices.DeleteFunc(d.Priv.Changes, func(c Change) bool { return !now.Before(c.Ends) })
}

// backedUpFrom is since when there are automated backups, as of a moment: zero if there are none.
func (d *Database) backedUpFrom(now time.Time) time.Time {
	from := d.Priv.BackedUpFrom
	for _, c := range d.Priv.Changes {
		switch {
		case c.BackupRetention == nil || now.Before(c.Ends):
		case !*c.BackupRetention:
			from = time.Time{}
		case from.IsZero():
			from = c.Ends
		}
	}
	return from
}

// Hasten has all changes at another time, which a function says.
func (d *Database) Hasten(at func(Change) Change) {
	for i, c := range d.Priv.Changes {
		d.Priv.Changes[i] = at(c)
	}
}

// Alter adds a change to a settled database. It takes the place of what others change of the same settings, and
// what has its value already needs no change.
func (d *Database) Alter(c Change) {
	for i, other := range d.Priv.Changes {
		d.Priv.Changes[i] = other.without(c)
	}
	doc := &d.Doc
	if c.PubliclyAccessible != nil && *c.PubliclyAccessible == *doc.PubliclyAccessible {
		c.PubliclyAccessible = nil
	}
	if c.BackupRetention != nil && *c.BackupRetention == *doc.BackupRetentionEnabled {
		c.BackupRetention = nil
	}
	if c.CA != nil && *c.CA == *doc.CaCertificateIdentifier {
		c.CA = nil
	}
	if c.Blueprint != nil && *c.Blueprint == *doc.RelationalDatabaseBlueprintId {
		c.Blueprint, c.EngineVersion = nil, nil
	}
	d.Priv.Changes = slices.DeleteFunc(append(d.Priv.Changes, c), Change.IsEmpty)
	slices.SortStableFunc(d.Priv.Changes, func(a, b Change) int { return a.Ends.Compare(b.Ends) })
}

// without is the change without what another one changes, too.
func (c Change) without(other Change) Change {
	if other.PubliclyAccessible != nil {
		c.PubliclyAccessible = nil
	}
	if other.BackupRetention != nil {
		c.BackupRetention = nil
	}
	if other.CA != nil {
		c.CA = nil
	}
	if other.Blueprint != nil {
		c.Blueprint, c.EngineVersion = nil, nil
	}
	c.Password = c.Password && !other.Password
	return c
}

// pending is what changes of a database in the future.
func (d *Database) pending(now time.Time) *types.PendingModifiedRelationalDatabaseValues {
	p := &types.PendingModifiedRelationalDatabaseValues{}
	for _, c := range d.Priv.Changes {
		if !now.Before(c.Ends) {
			continue
		}
		if c.BackupRetention != nil {
			p.BackupRetentionEnabled = aws.Bool(*c.BackupRetention)
		}
		if c.Blueprint != nil {
			p.EngineVersion = c.EngineVersion
		}
		if c.Password {
			p.MasterUserPassword = new("****") // as Amazon RDS does
		}
	}
	return p
}
