package export

import (
	"errors"
	"fmt"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// resource writes a resource. One that is of no use without its own secrets is left out if
// the file does not have them.
func (i *importer) resource(r *resourceRecord) error {
	kind := resource.Kind(r.Kind)
	known, ok := i.o.Kinds[kind]
	if !ok {
		return fmt.Errorf("%s %s: this version of Lanyard has no resources of that kind", kind, r.Name)
	}
	stored := &resource.Resource{
		ID: r.ID, Account: r.Account, Region: r.Region, Name: r.Name, Kind: kind, Zone: r.Zone,
		CreatedAt: r.Created, Tags: r.tags(), Doc: r.Doc, Priv: r.Priv, GoneAt: r.GoneAt,
	}
	if stored.Priv == nil {
		stored.Priv = []byte("{}")
	}
	if err := i.check(r, stored, known); err != nil {
		return fmt.Errorf("%s %s: %w", kind, r.Name, err)
	}
	if r.unusable(known) {
		i.done.ResourcesLeftOut++
		return nil
	}
	if err := i.seal(stored, r, known); err != nil {
		return fmt.Errorf("%s %s: secret: %w", kind, r.Name, err)
	}
	i.done.Resources++
	i.resources = append(i.resources, stored)
	return i.flushFull(len(i.resources))
}

// unusable reports whether the resource is of no use, since the file does not have its secrets.
func (r *resourceRecord) unusable(known resource.Stored) bool {
	return r.LeftOut && known.NewSecret == nil && known.Bare == nil
}

// checkWorldwide returns an error if another resource, in the file or in the store, has a name
// that is unique over all accounts and regions. A resource that is gone since the export has no name.
func (i *importer) checkWorldwide(r *resource.Resource) error {
	if !r.Kind.Worldwide() || !r.GoneAt.IsZero() && !r.GoneAt.After(i.o.Now) {
		return nil
	}
	if i.worldwide[r.Name] {
		return errors.New("the file has two resources of that name, which is unique over all accounts and regions: delete one of them before the export")
	}
	i.worldwide[r.Name] = true
	taken, err := i.tx.WorldwideNamesTaken([]string{r.Name})
	if err == nil && len(taken) > 0 {
		err = errors.New("the store has a resource of that name, which is unique over all accounts and regions: " +
			"delete one of them, or import into another store")
	}
	return err
}

// check holds a resource to what the actions would have written, after it took out of the
// documents of an earlier version what is a link now.
func (i *importer) check(r *resourceRecord, stored *resource.Resource, known resource.Stored) (err error) {
	var former []resource.FormerLink
	if i.file.header.Version < linksVersion && known.Former != nil {
		if former, err = known.Former(stored); err != nil {
			return err
		}
	}
	claims, err := known.Check(stored)
	if err != nil {
		return err
	}
	if err := r.checkSecretsOf(known.SecretsOf(stored)); err != nil {
		return err
	}
	if err := i.claim(r, claims, former); err != nil {
		return err
	}
	return i.checkWorldwide(stored)
}

// seal puts a resource's secrets into its private document, and gives the document its
// present form. If the file does not have them, it takes out what is of no use without.
func (i *importer) seal(stored *resource.Resource, r *resourceRecord, known resource.Stored) error {
	if r.LeftOut && known.Bare != nil {
		i.done.BucketKeysLeftOut += len(known.SecretsOf(stored))
		return known.Bare(stored)
	}
	sealed, err := i.secrets(stored, r, known)
	if err != nil || len(sealed) == 0 {
		return err
	}
	if stored.Priv, err = joinSecrets(stored.Priv, sealed); err != nil {
		return err
	}
	return i.o.Kinds.Upgrade(i.sealer, stored)
}

// secrets seals a resource's secrets for the store, or new ones if the file does not have
// them.
func (i *importer) secrets(stored *resource.Resource, r *resourceRecord, known resource.Stored) (map[string][]byte, error) {
	if !r.LeftOut {
		return resealed(stored, i.vault, i.sealer, r.secrets(), known.CheckSecret)
	}
	i.done.NewSecrets[stored.Kind]++
	all := map[string][]byte{}
	for _, member := range known.SecretsOf(stored) {
		plain, err := known.NewSecret(stored, member)
		if err != nil {
			return nil, err
		}
		all[member] = stored.Seal(i.sealer, member, plain)
		clear(plain)
	}
	return all, nil
}
