package instance

import (
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/kind/audit"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// checkDiskLink wants a disk in use, in the zone of the instance, at a path that no other disk
// has.
func checkDiskLink(_ resource.Role, from, to *resource.Resource, doc []byte) error {
	d, i, a := &Disk{}, &Instance{}, Attachment{}
	if err := errors.Join(d.Open(from), i.Open(to)); err != nil {
		return err
	}
	if audit.Decode(doc, &a) != nil || !diskPath.MatchString(a.Path) {
		return errors.New("doc: the path of the disk is not valid")
	}
	device, _ := Device(a.Path)
	switch {
	case i.HasDevice(device):
		return fmt.Errorf("doc: two disks have the path %s", a.Path)
	case from.Zone != to.Zone:
		return errors.New("the disk and the instance are in different zones")
	case d.State(d.Priv.Settled()) != types.DiskStateInUse:
		return errors.New("the plan of the disk does not end in the state in-use")
	}
	return nil
}

// checkStaticIPLink wants an instance that has no other public IPv4 address.
func checkStaticIPLink(_ resource.Role, _, to *resource.Resource, doc []byte) error {
	i := &Instance{}
	switch err := i.Open(to); {
	case err != nil:
		return err
	case string(doc) != string(resource.NoDoc):
		return errors.New("doc: there is nothing to say of an attached static IP")
	case i.Doc.IpAddressType == types.IpAddressTypeIpv6:
		return errors.New("the instance has no IPv4")
	case i.Doc.PublicIpAddress != nil:
		return errors.New("the instance has a public IPv4 address of its own")
	}
	return nil
}
