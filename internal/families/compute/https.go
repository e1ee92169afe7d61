package compute

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	domains "github.com/lanyard-cloud/lanyard/internal/families/domain"
	"github.com/lanyard-cloud/lanyard/internal/kind/domain"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// setupInstanceHTTPS begins a setup whose outcome follows from the names. What has to hold before is in the
// developer guide. AWS's texts are not known, and it documents no exception for a wrong state but this one.
func setupInstanceHTTPS(c *api.Call, in *lightsail.SetupInstanceHttpsInput) (*lightsail.SetupInstanceHttpsOutput, error) {
	i, err := api.Target[instance.Instance](c)
	if err != nil {
		return nil, err
	}
	if err := checkSetup(c, i, in.DomainNames); err != nil {
		return nil, err
	}
	s := &instance.Setup{DomainNames: in.DomainNames, Provider: in.CertificateProvider}
	var op *types.Operation
	if name := instance.Uncertifiable(in.DomainNames); name != "" {
		s.Plan = c.Plan(instance.SetupLifecycle, instance.SetupFails)
		op = c.Fails(i.Resource, s.Settled(), "SetupFailed", instance.Failure(name))
	} else {
		s.Plan = c.Plan(instance.SetupLifecycle, instance.SetupSucceeds)
		op = c.Started(i.Resource, s.Settled())
	}
	s.OperationID = *op.Id
	doc, err := s.Pack()
	if err != nil {
		return nil, err
	}
	if _, err := c.Tx.AppendEntry(i.Resource.ID, instance.Setups, c.Now, doc); err != nil {
		return nil, err
	}
	return &lightsail.SetupInstanceHttpsOutput{Operations: []types.Operation{*op}}, nil
}

// checkSetup returns an error if HTTPS cannot be set up on an instance for the names.
func checkSetup(c *api.Call, i *instance.Instance, names []string) error {
	if state := i.State(c.Now); state != instance.Running {
		return api.InvalidParams("You can't set up HTTPS on this instance right now. The state of this instance is: %s", state)
	}
	if !canHaveHTTPS(i) {
		return api.InvalidParams("HTTPS can only be set up on instances of WordPress 6 or later that were created in 2023 or later: %s", i.Resource.Name)
	}
	for _, port := range []uint16{instance.SSHPort, 80, 443} {
		if !i.OpenToAll(port) {
			return api.InvalidParams("The firewall of the instance %s must allow connections to the TCP port %d from any address.", i.Resource.Name, port)
		}
	}
	if !slices.ContainsFunc(names, func(name string) bool { return len(name) <= maxCommonName }) {
		return api.InvalidParams("At least one of the domain names must have no more than %d characters.", maxCommonName)
	}
	if err := checkPoints(c, i, names); err != nil {
		return err
	}
	latest, err := setups(c, i)
	if err == nil && len(latest) > 0 && latest[0].Runs(c.Now) {
		err = api.InvalidParams("HTTPS is already being set up on the instance %s.", i.Resource.Name)
	}
	return err
}

// maxCommonName is how long a name is that a certificate can have as its common name (API reference).
const maxCommonName = 63

// firstSetups is since when instances are made that HTTPS can be set up on (developer guide).
var firstSetups = time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC)

// canHaveHTTPS reports whether an instance was made from a version of WordPress for which Lightsail has its
// scripts.
func canHaveHTTPS(i *instance.Instance) bool {
	b, known := catalogue.LookupBlueprint(i.Resource.Region, *i.Doc.BlueprintId)
	if !known || i.Resource.CreatedAt.Before(firstSetups) {
		return false
	}
	first, _, _ := strings.Cut(*b.Version, ".")
	version, err := strconv.Atoi(first)
	return err == nil && version >= 6 && (*b.Group == "wordpress" || *b.Group == "wordpress_ls")
}

// checkPoints returns an error if the DNS record of a name does not point to an instance. Only the zones of the
// account are asked: a name that is in none of them counts as right.
func checkPoints(c *api.Call, i *instance.Instance, names []string) error {
	addresses := slices.Clone(i.Doc.Ipv6Addresses)
	if address := i.ShownAddress(c.Now); address != nil {
		addresses = append(addresses, *address)
	}
	normal := make([]string, len(names))
	for n, name := range names {
		normal[n] = resource.Domain.Normal(name)
	}
	zones, err := domains.ZonesOf(c, normal)
	if err != nil {
		return err
	}
	for n, name := range names {
		if zone := domain.Closest(zones, normal[n]); zone != nil && !zone.PointsTo(normal[n], addresses) {
			return api.InvalidParams("The DNS record of the domain name %s does not point to the public IP address of the instance %s.", name, i.Resource.Name)
		}
	}
	return nil
}

// setups are those in the history of an instance, the newest first.
func setups(c *api.Call, i *instance.Instance) ([]*instance.Setup, error) {
	entries, err := c.Tx.Entries(i.Resource.ID, instance.Setups, store.EntryPage{Limit: instance.MaxSetups})
	return api.OpenAll(entries, err, instance.OpenSetup)
}

// getSetupHistory lists the last setups, the newest first.
func getSetupHistory(c *api.Call, in *lightsail.GetSetupHistoryInput) (*lightsail.GetSetupHistoryOutput, error) {
	i, err := api.Target[instance.Instance](c)
	if err != nil {
		return nil, err
	}
	page, next, err := api.Page(c, api.ResourcesPage, in.PageToken, i.Resource.ID, 0, func(after int64, limit int) ([]*instance.Setup, error) {
		all, err := setups(c, i)
		all = olderThan(all, after)
		return all[:min(len(all), limit)], err
	}, shortCursor)
	out := &lightsail.GetSetupHistoryOutput{SetupHistory: make([]types.SetupHistory, len(page)), NextPageToken: next}
	for n, s := range page {
		out.SetupHistory[n] = s.Show(i, c.Now)
	}
	return out, err
}

// olderThan are the setups of a history after the one that a cursor names. If that one is in the history no more,
// there are none.
func olderThan(all []*instance.Setup, after int64) []*instance.Setup {
	if after == 0 {
		return all
	}
	at := slices.IndexFunc(all, func(s *instance.Setup) bool { return shortCursor(s) == after })
	if at < 0 {
		return nil
	}
	return all[at+1:]
}

// shortCursor names a setup among those in a history, which are few, by one digit: the API model bounds the page
// tokens of a history to 40 characters.
func shortCursor(s *instance.Setup) int64 { return s.Seq%9 + 1 }
