// Package instance says what stored instances are, and the kinds that depend on them: disks,
// snapshots, static IPs and the records of exports. It has their documents, lifecycles and
// import checks.
//
// The families of actions, the listeners of instances and the command line meet here. It
// changes no store and knows no action.
package instance

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// The states of an instance. Names and codes are EC2's.
const (
	Pending  = "pending"
	Running  = "running"
	Stopping = "stopping"
	Stopped  = "stopped"
)

var codes = map[string]int32{Pending: 0, Running: 16, Stopping: 64, Stopped: 80}

// Instance is a stored instance, opened.
type Instance struct {
	resource.Record[types.Instance, Priv, *types.Instance]
	// disks and static are what is attached, as the links said when the instance was opened.
	disks  []types.Disk
	static *StaticIP
}

// Priv is what Lanyard knows of an instance and the API never shows.
type Priv struct {
	resource.Planned
	// AuthorizedKey is the OpenSSH line that was installed when the instance was made: a
	// key pair that is deleted later still opens it.
	AuthorizedKey string `json:"authorizedKey"`
	// PlainUserData is the launch script as earlier versions kept it. SealPlain moves it
	// into Sealed.
	PlainUserData string `json:"userData,omitempty"`
	// Sealed are the instance's Keys, sealed.
	Sealed []byte `json:"sealed,omitempty"`
	// HostKeysForgotten is when DeleteKnownHostKeys was called last.
	HostKeysForgotten time.Time `json:"hostKeysForgotten,omitzero"`
	// KnownFrom is when, after the last start, the public address and the host keys are
	// known: not before the instance runs.
	KnownFrom time.Time `json:"knownFrom,omitzero"`
	// FormerStaticIP is the name of the static IP that is attached, as earlier versions kept
	// it. Now there is a link.
	FormerStaticIP string `json:"staticIp,omitempty"`
	// AutoSnapshot is the instance's automatic snapshots, when they were ever on.
	AutoSnapshot *AutoSnapshot `json:"autoSnapshot,omitempty"`
	// FormerBundle is the bundle of an earlier generation that an update replaced.
	FormerBundle string `json:"formerBundle,omitempty"`
	// PasswordFrom is when a Windows instance's password can be read.
	PasswordFrom time.Time `json:"passwordFrom,omitzero"`
	// PlainCiphertext is Keys.EncryptedPassword as earlier versions kept it. SealPlain moves it
	// into Sealed.
	PlainCiphertext string `json:"encryptedPassword,omitempty"`
}

// maxHistory is how many steps of its plan an instance remembers.
const maxHistory = 64

// Load opens a stored instance.
func Load(r *resource.Resource) (*Instance, error) {
	i := &Instance{}
	return i, i.Open(r)
}

// Open reads a stored instance, with what is attached to it.
func (i *Instance) Open(r *resource.Resource) error {
	if err := i.Record.Open(r); err != nil {
		return err
	}
	return i.openLinks()
}

func (i *Instance) openLinks() error {
	i.disks, i.static = nil, nil
	for _, l := range i.Resource.Links {
		switch l.Role {
		case resource.AttachedStaticIP:
			i.static = &StaticIP{}
			if err := i.static.OpenDoc(l.Other); err != nil {
				return err
			}
		case resource.AttachedDisk:
			d := &Disk{}
			if err := d.OpenDoc(l.Other); err != nil {
				return err
			}
			d.Doc.State = types.DiskStateInUse
			showAttachment(&d.Doc, i.Resource.Name, attachmentOf(&l))
			i.disks = append(i.disks, d.Doc)
		}
	}
	return nil
}

// New returns an instance that is not stored yet.
func New(r *resource.Resource, doc types.Instance, priv Priv) *Instance {
	i := &Instance{}
	i.Resource, i.Doc, i.Priv = r, doc, priv
	return i
}

// Kind is resource.Instance.
func (*Instance) Kind() resource.Kind { return resource.Instance }

// SupportSuffix is the id of the EC2 instance.
func (i *Instance) SupportSuffix() string { return "i-" + ec2ID(i.Resource.ID) }

// Pack writes the documents into the row, without what Show adds.
func (i *Instance) Pack() error {
	doc := i.Doc
	doc.State, doc.AddOns, doc.Tags, doc.IsStaticIp = nil, nil, nil, nil
	return i.PackDoc(doc)
}

// AutoSnapshots is the setting of automatic snapshots; it may be changed.
func (i *Instance) AutoSnapshots() **AutoSnapshot { return &i.Priv.AutoSnapshot }

// AttachedDisks are what an automatic snapshot holds besides the system disk.
func (i *Instance) AttachedDisks() []types.AttachedDisk {
	attached := []types.AttachedDisk{}
	for _, d := range i.Disks() {
		attached = append(attached, types.AttachedDisk{Path: d.Path, SizeInGb: d.SizeInGb})
	}
	return attached
}

// State is the instance's state at a moment.
func (i *Instance) State(now time.Time) string { return i.Resource.Status(i.Priv.Plan, now).State }

// Runs reports whether the instance runs.
func (i *Instance) Runs(now time.Time) bool { return i.State(now) == Running }

// Enter adds a plan that begins now. What was planned for later is dropped, and of a long
// history the oldest part.
func (i *Instance) Enter(steps resource.Plan) {
	i.Priv.Plan = i.Priv.Plan.Followed(steps, maxHistory)
	i.Resource.Begin()
}

// BootedAt is when a running instance was started or rebooted last.
func (i *Instance) BootedAt(now time.Time) time.Time { return i.Priv.Plan.At(now).At }

// WireState is the state as the API shows it.
func WireState(state string) *types.InstanceState {
	code := codes[state]
	return &types.InstanceState{Code: &code, Name: &state}
}

// Show is the instance as the API shows it at a moment.
func (i *Instance) Show(now time.Time) *types.Instance {
	doc := i.Doc
	state := i.State(now)
	doc.State, doc.AddOns, doc.Tags = WireState(state), i.Priv.AutoSnapshot.AddOns(now), i.Resource.Tags
	doc.Networking = i.shownNetworking()
	doc.PublicIpAddress, doc.IsStaticIp = i.ShownAddress(now), new(i.static != nil)
	if len(i.disks) > 0 {
		hardware := *doc.Hardware
		hardware.Disks = append(slices.Clip(hardware.Disks), i.disks...)
		doc.Hardware = &hardware
	}
	return &doc
}

// ShownAddress is the public IPv4 address as the API shows it at a moment; nil if there
// is none. A pending or stopped instance has only a static IP (ansible/ansible issue
// 68104 for pending ones).
func (i *Instance) ShownAddress(now time.Time) *string {
	if i.static != nil {
		return i.static.Doc.IpAddress
	}
	state := i.State(now)
	if state == Pending || state == Stopped || now.Before(i.Priv.KnownFrom) {
		return nil
	}
	return i.Doc.PublicIpAddress
}

// Disks are the attached disks, without the system disk.
func (i *Instance) Disks() []types.Disk { return slices.Clone(i.disks) }

// HasDevice reports whether an attached disk is at a device.
func (i *Instance) HasDevice(device string) bool {
	return slices.ContainsFunc(i.disks, func(d types.Disk) bool {
		taken, ok := Device(*d.Path)
		return ok && taken == device
	})
}

// StaticIP is the link to the static IP that is attached; nil if there is none.
func (i *Instance) StaticIP() *resource.Link { return i.Resource.Linked(resource.AttachedStaticIP) }

// Hostname is the name that an instance gives itself, as on EC2.
func (i *Instance) Hostname() string { return hostname(i.Doc.PrivateIpAddress, i.Resource.ID) }

func hostname(address *string, id string) string {
	if address == nil {
		return "ip-" + id[:8]
	}
	name := []byte("ip-" + *address)
	for k, c := range name {
		if c == '.' {
			name[k] = '-'
		}
	}
	return string(name)
}

// RunsFrom is when the instance runs, once it was made or started; before that
// moment it is pending.
func (i *Instance) RunsFrom() time.Time {
	return i.Priv.Plan.End()
}
