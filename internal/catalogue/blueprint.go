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
	// DefaultPorts are open on a new instance to every IPv4 and IPv6 address
	// (Lightsail user guide), in the order of the AWS CLI examples. Only FromPort,
	// ToPort and Protocol are set.
	DefaultPorts []types.PortInfo
}

// blueprintRow is a blueprint as the data file has it: with the name of a firewall
// in place of ports.
type blueprintRow struct {
	types.Blueprint
	Username string
	Firewall string
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
		list[i] = Blueprint{Blueprint: row.Blueprint, Username: row.Username, DefaultPorts: ports}
	}
	return list
}
