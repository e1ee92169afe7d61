package catalogue

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

// DatabaseBlueprint is a version of an engine that a database can be made from.
type DatabaseBlueprint struct {
	// RelationalDatabaseBlueprint is what GetRelationalDatabaseBlueprints shows. All of it is set.
	types.RelationalDatabaseBlueprint
	// IsActive reports whether the blueprint is listed, and new databases can have it.
	IsActive bool
	// Port is the engine's usual one.
	Port int32
	// Family is what Amazon RDS calls the version's set of parameters: mysql8.4.
	Family string
	// Release orders the versions of an engine: a database can be upgraded to a later one.
	Release int
}

// DatabaseBundle is a plan for databases.
type DatabaseBundle struct {
	// RelationalDatabaseBundle is what GetRelationalDatabaseBundles shows. All of it is set.
	types.RelationalDatabaseBundle
	// HighAvailability reports whether databases of the bundle have a standby in a second zone.
	HighAvailability bool
}

// DatabaseBlueprints returns the blueprints of databases in the order in which GetRelationalDatabaseBlueprints
// lists them (observed), inactive ones included. All regions have the same.
func DatabaseBlueprints() []DatabaseBlueprint { return all().databaseBlueprints.list }

// LookupDatabaseBlueprint finds a blueprint of databases, active or not.
func LookupDatabaseBlueprint(id string) (*DatabaseBlueprint, bool) {
	return all().databaseBlueprints.lookup(id)
}

// DatabaseBundles returns the plans of databases in the order in which GetRelationalDatabaseBundles lists them
// (observed), inactive ones last. All regions have the same.
func DatabaseBundles() []DatabaseBundle { return all().databaseBundles.list }

// LookupDatabaseBundle finds a plan of databases, active or not.
func LookupDatabaseBundle(id string) (*DatabaseBundle, bool) {
	return all().databaseBundles.lookup(id)
}

// engine is a database engine with its versions, oldest first.
type engine struct {
	Engine      types.RelationalDatabaseEngine
	Description string
	// Version and Families are formats of texts about a version.
	Version, Families string
	Port              int32
	Blueprints        []struct {
		BlueprintID, Release, EngineVersion string
		IsActive, IsEngineDefault           bool
	}
}

func readDatabaseBlueprints() index[DatabaseBlueprint] {
	var file []engine
	readFile("database_blueprints.json", databaseBlueprintsJSON, &file)
	var list []DatabaseBlueprint
	for _, e := range file {
		for i, b := range e.Blueprints {
			description := fmt.Sprintf(e.Version, b.EngineVersion)
			list = append(list, DatabaseBlueprint{
				RelationalDatabaseBlueprint: types.RelationalDatabaseBlueprint{
					BlueprintId: &b.BlueprintID, Engine: e.Engine, EngineDescription: &e.Description, EngineVersion: &b.EngineVersion,
					EngineVersionDescription: &description, IsEngineDefault: &b.IsEngineDefault,
				},
				IsActive: b.IsActive, Port: e.Port, Family: fmt.Sprintf(e.Families, b.Release), Release: i,
			})
		}
	}
	return newIndex(list, func(b *DatabaseBlueprint) string { return *b.BlueprintId })
}

// databaseSeries is a generation of plans of databases.
type databaseSeries struct {
	Generation int
	IsActive   bool
	Plans      []databasePlan
}

// databasePlan is two bundles: one without high availability, and one with it for twice the price.
type databasePlan struct {
	Size                                         string
	Price, RAMSizeInGb                           float32
	CPUCount, DiskSizeInGb, TransferPerMonthInGb int32
	// IsUnencrypted says that the disk is not encrypted (observed of the oldest plan).
	IsUnencrypted bool
}

func readDatabaseBundles() index[DatabaseBundle] {
	var file []databaseSeries
	readFile("database_bundles.json", databaseBundlesJSON, &file)
	var list []DatabaseBundle
	for _, s := range file {
		for _, p := range s.Plans {
			list = append(list, p.bundle(s, false), p.bundle(s, true))
		}
	}
	return newIndex(list, func(b *DatabaseBundle) string { return *b.BundleId })
}

func (p databasePlan) bundle(s databaseSeries, highAvailability bool) DatabaseBundle {
	id, name := p.Size, displayName(p.Size)
	if highAvailability {
		id, name, p.Price = id+"_ha", name+" with High Availability", 2*p.Price
	}
	id = fmt.Sprintf("%s_%d_0", id, s.Generation)
	isEncrypted := !p.IsUnencrypted
	return DatabaseBundle{HighAvailability: highAvailability, RelationalDatabaseBundle: types.RelationalDatabaseBundle{
		BundleId: &id, Name: &name, Price: &p.Price, RamSizeInGb: &p.RAMSizeInGb, DiskSizeInGb: &p.DiskSizeInGb,
		TransferPerMonthInGb: &p.TransferPerMonthInGb, CpuCount: &p.CPUCount, IsEncrypted: &isEncrypted, IsActive: &s.IsActive,
	}}
}
