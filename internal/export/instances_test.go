package export_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/codec"
	"github.com/lanyard-cloud/lanyard/internal/driver/machine"
	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// fillInstances adds an instance to each of two accounts, and a static IP.
func (s *site) fillInstances() *site {
	s.t.Helper()
	s.update(func(tx *store.Tx) error {
		web, mail, ip := s.instance(20, root, "site", "198.18.10.39"), s.instance(21, other, "mail", "198.18.10.40"), staticIP(22, root, "front", "198.18.10.41")
		return firstOf(
			tx.InsertResource(web), tx.InsertResource(mail), tx.InsertResource(ip), take(tx, ip, instance.PublicPool, 0xc6120a29),
			take(tx, web, instance.PortPool, 22000), take(tx, web, instance.PrivatePool(root, region), 0xac1a0a27), take(tx, web, instance.PublicPool, 0xc6120a27),
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

// ec2ID is what support codes end in.
func ec2ID(id string) string {
	sum := sha256.Sum256([]byte(id))
	return "0" + hex.EncodeToString(sum[:8])
}

const userData = "#!/bin/sh\nexport DB_PASSWORD=hunter2\n"

func (s *site) instance(n int, account, name, address string) *resource.Resource {
	r := newResource(n, account, name, resource.Instance)
	host, err := machine.NewHostKeys("")
	if err != nil {
		s.t.Fatal(err)
	}
	sealed, err := instance.SealKeys(s.sealer, r, instance.Keys{HostKeys: string(host), UserData: userData})
	if err != nil {
		s.t.Fatal(err)
	}
	arn, code := r.ARN(), r.SupportCode("i-"+ec2ID(r.ID))
	i := instance.New(r, types.Instance{
		Arn: &arn, Name: &r.Name, CreatedAt: &r.CreatedAt, Location: r.Location(), SupportCode: &code, ResourceType: types.ResourceTypeInstance,
		BlueprintId: new("debian_12"), BlueprintName: new("Debian"), BundleId: new("nano_3_0"), Username: new("admin"), SshKeyName: new("web"),
		Hardware: &types.InstanceHardware{CpuCount: new(int32(2)), RamSizeInGb: new(float32(0.5)), Disks: []types.Disk{{
			IsSystemDisk: new(true), Path: new("/dev/xvda"), SizeInGb: new(int32(20)), AttachedTo: &r.Name,
		}}},
		IpAddressType: types.IpAddressTypeIpv4, PublicIpAddress: &address, PrivateIpAddress: new("172.26.10.39"),
		Ipv6Addresses: []string{}, MetadataOptions: &types.InstanceMetadataOptions{
			HttpEndpoint: "enabled", HttpProtocolIpv6: "disabled", HttpPutResponseHopLimit: new(int32(1)), HttpTokens: "optional", State: "applied",
		},
		Networking: &types.InstanceNetworking{MonthlyTransfer: &types.MonthlyTransfer{GbPerMonthAllocated: new(int32(1024))}},
	}, instance.Priv{})
	i.SetPorts([]types.PortInfo{{FromPort: 22, ToPort: 22, Protocol: "tcp", Cidrs: []string{"0.0.0.0/0"}}})
	i.Priv.Plan, i.Priv.Sealed, i.Priv.AuthorizedKey = resource.Plan{}.Then(now, instance.Running), sealed, edLine
	if err := i.Pack(); err != nil {
		s.t.Fatal(err)
	}
	return r
}

func staticIP(n int, account, name, address string) *resource.Resource {
	r := newResource(n, account, name, resource.StaticIP)
	r.Zone = "all"
	arn, code := r.ARN(), r.SupportCode(address)
	r.Priv, r.Doc = []byte("{}"), codec.Encode(&types.StaticIp{
		Arn: &arn, Name: &r.Name, CreatedAt: &r.CreatedAt, Location: r.Location(), SupportCode: &code, ResourceType: types.ResourceTypeStaticIp,
		IpAddress: &address,
	})
	return r
}

func TestImport_instancesWithAddressesAndKeys(t *testing.T) {
	from, to := newSite(t, newDSN(t)).fill().fillInstances(), newSite(t, newDSN(t))
	file, exported := from.export(export.Options{Passphrase: passphrase})
	imported, err := to.load(export.ImportOptions{Passphrase: passphrase}, file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(from.contents(), to.contents()); diff != "" {
		t.Errorf("contents (-from +to):\n%s", diff)
	}
	if exported.Addresses != 7 || imported.Addresses != 7 || len(imported.NewSecrets) != 0 {
		t.Errorf("exported %+v, imported %+v, want 7 addresses and no new host keys", exported, imported)
	}
}

// TestImport_newHostKeysWithoutSecrets: an instance is of use without the keys that
// it had.
func TestImport_newHostKeysWithoutSecrets(t *testing.T) {
	from, to := newSite(t, newDSN(t)).fill().fillInstances(), newSite(t, newDSN(t))
	file, _ := from.export(export.Options{})
	imported, err := to.load(export.ImportOptions{}, file)
	if err != nil {
		t.Fatal(err)
	}
	if imported.NewSecrets[resource.Instance] != 2 || imported.Addresses != 7 {
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
		if !strings.Contains(keys.HostKeys, "PRIVATE KEY") || keys.AuthoritySeed == [32]byte{} || keys.UserData != "" {
			t.Errorf("keys of the instance: %+v, want new ones and no user data", keys)
		}
		return err
	})
}

// TestImport_replacesTakenPort imports an account beside another one whose instance has the
// port: ports are a matter of the machine.
func TestImport_replacesTakenPort(t *testing.T) {
	from, to := newSite(t, newDSN(t)).fill().fillInstances(), newSite(t, newDSN(t))
	file, _ := from.export(export.Options{Passphrase: passphrase})
	here := to.instance(30, closed, "here", "198.18.10.40")
	to.update(func(tx *store.Tx) error {
		return firstOf(tx.InsertAccount(&store.Account{ID: closed, CreatedAt: now}), tx.InsertResource(here),
			take(tx, here, instance.PortPool, 31999))
	})
	if _, err := to.load(export.ImportOptions{Passphrase: passphrase, Account: other}, file); err != nil {
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

func TestImport_takenPublicAddress(t *testing.T) {
	from, to := newSite(t, newDSN(t)).fill().fillInstances(), newSite(t, newDSN(t))
	file, _ := from.export(export.Options{Passphrase: passphrase})
	here := to.instance(30, closed, "here", "198.18.10.40")
	to.update(func(tx *store.Tx) error {
		return firstOf(tx.InsertAccount(&store.Account{ID: closed, CreatedAt: now}), tx.InsertResource(here),
			take(tx, here, instance.PublicPool, 0xc6120a28))
	})
	_, err := to.load(export.ImportOptions{Passphrase: passphrase, Account: other}, file)
	const want = "the public address 198.18.10.40 of the Instance mail (us-east-1) belongs to another resource of the store"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error: %v, want …%s", err, want)
	}
}

func TestImport_invalidAddresses(t *testing.T) {
	plain, _ := newSite(t, sqliteDSN(t)).fill().fillInstances().export(export.Options{})
	to := newSite(t, newDSN(t))
	for name, tc := range map[string]struct{ file, want string }{
		"in a file of version 1":    {replace(plain, `"version":3`, `"version":1`), "addresses are not in files of version 1"},
		"of an unknown pool":        {replace(plain, `"pool":"port"`, `"pool":"sport"`), `unknown pool of addresses "sport"`},
		"of another account":        {replace(plain, `"pool":"private/111122223333/`, `"pool":"private/444455556666/`), "unknown pool of addresses"},
		"of another region":         {replace(plain, `"pool":"private/111122223333/us-east-1`, `"pool":"private/111122223333/eu-west-1`), "Instance site: it has no private address, by its document"},
		"of no region":              {replace(plain, `"pool":"private/111122223333/us-east-1`, `"pool":"private/111122223333/mars`), `unknown region "mars"`},
		"that are no ports":         {replace(plain, `"number":22000`, `"number":65536`), "the port 65536 is not from 22000 to 31999"},
		"of the server's own ports": {replace(plain, `"number":22000`, `"number":4555`), "the port 4555 is not from 22000 to 31999"},
		"that no server gives":      {replace(plain, `"number":3323071015`, `"number":3232235777`), "no server gives the public address 192.168.1.1"},
		"of this machine":           {replace(plain, `"number":3323071015`, `"number":2130706433`), "no server gives the public address 127.0.0.1"},
		"of a foreign network":      {replace(plain, `"number":2887387687`, `"number":167772161`), "no server gives the private address 10.0.0.1"},
		"that a document lacks":     {replace(plain, `"number":3323071015`, `"number":3323071018`), "Instance site: its document has the address 198.18.10.39, not 198.18.10.42"},
		"that are not all there":    {without(plain, `"number":22000`), "Instance site: doc: its port has no record"},
		"that are no addresses":     {replace(plain, `"number":3323071016`, `"number":-1`), "the number -1 is out of bounds"},
		"of what is not there":      {replace(plain, `"owner":"00000000-0000-4000-8000-000000000022"`, `"owner":"00000000-0000-4000-8000-000000000029"`), "has no resource"},
		"of a key pair":             {replace(plain, `"owner":"00000000-0000-4000-8000-000000000020"`, `"owner":"00000000-0000-4000-8000-000000000000"`), "has no resource"},
		"twice":                     {strings.ReplaceAll(strings.ReplaceAll(plain, "198.18.10.40", "198.18.10.39"), `"number":3323071016`, `"number":3323071015`), "belongs to another resource"},
		"of another account's own":  {replace(plain, `{"record":"address","account":"444455556666"`, `{"record":"address","account":"777788889999"`), "has no resource"},
	} {
		t.Run(name, func(t *testing.T) {
			if tc.file == plain {
				t.Fatal("the change met nothing")
			}
			if _, err := to.load(export.ImportOptions{}, tc.file); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error: %v\nwant: …%s", err, tc.want)
			}
		})
	}
}

// without leaves the line out that a text is in, and counts anew.
func without(file, text string) string {
	file = replaceRegexp(file, `(?m)^.*`+regexp.QuoteMeta(text)+`.*\n`, "")
	return replace(file, `"addresses":7`, `"addresses":6`)
}

// TestImport_afterDeletedAccount: what an account had is free afterwards.
func TestImport_afterDeletedAccount(t *testing.T) {
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
