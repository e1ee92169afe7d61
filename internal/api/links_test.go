package api_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/families"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// addLink links two resources that are stored.
func (w *world) addLink(from *resource.Resource, role resource.Role, to *resource.Resource) {
	w.t.Helper()
	w.change(func(tx *store.Tx) error { return tx.InsertLink(from, role, to, []byte("{}")) })
}

// TestLinked_needsTheLink has an action on a static IP that must be attached.
func TestLinked_needsTheLink(t *testing.T) {
	ran := 0
	w := newWorld(t, api.New(func(*api.Call, *lightsail.DetachStaticIpInput) (*lightsail.DetachStaticIpOutput, error) {
		ran++
		return &lightsail.DetachStaticIpOutput{}, nil
	}, api.On(resource.StaticIP), api.Linked(resource.AttachedStaticIP)))
	ip := w.addResource(resource.StaticIP, "front")
	root := w.root(ours)
	detach := func(name string) error {
		_, err := root.DetachStaticIp(t.Context(), &lightsail.DetachStaticIpInput{StaticIpName: &name})
		return err
	}
	wantCode(t, detach("none"), "NotFoundException")
	wantCode(t, detach("front"), "OperationFailureException")
	if ran > 0 {
		t.Errorf("the action ran %d times without the link, want never", ran)
	}
	w.addLink(ip, resource.AttachedStaticIP, w.addResource(resource.Instance, "web"))
	wantCode(t, detach("front"), "")
	if ran != 1 {
		t.Errorf("the action ran %d times, want once", ran)
	}
}

// TestDeletes_blockedByALink has an action that deletes a disk, which an instance has.
func TestDeletes_blockedByALink(t *testing.T) {
	w := newWorld(t,
		api.New(func(c *api.Call, _ *lightsail.DeleteDiskInput) (*lightsail.DeleteDiskOutput, error) {
			_, err := c.Delete(c.Target())
			return &lightsail.DeleteDiskOutput{}, err
		}, api.Deletes(resource.Disk)),
		// One that does not declare what it does gets the same answer from Delete itself.
		api.New(func(c *api.Call, _ *lightsail.GetDiskInput) (*lightsail.GetDiskOutput, error) {
			_, err := c.Delete(c.Target())
			return nil, err
		}, api.On(resource.Disk)))
	disk, web := w.addResource(resource.Disk, "data"), w.addResource(resource.Instance, "web")
	w.addLink(disk, resource.AttachedDisk, web)
	root := w.root(ours)
	want := "the disk is still attached to a Lightsail instance: web"
	_, err := root.DeleteDisk(t.Context(), &lightsail.DeleteDiskInput{DiskName: new("data")})
	wantCode(t, err, "OperationFailureException")
	_, undeclared := root.GetDisk(t.Context(), &lightsail.GetDiskInput{DiskName: new("data")})
	for _, err := range []error{err, undeclared} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error: %v, want …%s", err, want)
		}
	}
	w.change(func(tx *store.Tx) error { return tx.DeleteLink(disk, disk.Linked(resource.AttachedDisk)) })
	_, err = root.DeleteDisk(t.Context(), &lightsail.DeleteDiskInput{DiskName: new("data")})
	wantCode(t, err, "")
}

// TestLink_ofWhatCannotBeLinked has an action that forgets what the roles say: that is an internal error, and nothing is
// stored.
func TestLink_ofWhatCannotBeLinked(t *testing.T) {
	role := resource.AttachedStaticIP
	w := newWorld(t, api.New(func(c *api.Call, _ *lightsail.AttachStaticIpInput) (*lightsail.AttachStaticIpOutput, error) {
		ip, web := &instance.StaticIP{}, &instance.Instance{}
		ip.Resource, web.Resource = c.Target(resource.StaticIP), c.Target(resource.Instance)
		return &lightsail.AttachStaticIpOutput{}, c.Link(ip, role, web, resource.NoDoc)
	}, api.On(resource.StaticIP), api.On(resource.Instance)))
	for _, name := range []string{"front", "spare"} {
		w.addResource(resource.StaticIP, name)
	}
	for _, name := range []string{"web", "mail"} {
		w.addResource(resource.Instance, name)
	}
	root := w.root(ours)
	attach := func(ip, to string) error {
		_, err := root.AttachStaticIp(t.Context(), &lightsail.AttachStaticIpInput{StaticIpName: &ip, InstanceName: &to})
		return err
	}
	wantCode(t, attach("front", "web"), "")
	wantCode(t, attach("front", "mail"), "ServiceException")
	wantCode(t, attach("spare", "web"), "ServiceException")
	role = resource.AttachedDisk
	wantCode(t, attach("spare", "mail"), "ServiceException")
	n := 0
	w.change(func(tx *store.Tx) error {
		return tx.EachLink("", func(store.StoredLink) error {
			n++
			return nil
		})
	})
	if n != 1 {
		t.Errorf("%d links are stored, want 1", n)
	}
	for _, want := range []string{"has a link of the role attachedStaticIp already", `the role \"attachedDisk\" does not link a StaticIp to a Instance`} {
		if !strings.Contains(w.log.String(), want) {
			t.Errorf("log: got %s, want %q in it", w.log, want)
		}
	}
}

// TestNewPipeline_panicsWithoutRoles makes pipelines of actions whose families do not say what links mean.
func TestNewPipeline_panicsWithoutRoles(t *testing.T) {
	for name, want := range map[string]string{
		"DetachDisk": "DetachDisk needs a link of the role attachedDisk", "DeleteDisk": "DeleteDisk deletes what a link of the role attachedDisk blocks",
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.Contains(got, want) {
					t.Errorf("panic = %s, want %q in it", got, want)
				}
			}()
			o := api.Options{Log: slog.New(slog.DiscardHandler)}
			for _, a := range families.All(families.Deps{}).Actions {
				if a.Name() == name {
					o.Actions = append(o.Actions, a)
				}
			}
			api.NewPipeline(o)
		})
	}
}
