package transfer_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/codec"
	"github.com/lanyard-cloud/lanyard/internal/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
	"github.com/lanyard-cloud/lanyard/internal/transfer"
)

// fillInstances adds an instance to each of two accounts, and a static IP.
func (s *site) fillInstances() *site {
	s.t.Helper()
	s.update(func(tx *store.Tx) error {
		web, mail, ip := s.instance(20, root, "site"), s.instance(21, other, "mail"), staticIP(22, root, "front")
		return firstOf(
			tx.InsertResource(web), tx.InsertResource(mail), tx.InsertResource(ip),
			take(tx, web, instance.PortPool, 22000), take(tx, web, instance.PrivatePool(root, region), 0xac1a0a27), take(tx, ip, instance.PublicPool, 0xc6120a27),
			take(tx, mail, instance.PortPool, 31999), take(tx, mail, instance.PrivatePool(other, region), 0xac1a0a27), take(tx, mail, instance.PublicPool, 0xc6120a28))
	})
	return s
}

func take(tx *store.Tx, owner *resource.Resource, pool string, number int64) error {
	free, err := tx.TakeAddress(store.Address{Pool: pool, Number: number, Owner: owner.ID})
	if err == nil && !free {
		err = fmt.Errorf("%s %d is taken", pool, number)
	}
	return err
}

func newResource(n int, account, name string, kind resource.Kind) *resource.Resource {
	return &resource.Resource{
		ID: fmt.Sprintf("00000000-0000-4000-8000-%012d", n), Account: account, Region: region, Name: name,
		Kind: kind, Zone: "us-east-1a", CreatedAt: now, Tags: []types.Tag{},
	}
}

func (s *site) instance(n int, account, name string) *resource.Resource {
	r := newResource(n, account, name, resource.Instance)
	sealed, err := instance.SealKeys(s.sealer, r, instance.Keys{HostKeys: "the host keys of " + name})
	if err != nil {
		s.t.Fatal(err)
	}
	arn := r.ARN()
	i := &instance.Instance{Resource: r, Doc: types.Instance{Arn: &arn, Name: &r.Name, BlueprintId: new("debian_12")}}
	i.Priv.Plan, i.Priv.Sealed = resource.Plan{}.Then(now, instance.Running), sealed
	if err := i.Save(); err != nil {
		s.t.Fatal(err)
	}
	return r
}

func staticIP(n int, account, name string) *resource.Resource {
	r := newResource(n, account, name, resource.StaticIP)
	arn := r.ARN()
	r.Zone, r.Doc = "all", codec.Encode(&types.StaticIp{Arn: &arn, Name: &r.Name})
	return r
}

func TestInstancesMoveWithAddressesAndKeys(t *testing.T) {
	from, to := newSite(t, newDSN(t)).fill().fillInstances(), newSite(t, newDSN(t))
	file, exported := from.export(transfer.ExportOptions{Passphrase: passphrase})
	imported, err := to.load(transfer.ImportOptions{Passphrase: passphrase}, file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(from.contents(), to.contents()); diff != "" {
		t.Errorf("contents (-from +to):\n%s", diff)
	}
	if exported.Addresses != 6 || imported.Addresses != 6 || imported.NewHostKeys != 0 {
		t.Errorf("exported %+v, imported %+v, want 6 addresses and no new host keys", exported, imported)
	}
}

// TestInstancesGetNewHostKeysWithoutSecrets: an instance is of use without the keys that
// it had.
func TestInstancesGetNewHostKeysWithoutSecrets(t *testing.T) {
	from, to := newSite(t, newDSN(t)).fill().fillInstances(), newSite(t, newDSN(t))
	file, _ := from.export(transfer.ExportOptions{})
	imported, err := to.load(transfer.ImportOptions{}, file)
	if err != nil {
		t.Fatal(err)
	}
	if imported.NewHostKeys != 2 || imported.Addresses != 6 {
		t.Errorf("imported %+v, want 2 new host keys", imported)
	}
	to.view(func(tx *store.Tx) error {
		r, err := tx.Resource(root, region, "site")
		if err != nil {
			return err
		}
		i, err := instance.Load(r)
		if err != nil {
			return err
		}
		keys, err := i.OpenKeys(to.sealer)
		if !strings.Contains(keys.HostKeys, "PRIVATE KEY") || keys.AuthoritySeed == [32]byte{} {
			t.Error("the instance has no keys")
		}
		return err
	})
}

// TestATakenPortIsReplaced imports an account beside another one whose instance has the
// port: ports are a matter of the machine.
func TestATakenPortIsReplaced(t *testing.T) {
	from, to := newSite(t, newDSN(t)).fill().fillInstances(), newSite(t, newDSN(t))
	file, _ := from.export(transfer.ExportOptions{Passphrase: passphrase})
	here := to.instance(30, closed, "here")
	to.update(func(tx *store.Tx) error {
		return firstOf(tx.InsertAccount(&store.Account{ID: closed, CreatedAt: now}), tx.InsertResource(here),
			take(tx, here, instance.PortPool, 31999))
	})
	if _, err := to.load(transfer.ImportOptions{Passphrase: passphrase, Account: other}, file); err != nil {
		t.Fatal(err)
	}
	want := map[string]int64{here.ID: 31999, "00000000-0000-4000-8000-000000000021": 22000}
	got := map[string]int64{}
	to.view(func(tx *store.Tx) error {
		all, err := tx.AddressesOf(instance.PortPool)
		for _, a := range all {
			got[a.Owner] = a.Number
		}
		return err
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ports (-want +got):\n%s", diff)
	}
}

func TestATakenPublicAddressIsRefused(t *testing.T) {
	from, to := newSite(t, newDSN(t)).fill().fillInstances(), newSite(t, newDSN(t))
	file, _ := from.export(transfer.ExportOptions{Passphrase: passphrase})
	here := to.instance(30, closed, "here")
	to.update(func(tx *store.Tx) error {
		return firstOf(tx.InsertAccount(&store.Account{ID: closed, CreatedAt: now}), tx.InsertResource(here),
			take(tx, here, instance.PublicPool, 0xc6120a28))
	})
	_, err := to.load(transfer.ImportOptions{Passphrase: passphrase, Account: other}, file)
	const want = "the public address 198.18.10.40 of the Instance mail (us-east-1) belongs to another resource of the store"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error: %v, want …%s", err, want)
	}
}

func TestImportRefusesAddresses(t *testing.T) {
	plain, _ := newSite(t, sqliteDSN(t)).fill().fillInstances().export(transfer.ExportOptions{})
	to := newSite(t, newDSN(t))
	for name, tc := range map[string]struct{ file, want string }{
		"in a file of version 1":   {replace(plain, `"version":2`, `"version":1`), "addresses are not in files of version 1"},
		"of an unknown pool":       {replace(plain, `"pool":"port"`, `"pool":"sport"`), `unknown pool of addresses "sport"`},
		"of another account":       {replace(plain, `"pool":"private/111122223333/`, `"pool":"private/444455556666/`), "unknown pool of addresses"},
		"of another region":        {replace(plain, `"pool":"private/111122223333/us-east-1`, `"pool":"private/111122223333/eu-west-1`), "of another region"},
		"of no region":             {replace(plain, `"pool":"private/111122223333/us-east-1`, `"pool":"private/111122223333/mars`), `unknown region "mars"`},
		"that are no ports":        {replace(plain, `"number":22000`, `"number":65536`), "the number 65536 is out of bounds"},
		"that are no addresses":    {replace(plain, `"number":3323071016`, `"number":-1`), "the number -1 is out of bounds"},
		"of what is not there":     {replace(plain, `"owner":"00000000-0000-4000-8000-000000000022"`, `"owner":"00000000-0000-4000-8000-000000000029"`), "has no resource"},
		"of a key pair":            {replace(plain, `"owner":"00000000-0000-4000-8000-000000000020"`, `"owner":"00000000-0000-4000-8000-000000000000"`), "has no resource"},
		"twice":                    {replace(plain, `"number":3323071015`, `"number":3323071016`), "belongs to another resource"},
		"of another account's own": {replace(plain, `{"record":"address","account":"444455556666"`, `{"record":"address","account":"777788889999"`), "has no resource"},
	} {
		t.Run(name, func(t *testing.T) {
			if tc.file == plain {
				t.Fatal("the change met nothing")
			}
			if _, err := to.load(transfer.ImportOptions{}, tc.file); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error: %v\nwant: …%s", err, tc.want)
			}
		})
	}
}

// TestDeletedAccountsFreeTheirAddresses: what an account had is free afterwards.
func TestDeletedAccountsFreeTheirAddresses(t *testing.T) {
	s := newSite(t, newDSN(t)).fill().fillInstances()
	s.update(func(tx *store.Tx) error { return tx.DeleteAccount(other) })
	s.view(func(tx *store.Tx) error {
		left, err := tx.Addresses("00000000-0000-4000-8000-000000000021")
		if len(left) > 0 {
			text, _ := json.Marshal(left)
			t.Errorf("%s are left", text)
		}
		return err
	})
}
