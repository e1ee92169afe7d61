package database

import (
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/kind/audit"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Stored is how an import checks databases and their snapshots.
func Stored() resource.StoredKinds {
	return resource.StoredKinds{
		resource.RelationalDatabase: {
			Check: check, Secrets: secrets, CheckSecret: checkSecret, NewSecret: newSecret, Classes: []resource.Class{Events},
		},
		resource.RelationalDatabaseSnapshot: {Check: checkSnapshot},
	}
}

func check(r *resource.Resource) (claims resource.Claims, err error) {
	d, err := Load(r)
	if err != nil {
		return claims, err
	}
	var a audit.Audit
	a.Envelope(d, d.SupportSuffix())
	a.Zonal(r)
	d.checkSettings(&a)
	a.Plan(d.Priv.Plan, statesOf(Lifecycle)...)
	ends := d.IsDeleted()
	a.Want(ends == !r.GoneAt.IsZero(), "priv: the plan ends in %s: %t, and there is goneAt: %t", Deleting, ends, !ends)
	if ends {
		a.Gone(r, d.Priv.Settled())
	}
	a.Moment("backedUpFrom", d.Priv.BackedUpFrom)
	a.Moment("noted", d.Priv.Noted)
	d.checkPasswords(&a)
	for _, c := range d.Priv.Changes {
		d.checkChange(&a, c)
	}
	d.checkParameters(&a)
	return claims, a.Repack(d)
}

// checkSettings wants what Show and the actions dereference.
func (d *Database) checkSettings(a *audit.Audit) {
	doc := &d.Doc
	checkSource(a, doc.RelationalDatabaseBlueprintId, doc.RelationalDatabaseBundleId, doc.EngineVersion)
	a.Want(doc.PubliclyAccessible != nil && doc.BackupRetentionEnabled != nil, "doc: publiclyAccessible or backupRetentionEnabled is missing")
	a.Want(doc.CaCertificateIdentifier != nil && CheckCA(*doc.CaCertificateIdentifier) == nil, "doc: unknown caCertificateIdentifier")
	a.Want(doc.MasterDatabaseName != nil && doc.MasterUsername != nil, "doc: masterDatabaseName or masterUsername is missing")
	a.Want(doc.PreferredBackupWindow != nil && doc.PreferredMaintenanceWindow != nil, "doc: a window is missing")
	if a.Err != nil {
		return
	}
	a.Want(CheckContent(d.Engine(), d.Content()) == nil, "doc: masterDatabaseName or masterUsername is not valid")
	windows := d.Windows()
	a.Want(windows.Set(nil, nil) == nil, "doc: the windows are not valid")
	bundle, _ := catalogue.LookupDatabaseBundle(*doc.RelationalDatabaseBundleId)
	a.Want(bundle.HighAvailability == (doc.SecondaryAvailabilityZone != nil), "doc: secondaryAvailabilityZone does not go with the bundle")
	if zone := doc.SecondaryAvailabilityZone; zone != nil {
		region, _ := catalogue.LookupRegion(d.Resource.Region)
		other := slices.Contains(region.Zones, *zone) && *zone != d.Resource.Zone
		a.Want(other, "doc: secondaryAvailabilityZone is not another zone of the region")
	}
}

// checkSource wants a blueprint and a bundle of the catalogue, and a version.
func checkSource(a *audit.Audit, blueprint, bundle, version *string) {
	_, known := catalogue.LookupDatabaseBlueprint(aws.ToString(blueprint))
	a.Want(known, "doc: unknown blueprint %q", audit.Shorten(aws.ToString(blueprint)))
	_, known = catalogue.LookupDatabaseBundle(aws.ToString(bundle))
	a.Want(known, "doc: unknown bundle %q", audit.Shorten(aws.ToString(bundle)))
	a.Text("engineVersion", version)
}

func (d *Database) checkPasswords(a *audit.Audit) {
	a.Want(len(d.Priv.Passwords) > 0 && len(d.Priv.Passwords) <= len(resource.DatabasePasswords), "priv: there are no passwords, or too many")
	seen := map[string]bool{}
	for i, p := range d.Priv.Passwords {
		a.Want(slices.Contains(resource.DatabasePasswords[:], p.Member) && !seen[p.Member], "priv: two passwords have one member, or an unknown one")
		a.Want(!p.CreatedAt.IsZero() && !p.From.IsZero(), "priv: a password has no time")
		a.Moment("createdAt of a password", p.CreatedAt)
		a.Moment("from of a password", p.From)
		a.Want(i == 0 || !p.From.Before(d.Priv.Passwords[i-1].From), "priv: the passwords are not in order")
		seen[p.Member] = true
	}
}

// checkChange wants what an update would have made.
func (d *Database) checkChange(a *audit.Audit, c Change) {
	a.Want(!c.IsEmpty(), "priv: a change changes nothing")
	a.Want(!c.Begins.IsZero() && !c.Ends.Before(c.Begins), "priv: a change ends before it begins")
	a.Moment("begins of a change", c.Begins)
	a.Want(c.Ends.Sub(c.Begins) <= audit.MaxTransition, "priv: a change takes more than 30 days")
	a.Want(c.CA == nil || CheckCA(*c.CA) == nil, "priv: a change has an unknown certificate")
	a.Want((c.Blueprint == nil) == (c.EngineVersion == nil), "priv: a change has a blueprint or an engine version only")
	if c.Blueprint == nil || a.Err != nil {
		return
	}
	from, _ := catalogue.LookupDatabaseBlueprint(*d.Doc.RelationalDatabaseBlueprintId)
	to, known := catalogue.LookupDatabaseBlueprint(*c.Blueprint)
	a.Want(known && CheckUpgrade(from, to) == nil, "priv: a change to an unknown blueprint, or one that no upgrade leads to")
	a.Want(audit.IsText(*c.EngineVersion), "priv: the engine version of a change is not a line of text")
}

func checkSnapshot(r *resource.Resource) (claims resource.Claims, err error) {
	s := &Snapshot{}
	if err := s.Open(r); err != nil {
		return claims, err
	}
	var a audit.Audit
	a.Envelope(s, s.SupportSuffix())
	a.Everywhere(r)
	checkSource(&a, s.Doc.FromRelationalDatabaseBlueprintId, s.Doc.FromRelationalDatabaseBundleId, s.Doc.EngineVersion)
	a.Name("fromRelationalDatabaseName", s.Doc.FromRelationalDatabaseName)
	a.ARN(r, "fromRelationalDatabaseArn", s.Doc.FromRelationalDatabaseArn, resource.RelationalDatabase)
	a.Size("sizeInGb", s.Doc.SizeInGb, 1, 1<<16)
	a.Transition(s.Priv.Plan, Creating, Available)
	if a.Err == nil {
		engine := engineOf(s.Doc.FromRelationalDatabaseBlueprintId)
		a.Want(aws.ToString(s.Doc.Engine) == engine, "doc: engine is not that of the blueprint")
		a.Err = errors.Join(a.Err, CheckContent(engine, s.Priv.Content))
		for name, value := range s.Priv.Parameters {
			checkParameter(&a, engine, name, value)
		}
	}
	return claims, a.Repack(s)
}
