package provider

import (
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

const computeZone = "us-east-1a"

// computeResources are those of the official provider.
func computeResources() []resource {
	return []resource{
		createdKeyPair(newName()), importedKeyPair(newName()),
		instance(newName()), staticIP(newName()), staticIPAttachment(newName()),
		disk(newName()), diskAttachment(newName()), publicPorts(newName()),
	}
}

func createdKeyPair(name string) resource {
	r := importedKeyPair(name)
	r.name = "key_pair created"
	r.create = []step{awaited((*lightsail.Client).CreateKeyPair, &lightsail.CreateKeyPairInput{KeyPairName: &name, Tags: tags("key1", "value1")})}
	return r
}

// importedKeyPair is tagged after it was imported.
func importedKeyPair(name string) resource {
	const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
	return resource{
		name: "key_pair imported",
		id:   name,
		create: append([]step{
			awaited((*lightsail.Client).ImportKeyPair, &lightsail.ImportKeyPairInput{KeyPairName: &name, PublicKeyBase64: new(publicKey)}),
		}, retagged(name, nil, "key1", "value1")...),
		read: reads((*lightsail.Client).GetKeyPair, func(id string) *lightsail.GetKeyPairInput { return &lightsail.GetKeyPairInput{KeyPairName: &id} },
			func(out *lightsail.GetKeyPairOutput, _ string) (any, error) { return out.KeyPair, nil }),
		reads: "arn! name! fingerprint! tags",
		want:  attributes{"name": name, "tags.%": "1", "tags.key1": "value1"},
		changes: []change{{
			steps: retagged(name, []string{"key1"}, "key2", "value2"),
			want:  attributes{"tags.%": "1", "tags.key2": "value2"},
		}},
		remove: []step{awaited((*lightsail.Client).DeleteKeyPair, &lightsail.DeleteKeyPairInput{KeyPairName: &name})},
	}
}

// instance goes through the updates of the provider's tests: tags, the type of its addresses, and automatic
// snapshots, which are disabled and enabled again to change their hour.
func instance(name string) resource {
	enabled := func(hour string) step {
		return awaited((*lightsail.Client).EnableAddOn, &lightsail.EnableAddOnInput{ResourceName: &name, AddOnRequest: &types.AddOnRequest{
			AddOnType: types.AddOnTypeAutoSnapshot, AutoSnapshotAddOnRequest: &types.AutoSnapshotAddOnRequest{SnapshotTimeOfDay: &hour},
		}})
	}
	disabled := awaited((*lightsail.Client).DisableAddOn, &lightsail.DisableAddOnInput{ResourceName: &name, AddOnType: types.AddOnTypeAutoSnapshot})
	return resource{
		name: "instance",
		id:   name,
		create: []step{awaited((*lightsail.Client).CreateInstances, &lightsail.CreateInstancesInput{
			AvailabilityZone: new(computeZone), BlueprintId: new("amazon_linux_2"), BundleId: new("nano_1_0"), InstanceNames: []string{name},
			IpAddressType: types.IpAddressTypeDualstack, Tags: tags("Name", name),
		})},
		read: reads((*lightsail.Client).GetInstance, func(id string) *lightsail.GetInstanceInput { return &lightsail.GetInstanceInput{InstanceName: &id} },
			func(out *lightsail.GetInstanceOutput, _ string) (any, error) { return out.Instance, nil }),
		reads: "name! arn! location.availabilityZone! blueprintId! bundleId! sshKeyName! username! createdAt! hardware.cpuCount! hardware.ramSizeInGb! " +
			"ipv6Addresses ipAddressType! isStaticIp privateIpAddress! publicIpAddress! addOns tags",
		want: attributes{
			"name": name, "location.availabilityZone": computeZone, "blueprintId": "amazon_linux_2", "bundleId": "nano_1_0", "hardware.cpuCount": "1",
			"hardware.ramSizeInGb": "0.5", "ipAddressType": "dualstack", "ipv6Addresses.#": "1", "isStaticIp": "false", "tags.%": "1", "tags.Name": name,
		},
		changes: []change{
			{steps: retagged(name, nil, "key1", "value1"), want: attributes{"tags.%": "2", "tags.key1": "value1"}},
			{steps: []step{awaited((*lightsail.Client).SetIpAddressType, &lightsail.SetIpAddressTypeInput{
				ResourceName: &name, ResourceType: types.ResourceTypeInstance, IpAddressType: types.IpAddressTypeIpv4,
			})}, want: attributes{"ipAddressType": "ipv4", "ipv6Addresses.#": "0"}},
			{steps: []step{enabled("06:00")}, want: attributes{"addOns.0.name": "AutoSnapshot", "addOns.0.status": "Enabled", "addOns.0.snapshotTimeOfDay": "06:00"}},
			{steps: []step{disabled, enabled("10:00")}, want: attributes{"addOns.0.status": "Enabled", "addOns.0.snapshotTimeOfDay": "10:00"}},
			{steps: []step{disabled}, want: attributes{"addOns.0.status": "Disabled"}},
		},
		remove: []step{awaited((*lightsail.Client).DeleteInstance, &lightsail.DeleteInstanceInput{InstanceName: &name, ForceDeleteAddOns: new(true)})},
	}
}

// staticIP and its attachment are not waited for.
func staticIP(name string) resource {
	return resource{
		name:   "static_ip",
		id:     name,
		create: []step{sent((*lightsail.Client).AllocateStaticIp, &lightsail.AllocateStaticIpInput{StaticIpName: &name})},
		read:   readStaticIP(func(ip *types.StaticIp) (any, error) { return ip, nil }),
		reads:  "name! arn! ipAddress! supportCode!",
		want:   attributes{"name": name},
		remove: []step{sent((*lightsail.Client).ReleaseStaticIp, &lightsail.ReleaseStaticIpInput{StaticIpName: &name})},
	}
}

func staticIPAttachment(name string) resource {
	web := newName()
	return resource{
		name:   "static_ip_attachment",
		needs:  []resource{instance(web), staticIP(name)},
		id:     name,
		create: []step{sent((*lightsail.Client).AttachStaticIp, &lightsail.AttachStaticIpInput{StaticIpName: &name, InstanceName: &web})},
		read: readStaticIP(func(ip *types.StaticIp) (any, error) {
			if !*ip.IsAttached {
				return nil, errAbsent
			}
			return ip, nil
		}),
		reads:  "attachedTo! ipAddress! isAttached!",
		want:   attributes{"attachedTo": web, "isAttached": "true"},
		remove: []step{sent((*lightsail.Client).DetachStaticIp, &lightsail.DetachStaticIpInput{StaticIpName: &name})},
	}
}

func readStaticIP(pick func(*types.StaticIp) (any, error)) func(*session, string) (any, error) {
	return reads((*lightsail.Client).GetStaticIp, func(id string) *lightsail.GetStaticIpInput { return &lightsail.GetStaticIpInput{StaticIpName: &id} },
		func(out *lightsail.GetStaticIpOutput, _ string) (any, error) { return pick(out.StaticIp) })
}

func disk(name string) resource {
	return resource{
		name: "disk",
		id:   name,
		create: []step{awaited((*lightsail.Client).CreateDisk, &lightsail.CreateDiskInput{
			DiskName: &name, AvailabilityZone: new(computeZone), SizeInGb: new(int32(8)), Tags: tags("key1", "value1"),
		})},
		read:  readDisk(func(d *types.Disk, _ string) (any, error) { return d, nil }),
		reads: "name! arn! location.availabilityZone! createdAt! sizeInGb! supportCode! tags",
		want:  attributes{"name": name, "location.availabilityZone": computeZone, "sizeInGb": "8", "tags.%": "1", "tags.key1": "value1"},
		changes: []change{
			{steps: retagged(name, nil, "key1", "value1updated", "key2", "value2"), want: attributes{"tags.%": "2", "tags.key1": "value1updated", "tags.key2": "value2"}},
			{steps: retagged(name, []string{"key1"}, "key2", "value2"), want: attributes{"tags.%": "1", "tags.key2": "value2"}},
		},
		remove: []step{awaited((*lightsail.Client).DeleteDisk, &lightsail.DeleteDiskInput{DiskName: &name})},
	}
}

// diskAttachment is removed from a stopped instance, which the provider starts again.
func diskAttachment(name string) resource {
	const path = "/dev/xvdf"
	web := newName()
	return resource{
		name:   "disk_attachment",
		needs:  []resource{instance(web), disk(name)},
		id:     name + "," + web,
		create: []step{awaited((*lightsail.Client).AttachDisk, &lightsail.AttachDiskInput{DiskName: &name, DiskPath: new(path), InstanceName: &web})},
		read: readDisk(func(d *types.Disk, id string) (any, error) {
			if !*d.IsAttached || *d.Name+","+*d.AttachedTo != id {
				return nil, errAbsent
			}
			return d, nil
		}),
		reads:  "name! path! attachedTo!",
		want:   attributes{"name": name, "path": path, "attachedTo": web},
		shared: true,
		remove: []step{
			atRest(web),
			awaited((*lightsail.Client).StopInstance, &lightsail.StopInstanceInput{InstanceName: &web}),
			awaited((*lightsail.Client).DetachDisk, &lightsail.DetachDiskInput{DiskName: &name}),
			atRest(web),
			awaited((*lightsail.Client).StartInstance, &lightsail.StartInstanceInput{InstanceName: &web}),
		},
	}
}

// readDisk reads the disk of an id that begins with its name.
func readDisk(pick func(*types.Disk, string) (any, error)) func(*session, string) (any, error) {
	return reads((*lightsail.Client).GetDisk, func(id string) *lightsail.GetDiskInput {
		name, _, _ := strings.Cut(id, ",")
		return &lightsail.GetDiskInput{DiskName: &name}
	}, func(out *lightsail.GetDiskOutput, id string) (any, error) { return pick(out.Disk, id) })
}

// atRest waits until an instance runs or is stopped.
func atRest(name string) step {
	return settled("the state of "+name, func(s *session) (string, error) {
		out, err := s.GetInstanceState(s.t.Context(), &lightsail.GetInstanceStateInput{InstanceName: &name})
		if err != nil {
			return "", err
		}
		return *out.State.Name, nil
	}, "pending stopping", "stopped running")
}

// publicPorts replace those that an instance has. The provider knows them again by its configuration, not by an id.
func publicPorts(name string) resource {
	ports := []types.PortInfo{
		{Protocol: types.NetworkProtocolTcp, FromPort: 80, ToPort: 80},
		{Protocol: types.NetworkProtocolTcp, FromPort: 125, ToPort: 125, Cidrs: []string{"192.168.1.0/24", "1.1.1.1/32"}},
		{Protocol: types.NetworkProtocolTcp, FromPort: 22, ToPort: 22, CidrListAliases: []string{"lightsail-connect"}},
	}
	var closed []step
	for _, p := range ports {
		closed = append(closed, sent((*lightsail.Client).CloseInstancePublicPorts, &lightsail.CloseInstancePublicPortsInput{InstanceName: &name, PortInfo: &p}))
	}
	return resource{
		name:   "instance_public_ports",
		needs:  []resource{instance(name)},
		id:     name,
		create: []step{sent((*lightsail.Client).PutInstancePublicPorts, &lightsail.PutInstancePublicPortsInput{InstanceName: &name, PortInfos: ports})},
		read: reads((*lightsail.Client).GetInstancePortStates, func(id string) *lightsail.GetInstancePortStatesInput {
			return &lightsail.GetInstancePortStatesInput{InstanceName: &id}
		}, func(out *lightsail.GetInstancePortStatesOutput, _ string) (any, error) {
			if len(out.PortStates) == 0 {
				return nil, errAbsent
			}
			if out.PortStates[0].State == "" {
				return nil, errors.New("a port has no state")
			}
			return struct{ Ports []types.InstancePortState }{out.PortStates}, nil
		}),
		reads: "ports.*.fromPort ports.*.toPort ports.*.protocol!",
		want: attributes{
			"ports.#": "3", "ports.0.fromPort": "80", "ports.0.cidrs.0": "0.0.0.0/0", "ports.1.fromPort": "125", "ports.1.protocol": "tcp", "ports.1.cidrs.#": "2",
			"ports.2.fromPort": "22", "ports.2.cidrListAliases.0": "lightsail-connect",
		},
		remove: closed,
	}
}
