package container

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/cost"
	"github.com/lanyard-cloud/lanyard/internal/kind/audit"
)

// NodeTerms are what a service is charged by, in every state: its nodes, also when it is disabled or
// runs nothing (Lightsail user guide).
type NodeTerms struct {
	Power types.ContainerServicePowerName `json:"power"`
	Scale int32                           `json:"scale"`
}

// Terms are the present terms of a service.
func (s *Service) Terms() NodeTerms { return NodeTerms{s.Doc.Power, *s.Doc.Scale} }

// NodesOver is how services are charged.
var NodesOver = cost.NewTerms(checkNodeTerms, func(t NodeTerms, over cost.Span) (c cost.Charge) {
	if power, ok := catalogue.LookupPower(t.Power); ok {
		c = cost.Hourly(nodeUsage(power), float64(t.Scale), *power.Price)
		c.Span = over
	}
	return c
})

func checkNodeTerms(t NodeTerms) error {
	if _, known := catalogue.LookupPower(t.Power); !known {
		return fmt.Errorf("unknown power %q", audit.Shorten(string(t.Power)))
	}
	if t.Scale < 1 {
		return fmt.Errorf("a scale of %d", t.Scale)
	}
	return nil
}

// nodeUsage is the usage type of a power: ContainerSvcUsage:Nano-0.25CPU-0.5GB (AWS Price List).
func nodeUsage(p *types.ContainerServicePower) string {
	name := *p.Name
	return fmt.Sprintf("ContainerSvcUsage:%s%s-%gCPU-%gGB", strings.ToUpper(name[:1]), name[1:], *p.CpuCount, *p.RamSizeInGb)
}
