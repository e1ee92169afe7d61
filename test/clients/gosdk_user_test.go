//go:build clients

package clients

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	smithy "github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// A user works in one region.
type user struct {
	*lightsail.Client
	t      *testing.T
	region string
}

func newUser(t *testing.T, c *lightsail.Client) *user {
	return &user{c, t, c.Options().Region}
}

// zone is the region's first availability zone.
func (u *user) zone() string { return u.region + "a" }

// An action is a method of the client.
type action[I, O any] = func(context.Context, *I, ...func(*lightsail.Options)) (*O, error)

// do calls an action that is to succeed.
func do[I, O any](u *user, a action[I, O], in *I) *O {
	u.t.Helper()
	out, err := a(u.t.Context(), in)
	if err != nil {
		u.t.Fatal(err)
	}
	return out
}

// refused calls an action that is to fail.
func refused[I, O any](u *user, a action[I, O], in *I, want smithy.APIError) {
	u.t.Helper()
	_, err := a(u.t.Context(), in)
	wantError(u.t, err, want)
}

// notNow is the refusal of what a state does not admit.
func notNow(message string) smithy.APIError {
	return &types.OperationFailureException{Code: new("InvalidState"), Message: &message}
}

// poll reads until the result is good.
func poll[T any](u *user, read func() T, good func(T) bool) T {
	u.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		got := read()
		if good(got) {
			return got
		}
		if time.Now().After(end) {
			u.t.Fatalf("it is still %+v", got)
		}
	}
}

// record is what an operation's record says.
type record struct {
	action string
	kind   types.ResourceType
	name   string
	// zone is "all" if it is "".
	zone    string
	details *string
}

// wantRecord checks the record of an operation that is done, or of one that is begun.
func (u *user) wantRecord(got types.Operation, r record, done bool) {
	u.t.Helper()
	if r.zone == "" {
		r.zone = "all"
	}
	status := types.OperationStatusStarted
	if done {
		status = types.OperationStatusSucceeded
	}
	want := types.Operation{
		ResourceName: &r.name, ResourceType: r.kind, OperationType: types.OperationType(r.action), OperationDetails: r.details,
		Location:   &types.ResourceLocation{AvailabilityZone: &r.zone, RegionName: types.RegionName(u.region)},
		IsTerminal: &done, Status: status,
	}
	opts := cmp.Options{ignoreUnexported, cmpopts.IgnoreFields(types.Operation{}, "Id", "CreatedAt", "StatusChangedAt")}
	if diff := cmp.Diff(want, got, opts); diff != "" {
		u.t.Errorf("operation: -want +got\n%s", diff)
	}
	if got.Id == nil || !uuidForm.MatchString(*got.Id) {
		u.t.Errorf("operation id = %v", got.Id)
	}
	wantRecent(u.t, got.CreatedAt)
	wantRecent(u.t, got.StatusChangedAt)
}

func (u *user) wantDone(got []types.Operation, want ...record) {
	u.t.Helper()
	u.wantRecords(got, want, true)
}

// wantStarted checks operations that are begun, and polls them until they are done.
func (u *user) wantStarted(got []types.Operation, want ...record) {
	u.t.Helper()
	u.wantRecords(got, want, false)
	for n, op := range got {
		read := func() types.Operation {
			return *do(u, u.GetOperation, &lightsail.GetOperationInput{OperationId: op.Id}).Operation
		}
		end := poll(u, read, func(o types.Operation) bool { return *o.IsTerminal })
		u.wantRecord(end, want[n], true)
		if !end.CreatedAt.Equal(*op.CreatedAt) || !end.StatusChangedAt.After(*op.StatusChangedAt) {
			u.t.Errorf("%s changed at %v, made at %v", want[n].action, end.StatusChangedAt, op.CreatedAt)
		}
	}
}

func (u *user) wantRecords(got []types.Operation, want []record, done bool) {
	u.t.Helper()
	if len(got) != len(want) {
		u.t.Fatalf("there are %d operations, want %d", len(got), len(want))
	}
	for n := range want {
		u.wantRecord(got[n], want[n], done)
	}
}

// onInstance is the record of an operation on an instance.
func (u *user) onInstance(action, name string, details ...string) record {
	return withDetails(record{action: action, kind: types.ResourceTypeInstance, name: name, zone: u.zone()}, details)
}

// onDisk is the record of an operation on a disk.
func (u *user) onDisk(action, name string, details ...string) record {
	return withDetails(record{action: action, kind: types.ResourceTypeDisk, name: name, zone: u.zone()}, details)
}

func withDetails(r record, details []string) record {
	if len(details) > 0 {
		r.details = &details[0]
	}
	return r
}

// input asks for Debian on the smallest bundle.
func (u *user) input(names ...string) *lightsail.CreateInstancesInput {
	return &lightsail.CreateInstancesInput{
		InstanceNames: names, AvailabilityZone: new(u.zone()), BlueprintId: new("debian_12"), BundleId: new(nano(u.region)),
	}
}

// run creates instances and waits until they run.
func (u *user) run(names ...string) {
	u.t.Helper()
	do(u, u.CreateInstances, u.input(names...))
	for _, name := range names {
		u.await(name, "running")
	}
}

func (u *user) instance(name string) *types.Instance {
	u.t.Helper()
	return do(u, u.GetInstance, &lightsail.GetInstanceInput{InstanceName: &name}).Instance
}

func (u *user) await(name, state string) *types.Instance {
	u.t.Helper()
	return poll(u, func() *types.Instance { return u.instance(name) }, func(i *types.Instance) bool { return *i.State.Name == state })
}

// stop stops an instance and waits until it is.
func (u *user) stop(name string) {
	u.t.Helper()
	do(u, u.StopInstance, &lightsail.StopInstanceInput{InstanceName: &name})
	u.await(name, "stopped")
}

func (u *user) disk(name string) *types.Disk {
	u.t.Helper()
	return do(u, u.GetDisk, &lightsail.GetDiskInput{DiskName: &name}).Disk
}

// createDisk creates a disk and waits until it is available.
func (u *user) createDisk(name string, sizeInGB int32) *types.Disk {
	u.t.Helper()
	do(u, u.CreateDisk, &lightsail.CreateDiskInput{DiskName: &name, AvailabilityZone: new(u.zone()), SizeInGb: &sizeInGB})
	return u.awaitDisk(name)
}

func (u *user) awaitDisk(name string) *types.Disk {
	u.t.Helper()
	return poll(u, func() *types.Disk { return u.disk(name) }, func(d *types.Disk) bool { return d.State == types.DiskStateAvailable })
}
