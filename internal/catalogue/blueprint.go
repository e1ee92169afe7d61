package catalogue

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

// Blueprint is an image that an instance can be made from.
type Blueprint struct {
	// Blueprint is what GetBlueprints shows. All of it is set but AppCategory, which
	// is for Lightsail for Research only.
	types.Blueprint
	// Username is the user to log in as (Lightsail user guide).
	Username string
	// SystemDisk is the path of the system disk, that of the root device of the maker's
	// image on EC2: /dev/sda1 for Ubuntu, /dev/xvda for Amazon Linux and Bitnami (observed
	// in AWS CLI output).
	SystemDisk string
	// DefaultPorts are open on a new instance to every IPv4 and IPv6 address
	// (Lightsail user guide), in the order of the AWS CLI examples. Only FromPort,
	// ToPort and Protocol are set.
	DefaultPorts []types.PortInfo

	volume string
}

// SystemDiskIOPS is the speed of a system disk of a size in GB, in I/O operations a
// second. It is that of the type of EBS volume that the maker's image on EC2 asks for:
// 3000 for gp3 (observed for Amazon Linux 2023), else as for DiskIOPS.
func (b *Blueprint) SystemDiskIOPS(sizeInGB int32) int32 {
	if b.volume == "gp3" {
		return 3000
	}
	return DiskIOPS(sizeInGB)
}

// DiskIOPS is the speed of a disk of a size in GB, in I/O operations a second: 3 for
// each GB, and 100 at least (observed in AWS CLI output), as EBS volumes of the type gp2
// have, which end at 16,000 (EC2 user guide).
func DiskIOPS(sizeInGB int32) int32 { return min(max(100, 3*sizeInGB), 16000) }

// blueprintRow is a blueprint as the data file has it: with the name of a firewall
// in place of ports.
type blueprintRow struct {
	types.Blueprint
	Username, Firewall, SystemDisk string
	// Volume is the type of the system disk's EBS volume if it is not gp2.
	Volume string
}

func readBlueprints() []Blueprint {
	var file struct {
		Firewalls  map[string][]types.PortInfo
		Blueprints []blueprintRow
	}
	readFile("blueprints.json", blueprintsJSON, &file)
	list := make([]Blueprint, len(file.Blueprints))
	for i, row := range file.Blueprints {
		ports := file.Firewalls[row.Firewall]
		if len(ports) == 0 {
			panic(fmt.Sprintf("catalogue: blueprint %s has the unknown firewall %q", *row.BlueprintId, row.Firewall))
		}
		if row.LicenseUrl == nil { // so it is in the AWS CLI example
			license := *row.ProductUrl + "#pdp-usage"
			row.LicenseUrl = &license
		}
		list[i] = Blueprint{
			Blueprint: row.Blueprint, Username: row.Username, SystemDisk: row.SystemDisk, DefaultPorts: ports, volume: row.Volume,
		}
	}
	return list
}

// Windows reports whether instances of the blueprint are Windows ones.
func (b *Blueprint) Windows() bool { return b.Platform == types.InstancePlatformWindows }
