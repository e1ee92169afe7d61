package database

import (
	"fmt"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/cost"
)

// Charge is for the bundle, in every state. A database keeps its bundle. The usage type is
// DatabaseUsage:1GB, with _ha for high availability (AWS Price List).
func (d *Database) Charge() (c cost.Charge) {
	b, ok := catalogue.LookupDatabaseBundle(*d.Doc.RelationalDatabaseBundleId)
	if !ok {
		return c
	}
	usage := fmt.Sprintf("DatabaseUsage:%gGB", *b.RamSizeInGb)
	if b.HighAvailability {
		usage += "_ha"
	}
	return cost.Hourly(usage, 1, *b.Price)
}

// Charge is for the size. Automated backups cost nothing.
func (s *Snapshot) Charge() cost.Charge {
	return cost.Stored(catalogue.SnapshotUsage, s.Doc.SizeInGb, catalogue.SnapshotPrice)
}
