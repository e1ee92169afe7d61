package export

import (
	"crypto/rand"
	"fmt"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// resource writes a resource. A default key pair without its private half is left
// out: the next download makes a new one.
func (i *importer) resource(r *resourceRecord) error {
	kind := resource.Kind(r.Kind)
	known, ok := i.o.Kinds[kind]
	if !ok {
		return fmt.Errorf("%s %s: this version of Lanyard has no resources of that kind", kind, r.Name)
	}
	stored := &resource.Resource{
		ID: r.ID, Account: r.Account, Region: r.Region, Name: r.Name, Kind: kind, Zone: r.Zone,
		CreatedAt: r.Created, Tags: r.tags(), Doc: r.Doc, Priv: r.Priv,
	}
	if stored.Priv == nil {
		stored.Priv = []byte("{}")
	}
	claims, err := known.Check(stored)
	if err == nil {
		err = r.checkSecretOf(known.HasSecret != nil && known.HasSecret(stored))
	}
	if err == nil {
		err = i.claim(r, claims)
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", kind, r.Name, err)
	}
	if r.LeftOut && kind != resource.Instance {
		i.done.ResourcesLeftOut++
		return nil
	}
	if err := i.seal(stored, r, known); err != nil {
		return fmt.Errorf("%s %s: secret: %w", kind, r.Name, err)
	}
	i.done.Resources++
	i.resources = append(i.resources, stored)
	if len(i.resources) < batchSize {
		return nil
	}
	return i.flush()
}

// seal puts a resource's secret into its priv document, and what earlier versions had
// beside it.
func (i *importer) seal(stored *resource.Resource, r *resourceRecord, known resource.Stored) error {
	sealed, err := i.resourceSecret(stored, r, known)
	if err != nil || sealed == nil {
		return err
	}
	if stored.Priv, err = joinSealed(stored.Priv, sealed); err != nil {
		return err
	}
	_, err = instance.SealUserData(i.sealer, stored)
	return err
}

// resourceSecret seals a resource's secret for the store. An instance whose keys the
// file does not have gets new ones.
func (i *importer) resourceSecret(stored *resource.Resource, r *resourceRecord, known resource.Stored) ([]byte, error) {
	purpose := sealedUnder[stored.Kind]
	switch {
	case len(r.Sealed) > 0:
		context := []string{r.Account, r.Region, r.Kind, r.ID}
		plain, err := i.vault.Open(purpose, r.Sealed, context...)
		if err != nil {
			return nil, err
		}
		defer clear(plain)
		if err := known.CheckSecret(stored, plain); err != nil {
			return nil, err
		}
		return i.sealer.Seal(purpose, plain, context...), nil
	case r.LeftOut:
		return i.newKeys(stored)
	}
	return nil, nil
}

// newKeys makes the keys of an instance whose own are not in the file.
func (i *importer) newKeys(stored *resource.Resource) ([]byte, error) {
	var keys instance.Keys
	rand.Read(keys.AuthoritySeed[:]) // never fails: crypto/rand ends the process instead
	host, err := machine.NewHostKeys("")
	if err != nil {
		return nil, err
	}
	keys.HostKeys = string(host)
	i.done.NewHostKeys++
	return instance.SealKeys(i.sealer, stored, keys)
}
