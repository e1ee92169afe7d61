package database

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/kind/database"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

func (f *Family) create(c *api.Call, in *lightsail.CreateRelationalDatabaseInput) (*lightsail.CreateRelationalDatabaseOutput, error) {
	blueprint, err := lookupBlueprint(*in.RelationalDatabaseBlueprintId)
	if err != nil {
		return nil, err
	}
	bundle, err := lookupBundle(*in.RelationalDatabaseBundleId)
	if err != nil {
		return nil, err
	}
	content, engine := database.Content{MasterDatabase: *in.MasterDatabaseName, MasterUser: *in.MasterUsername}, string(blueprint.Engine)
	if err := database.CheckContent(engine, content); err != nil {
		return nil, api.Refused(err)
	}
	password := database.GeneratePassword()
	if in.MasterUserPassword != nil {
		password = *in.MasterUserPassword
	}
	if err := database.CheckPassword(engine, password); err != nil {
		return nil, api.Refused(err)
	}
	op, err := f.insert(c, *in.RelationalDatabaseName, database.Create, password, database.Order{
		Blueprint: blueprint, Version: *blueprint.EngineVersion, Bundle: bundle, Content: content, Zone: in.AvailabilityZone,
		Backup: in.PreferredBackupWindow, Maintenance: in.PreferredMaintenanceWindow, Public: aws.ToBool(in.PubliclyAccessible),
	})
	return &lightsail.CreateRelationalDatabaseOutput{Operations: op}, err
}

// insert stores a new database. about is what the texts of its events name.
func (f *Family) insert(c *api.Call, name, event, password string, o database.Order, about ...any) ([]types.Operation, error) {
	var err error
	if o.Version, err = f.version(o.Blueprint, o.Version); err != nil {
		return nil, err
	}
	d, err := database.New(c.New(resource.RelationalDatabase, name), o)
	if err != nil {
		return nil, api.Refused(err)
	}
	plan := c.Plan(database.Lifecycle, event)
	d.Enter(plan)
	d.Priv.BackedUpFrom = d.Priv.Settled()
	d.AddPassword(f.d.Sealer, password, c.Now, c.Now)
	if err := c.Insert(d); err != nil {
		return nil, err
	}
	op := c.Started(d.Resource, d.Priv.Settled())
	return []types.Operation{*op}, happen(c, d, plan, database.Happenings[event], about...)
}

// version is the version of a blueprint's engine that the driver has.
func (f *Family) version(b *catalogue.DatabaseBlueprint, wanted string) (string, error) {
	version, err := f.d.Driver.Version(string(b.Engine), wanted)
	if err != nil {
		return "", api.InvalidParams("%s", err)
	}
	return version, nil
}

// source is what a database is made from: a snapshot, or another database as it was at a moment.
type source struct {
	blueprint, bundle, version string
	content                    database.Content
	// event and about are those of the new database.
	event, about string
}

func (f *Family) createFromSnapshot(
	c *api.Call, in *lightsail.CreateRelationalDatabaseFromSnapshotInput,
) (*lightsail.CreateRelationalDatabaseFromSnapshotOutput, error) {
	from, err := sourceOf(c, in)
	if err != nil {
		return nil, err
	}
	blueprint, _ := catalogue.LookupDatabaseBlueprint(from.blueprint) // an older one will do
	of, err := lookupBundle(from.bundle)
	if err != nil {
		return nil, err
	}
	bundle := of
	if in.RelationalDatabaseBundleId != nil {
		if bundle, err = lookupBundle(*in.RelationalDatabaseBundleId); err != nil {
			return nil, err
		}
	}
	if err := database.CheckBundle(of, bundle); err != nil {
		return nil, api.Refused(err)
	}
	op, err := f.insert(c, *in.RelationalDatabaseName, from.event, database.GeneratePassword(), database.Order{
		Blueprint: blueprint, Version: from.version, Bundle: bundle, Content: from.content, Zone: in.AvailabilityZone,
		Public: aws.ToBool(in.PubliclyAccessible),
	}, from.about)
	return &lightsail.CreateRelationalDatabaseFromSnapshotOutput{Operations: op}, err
}

// sourceOf finds what the input names.
func sourceOf(c *api.Call, in *lightsail.CreateRelationalDatabaseFromSnapshotInput) (source, error) {
	timed, latest := in.RestoreTime != nil, aws.ToBool(in.UseLatestRestorableTime)
	if err := api.ExactlyOne("relationalDatabaseSnapshotName", in.RelationalDatabaseSnapshotName != nil,
		"sourceRelationalDatabaseName", in.SourceRelationalDatabaseName != nil); err != nil {
		return source{}, err
	}
	if in.RelationalDatabaseSnapshotName != nil {
		if timed || latest {
			return source{}, api.InvalidParams("You must specify restoreTime and useLatestRestorableTime only with sourceRelationalDatabaseName.")
		}
		return snapshotSource(c)
	}
	if err := api.ExactlyOne("restoreTime", timed, "useLatestRestorableTime", latest); err != nil {
		return source{}, err
	}
	d, err := api.Find[database.Database](c, *in.SourceRelationalDatabaseName)
	if err != nil {
		return source{}, err
	}
	d.Settle(c.Now)
	return source{
		*d.Doc.RelationalDatabaseBlueprintId, *d.Doc.RelationalDatabaseBundleId, *d.Doc.EngineVersion, d.Content(),
		database.RestoreTo, d.Resource.Name,
	}, checkRestoreTime(c, d, in.RestoreTime)
}

func snapshotSource(c *api.Call) (source, error) {
	s, err := completeSnapshot(c, "use")
	if err != nil {
		return source{}, err
	}
	return source{
		*s.Doc.FromRelationalDatabaseBlueprintId, *s.Doc.FromRelationalDatabaseBundleId, *s.Doc.EngineVersion, s.Priv.Content,
		database.Restore, s.Resource.Name,
	}, nil
}

// checkRestoreTime returns an error if a database cannot be restored to a moment, or to the latest one, nil.
func checkRestoreTime(c *api.Call, d *database.Database, to *time.Time) error {
	first, last := d.EarliestRestorable(c.Now), d.LatestRestorable(c.Now)
	switch {
	case last.IsZero():
		return api.InvalidParams("The database %s has no automated backup to restore from.", d.Resource.Name)
	case to == nil:
		return nil
	case to.Before(first) || to.After(last):
		return api.InvalidParams("The restore time %s is not valid. It must be from %s to %s, the latest restorable time.",
			to.UTC().Format(time.RFC3339), first.UTC().Format(time.RFC3339), last.UTC().Format(time.RFC3339))
	}
	return nil
}
