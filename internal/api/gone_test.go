package api_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/families/account"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/quota"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

const deleting = "deleting"

// slowDisks are actions on disks, of which a deletion takes a minute.
func slowDisks() []api.Action {
	return append(account.Declare(account.Deps{}).Actions,
		api.New(func(c *api.Call, in *lightsail.CreateDiskInput) (*lightsail.CreateDiskOutput, error) {
			return &lightsail.CreateDiskOutput{}, c.Insert(instance.NewDisk(c.New(resource.Disk, *in.DiskName), *in.SizeInGb, nil))
		}, api.Creates(resource.Disk)),
		api.New(func(c *api.Call, _ *lightsail.GetDiskInput) (*lightsail.GetDiskOutput, error) {
			d, err := api.Show[instance.Disk, types.Disk](c)
			return &lightsail.GetDiskOutput{Disk: d}, err
		}, api.On(resource.Disk)),
		api.New(func(c *api.Call, in *lightsail.GetDisksInput) (*lightsail.GetDisksOutput, error) {
			list, next, err := api.List[instance.Disk, types.Disk](c, in.PageToken)
			return &lightsail.GetDisksOutput{Disks: list, NextPageToken: next}, err
		}, api.Of(resource.Disk)),
		api.New(deleteSlowly, api.On(resource.Disk)))
}

func deleteSlowly(c *api.Call, _ *lightsail.DeleteDiskInput) (*lightsail.DeleteDiskOutput, error) {
	d, err := api.Target[instance.Disk](c)
	if err != nil {
		return nil, err
	}
	if d.State(c.Now) == deleting {
		return nil, api.WrongState("delete", "disk", deleting)
	}
	d.Priv.Plan = d.Priv.Plan.Then(c.Now, deleting)
	d.Resource.Begin()
	if err := c.Save(d); err != nil {
		return nil, err
	}
	op, err := c.DeleteAt(d.Resource, c.Now.Add(time.Minute))
	return &lightsail.DeleteDiskOutput{Operations: []types.Operation{*op}}, err
}

// disks is a world with slowDisks.
type disks struct {
	*world
	*lightsail.Client
}

func newDisks(t *testing.T) *disks {
	t.Helper()
	w := newWorld(t, slowDisks()...)
	return &disks{w, w.root(ours)}
}

func (d *disks) create(name string, tags ...string) error {
	_, err := d.CreateDisk(d.t.Context(), &lightsail.CreateDiskInput{
		DiskName: &name, AvailabilityZone: new("us-east-1a"), SizeInGb: new(int32(8)), Tags: pairs(tags...),
	})
	return err
}

func (d *disks) remove(c *lightsail.Client, name string) (*types.Operation, error) {
	out, err := c.DeleteDisk(d.t.Context(), &lightsail.DeleteDiskInput{DiskName: &name})
	if err != nil {
		return nil, err
	}
	return &out.Operations[0], nil
}

// wantListed wants the lists of disks and of names to have these, in the state.
func (d *disks) wantListed(state types.DiskState, names ...string) {
	d.t.Helper()
	list, err := d.GetDisks(d.t.Context(), &lightsail.GetDisksInput{})
	active, failed := d.GetActiveNames(d.t.Context(), &lightsail.GetActiveNamesInput{})
	if err := errors.Join(err, failed); err != nil {
		d.t.Fatal(err)
	}
	var got []string
	for _, disk := range list.Disks {
		got = append(got, *disk.Name)
		if disk.State != state {
			d.t.Errorf("state of the disk %s in the list = %q, want %q", *disk.Name, disk.State, state)
		}
	}
	if !slices.Equal(got, names) || !slices.Equal(active.ActiveNames, names) {
		d.t.Errorf("disks = %v, active names = %v, want %v for both", got, active.ActiveNames, names)
	}
}

// TestDeleteAt_isThereUntilThen deletes a disk that is gone in a minute.
func TestDeleteAt_isThereUntilThen(t *testing.T) {
	d := newDisks(t)
	d.quotas[quota.Disks] = 1
	wantCode(t, d.create("data", "team", "web"), "")
	ofTeam := d.user("web", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lightsail:DeleteDisk","Resource":"*",
		"Condition":{"StringEquals":{"aws:ResourceTag/team":"web"}}}]}`)
	op, err := d.remove(ofTeam, "data")
	wantCode(t, err, "")
	operation := func(want types.OperationStatus) {
		t.Helper()
		out, err := d.GetOperation(t.Context(), &lightsail.GetOperationInput{OperationId: op.Id})
		wantCode(t, err, "")
		wantOperation(t, out.Operation, want)
	}
	operation(types.OperationStatusStarted)

	d.now = d.now.Add(time.Minute - time.Millisecond)
	operation(types.OperationStatusStarted)
	d.wantListed(deleting, "data")
	_, err = d.remove(ofTeam, "data") // the tag gives the right, and the state refuses
	wantCode(t, err, "OperationFailureException")
	wantCode(t, d.create("data"), "InvalidInputException")
	wantCode(t, d.create("other"), "InvalidInputException") // the quota
	_, err = d.TagResource(t.Context(), &lightsail.TagResourceInput{ResourceName: new("data"), Tags: pairs("late", "")})
	wantCode(t, err, "")

	d.now = d.now.Add(time.Millisecond)
	operation(types.OperationStatusSucceeded)
	d.wantListed("")
	_, err = d.GetDisk(t.Context(), &lightsail.GetDiskInput{DiskName: new("data")})
	wantCode(t, err, "NotFoundException")
	_, err = d.remove(ofTeam, "data")
	wantCode(t, err, denied)
	wantCode(t, d.create("other"), "")
	d.wantListed("", "other")
}

// TestDeleteAt_freesTheName makes a disk of the name of one that is gone, and sets the clock back.
func TestDeleteAt_freesTheName(t *testing.T) {
	d := newDisks(t)
	for _, name := range []string{"data", "more"} {
		wantCode(t, d.create(name, "team", "web"), "")
		_, err := d.remove(d.Client, name)
		wantCode(t, err, "")
	}
	d.now = d.now.Add(time.Minute)
	wantCode(t, d.create("data"), "")
	d.wantListed("", "data")
	got, err := d.GetDisk(t.Context(), &lightsail.GetDiskInput{DiskName: new("data")})
	wantCode(t, err, "")
	if len(got.Disk.Tags) > 0 {
		t.Errorf("tags of the new disk = %v, want none", got.Disk.Tags)
	}
	wantCode(t, d.create("data"), "InvalidInputException")
	d.now = d.now.Add(-time.Second)
	again, err := d.GetDisk(t.Context(), &lightsail.GetDiskInput{DiskName: new("data")})
	wantCode(t, err, "")
	if *again.Disk.Arn != *got.Disk.Arn {
		t.Errorf("the disk of the name is %s after the clock was set back, want the new one", *again.Disk.Arn)
	}
	_, err = d.remove(d.Client, "more") // it is there again
	wantCode(t, err, "OperationFailureException")
}

// TestDelete_ofAKindWithAnEngine keeps the row of a database, which no call sees.
func TestDelete_ofAKindWithAnEngine(t *testing.T) {
	w := newWorld(t, append(account.Declare(account.Deps{}).Actions,
		api.New(func(c *api.Call, in *lightsail.CreateRelationalDatabaseInput) (*lightsail.CreateRelationalDatabaseOutput, error) {
			return &lightsail.CreateRelationalDatabaseOutput{}, c.Tx.InsertResource(c.New(resource.RelationalDatabase, *in.RelationalDatabaseName))
		}, api.Creates(resource.RelationalDatabase)),
		api.New(func(c *api.Call, _ *lightsail.DeleteRelationalDatabaseInput) (*lightsail.DeleteRelationalDatabaseOutput, error) {
			op, err := c.Delete(c.Target(resource.RelationalDatabase))
			return &lightsail.DeleteRelationalDatabaseOutput{Operations: []types.Operation{*op}}, err
		}, api.On(resource.RelationalDatabase)))...)
	r := w.addResource(resource.RelationalDatabase, "main")
	var touched store.Touched
	w.committed = func(t store.Touched) { touched = t }
	c := w.root(ours)
	remove := func() (*lightsail.DeleteRelationalDatabaseOutput, error) {
		return c.DeleteRelationalDatabase(t.Context(), &lightsail.DeleteRelationalDatabaseInput{RelationalDatabaseName: new("main")})
	}
	out, err := remove()
	wantCode(t, err, "")
	wantOperation(t, &out.Operations[0], types.OperationStatusSucceeded)
	if want := []store.TouchedResource{{ID: r.ID, Kind: r.Kind}}; !slices.Equal(touched.Resources, want) {
		t.Errorf("touched = %v, want %v", touched.Resources, want)
	}
	_, err = remove()
	wantCode(t, err, "NotFoundException")
	_, err = c.CreateRelationalDatabase(t.Context(), &lightsail.CreateRelationalDatabaseInput{
		RelationalDatabaseName: new("main"), RelationalDatabaseBlueprintId: new("mysql_8_0"), RelationalDatabaseBundleId: new("micro_1_0"),
		MasterDatabaseName: new("main"), MasterUsername: new("admin"),
	})
	wantCode(t, err, "")
	w.change(func(tx *store.Tx) error {
		tx.SetNow(w.now)
		all, err := tx.Revisions(resource.RelationalDatabase)
		if len(all) != 2 {
			t.Errorf("rows of databases = %d, want the new one and the one that is gone", len(all))
		}
		gone, failed := tx.ResourceByID(r.ID)
		if failed == nil && !gone.Gone(w.now) {
			t.Errorf("the deleted database is gone at %v, want %v or earlier", gone.GoneAt, w.now)
		}
		return errors.Join(err, failed)
	})
}
