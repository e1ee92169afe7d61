package database

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/kind/database"
)

// update changes a database. The windows change at once, whether the internet reaches it and its password in a
// moment, and the rest in the maintenance window, unless it is to be changed immediately (API reference).
func (f *Family) update(c *api.Call, in *lightsail.UpdateRelationalDatabaseInput) (*lightsail.UpdateRelationalDatabaseOutput, error) {
	d, err := targetIn(c, "update", database.Available)
	if err != nil {
		return nil, err
	}
	windows := d.Windows()
	if err := windows.Set(in.PreferredBackupWindow, in.PreferredMaintenanceWindow); err != nil {
		return nil, api.Refused(err)
	}
	later, err := f.waiting(d, in)
	if err != nil {
		return nil, err
	}
	password, err := newPassword(d, in)
	if err != nil {
		return nil, err
	}
	soon := database.Change{PubliclyAccessible: in.PubliclyAccessible, Password: password != ""}
	d.SetWindows(windows)
	if aws.ToBool(in.ApplyImmediately) {
		d.Hasten(func(ch database.Change) database.Change { return at(c, c.Now, ch) })
		d.Alter(at(c, c.Now, later))
	} else {
		d.Alter(at(c, d.NextMaintenance(c.Now), later))
	}
	soon = at(c, c.Now, soon)
	d.Alter(soon)
	if password != "" {
		d.AddPassword(f.d.Sealer, password, c.Now, soon.Ends)
	}
	if err := c.Save(d); err != nil {
		return nil, err
	}
	return &lightsail.UpdateRelationalDatabaseOutput{Operations: []types.Operation{*c.Record(d.Resource)}}, foresee(c, d)
}

// at is a change that begins at a moment.
func at(c *api.Call, begins time.Time, ch database.Change) database.Change {
	takes := c.After(database.ChangeLifecycle[ch.Event()][0].Takes).Sub(c.Now)
	ch.Begins, ch.Ends = begins, begins.Add(takes)
	return ch
}

// waiting is what an input changes that waits for the maintenance window.
func (f *Family) waiting(d *database.Database, in *lightsail.UpdateRelationalDatabaseInput) (ch database.Change, err error) {
	enable, disable := aws.ToBool(in.EnableBackupRetention), aws.ToBool(in.DisableBackupRetention)
	switch {
	case enable && disable:
		return ch, api.InvalidParams("You can't both enable and disable backup retention.")
	case enable || disable:
		ch.BackupRetention = &enable
	}
	if ch.CA = in.CaCertificateIdentifier; ch.CA != nil {
		if err := database.CheckCA(*ch.CA); err != nil {
			return ch, api.Refused(err)
		}
	}
	if in.RelationalDatabaseBlueprintId == nil {
		return ch, nil
	}
	to, err := lookupBlueprint(*in.RelationalDatabaseBlueprintId)
	if err != nil {
		return ch, err
	}
	from, _ := catalogue.LookupDatabaseBlueprint(*d.Doc.RelationalDatabaseBlueprintId)
	if err := database.CheckUpgrade(from, to); err != nil {
		return ch, api.Refused(err)
	}
	version, err := f.version(to, *to.EngineVersion)
	ch.Blueprint, ch.EngineVersion = to.BlueprintId, &version
	return ch, err
}

// newPassword is the password that an input sets; "" for none.
func newPassword(d *database.Database, in *lightsail.UpdateRelationalDatabaseInput) (string, error) {
	rotate := aws.ToBool(in.RotateMasterUserPassword)
	switch {
	case in.MasterUserPassword == nil && rotate:
		return database.GeneratePassword(), nil
	case in.MasterUserPassword == nil:
		return "", nil
	case rotate:
		return "", api.InvalidParams("You must specify either masterUserPassword or rotateMasterUserPassword, not both.")
	}
	return *in.MasterUserPassword, api.Refused(database.CheckPassword(d.Engine(), *in.MasterUserPassword))
}

func (f *Family) getPassword(
	c *api.Call, in *lightsail.GetRelationalDatabaseMasterUserPasswordInput,
) (*lightsail.GetRelationalDatabaseMasterUserPasswordOutput, error) {
	d, err := api.Target[database.Database](c)
	if err != nil {
		return nil, err
	}
	p := d.Password(in.PasswordVersion, c.Now)
	if p == nil {
		return nil, api.NotFound(string(in.PasswordVersion)+" password", d.Resource.Name)
	}
	plain, err := d.OpenPassword(f.d.Sealer, p)
	return &lightsail.GetRelationalDatabaseMasterUserPasswordOutput{MasterUserPassword: &plain, CreatedAt: &p.CreatedAt}, err
}
