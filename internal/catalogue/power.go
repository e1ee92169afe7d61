package catalogue

import "github.com/aws/aws-sdk-go-v2/service/lightsail/types"

// Powers are what a node of a container service can have, by price. All regions have the same
// (observed in AWS CLI output of 2026). Prices are US dollars a month for a node.
func Powers() []types.ContainerServicePower { return all().powers.list }

// LookupPower finds a power by its name: nano.
func LookupPower(name types.ContainerServicePowerName) (*types.ContainerServicePower, bool) {
	return all().powers.lookup(string(name))
}

func readPowers() index[types.ContainerServicePower] {
	var list []types.ContainerServicePower
	readFile("powers.json", powersJSON, &list)
	return newIndex(list, func(p *types.ContainerServicePower) string { return *p.Name })
}
