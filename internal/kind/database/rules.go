package database

import (
	"regexp"
	"slices"
	"strings"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/draw"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// The engines.
const (
	mysql    = "mysql"
	postgres = "postgres"
)

// defaultCA is the certificate authority of new databases since 2024 (observed), and authorities are those that
// Amazon RDS has for databases.
const defaultCA = "rds-ca-rsa2048-g1"

var authorities = []string{defaultCA, "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"}

// Order is what a new database is made of.
type Order struct {
	Blueprint *catalogue.DatabaseBlueprint
	// Version is that of the engine.
	Version string
	Bundle  *catalogue.DatabaseBundle
	Content Content
	// Zone, Backup and Maintenance are nil for what Lanyard chooses.
	Zone, Backup, Maintenance *string
	Public                    bool
}

// New returns a database without a password that is not stored yet, or a resource.RefusalError. It chooses the zone.
func New(r *resource.Resource, o Order) (*Database, error) {
	d := &Database{}
	d.Resource = r
	windows, err := NewWindows(r.ID, r.Region, o.Backup, o.Maintenance)
	if err != nil {
		return nil, err
	}
	secondary, err := chooseZones(r, o)
	if err != nil {
		return nil, err
	}
	d.SetWindows(windows)
	d.adopt(o.Content.Parameters)
	doc := &d.Doc
	doc.RelationalDatabaseBlueprintId, doc.EngineVersion, doc.RelationalDatabaseBundleId = o.Blueprint.BlueprintId, &o.Version, o.Bundle.BundleId
	doc.MasterDatabaseName, doc.MasterUsername = &o.Content.MasterDatabase, &o.Content.MasterUser
	doc.PubliclyAccessible, doc.BackupRetentionEnabled, doc.CaCertificateIdentifier = &o.Public, new(true), new(defaultCA)
	doc.SecondaryAvailabilityZone = secondary
	return d, nil
}

// chooseZones gives a new database its zone, and returns that of its standby, which only high availability has.
func chooseZones(r *resource.Resource, o Order) (secondary *string, err error) {
	region, _ := catalogue.LookupRegion(r.Region)
	switch {
	case o.Zone != nil && o.Bundle.HighAvailability: // the text of Amazon RDS
		return nil, resource.Refuse("Requesting a specific availability zone is not valid for Multi-AZ instances.")
	case o.Zone != nil && !slices.Contains(region.Zones, *o.Zone): // observed
		return nil, resource.Refuse("The given Availability Zone is invalid. It must be one of the following: %s.", strings.Join(region.Zones, ","))
	case o.Zone != nil:
		r.Zone = *o.Zone
		return nil, nil //nolint:nilnil // no standby
	}
	at := int(draw.Seed(r.ID) % uint64(len(region.Zones)))
	r.Zone = region.Zones[at]
	if o.Bundle.HighAvailability {
		secondary = &region.Zones[(at+1)%len(region.Zones)]
	}
	return secondary, nil
}

// identifier is the form of the names of databases and users.
var identifier = regexp.MustCompile(`\A[A-Za-z][A-Za-z0-9_]*\z`)

// CheckContent returns a resource.RefusalError if an engine does not take the names of the master database and user (API
// reference). The texts about reserved words are those of Amazon RDS.
func CheckContent(engine string, c Content) error {
	longestUser, longest := 63, 63
	if engine == mysql {
		longestUser, longest = 16, 64
	}
	if !identifier.MatchString(c.MasterDatabase) || len(c.MasterDatabase) > longest {
		return resource.Refuse("The master database name %q is not valid. It must begin with a letter, and have from 1 to %d letters, digits and underscores.",
			c.MasterDatabase, longest)
	}
	if !identifier.MatchString(c.MasterUser) || len(c.MasterUser) > longestUser {
		return resource.Refuse("The master user name %q is not valid. It must begin with a letter, and have from 1 to %d letters, digits and underscores.",
			c.MasterUser, longestUser)
	}
	if isReserved(engine, c.MasterDatabase) {
		return resource.Refuse("DBName %s cannot be used as it is a reserved word used by the engine", c.MasterDatabase)
	}
	if isReserved(engine, c.MasterUser) || isReservedUser(engine, c.MasterUser) {
		return resource.Refuse("MasterUsername %s cannot be used as it is a reserved word used by the engine", c.MasterUser)
	}
	return nil
}

// CheckCA returns a resource.RefusalError if there is no such certificate authority.
func CheckCA(id string) error {
	if !slices.Contains(authorities, id) {
		return resource.Refuse("The certificate %s does not exist. It must be one of the following: %s.", id, strings.Join(authorities, ", "))
	}
	return nil
}

// CheckUpgrade returns a resource.RefusalError if a database of one blueprint cannot be upgraded to another one.
func CheckUpgrade(from, to *catalogue.DatabaseBlueprint) error {
	switch {
	case from.Engine != to.Engine:
		return resource.Refuse("You can't upgrade a database from %s to %s: the engine differs.", *from.BlueprintId, *to.BlueprintId)
	case to.Release < from.Release:
		return resource.Refuse("You can't downgrade a database from %s to %s.", *from.BlueprintId, *to.BlueprintId)
	}
	return nil
}

// CheckBundle returns a resource.RefusalError if a bundle is smaller than the one that a database comes from.
func CheckBundle(from, to *catalogue.DatabaseBundle) error {
	if *to.RamSizeInGb < *from.RamSizeInGb || *to.DiskSizeInGb < *from.DiskSizeInGb {
		return resource.Refuse("The bundle %s is smaller than the bundle %s of the source database.", *to.BundleId, *from.BundleId)
	}
	return nil
}
