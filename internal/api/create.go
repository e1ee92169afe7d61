package api

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// maxNames bounds what one call looks up by one member.
const maxNames = 1000

// checkNew returns an error if there are too many resources to create, if their names are
// not free, if a quota is reached, or if their tags break a rule, in this order.
func (c *Call) checkNew() error {
	made := c.action.creates
	if made == nil {
		return nil
	}
	if !made.replaces || c.Target(made.kinds...) == nil {
		if err := c.checkNames(made); err != nil {
			return err
		}
	}
	if !made.tagged {
		return nil
	}
	var err error
	c.tags, err = resource.MergeTags(nil, member[[]types.Tag](c.in, "Tags"))
	return TagError(err)
}

// checkNames is checkNew for names and quotas.
func (c *Call) checkNames(made *creation) error {
	names := made.names(c.in)
	if len(names) > maxNames {
		return InvalidParams("At most %d resources can be created at a time.", maxNames)
	}
	if err := made.checkListed(names); err != nil {
		return err
	}
	if err := c.checkFree(made.kinds, names); err != nil || len(made.kinds) != 1 {
		return err
	}
	return c.CheckQuota(made.kinds[0], len(names))
}

// checkListed holds the names of a list to the rule for resource names, which the API
// model has for single names only.
func (made *creation) checkListed(names []string) error {
	if made.list == "" {
		return nil
	}
	return CheckListed(made.list, names)
}

// CheckListed returns an error if a list has a name that no resource can have. The member is the input's
// name of the list.
func CheckListed(member string, names []string) error {
	rule := model.Constraints("ResourceName")
	for n, name := range names {
		if !rule.Match(name) {
			return InvalidName(fmt.Sprintf("%s.%d.member", member, n+1), name)
		}
	}
	return nil
}

// CheckFree refuses names of which some are taken, come twice, or are kept for the
// default key pairs. It is for what an action creates besides what it declares.
func (c *Call) CheckFree(names []string) error { return c.checkFree(nil, names) }

// checkFree is CheckFree for resources of one of the kinds.
func (c *Call) checkFree(kinds []resource.Kind, names []string) error {
	if err := c.checkWorldwide(kinds, names); err != nil {
		return err
	}
	found, err := c.Tx.NamesTaken(c.Principal.Account, c.Region, spaceOf(kinds), names)
	if err != nil {
		return err
	}
	unfree := map[string]bool{}
	for _, name := range found {
		unfree[name] = true
	}
	var taken []string
	for _, name := range names {
		if kind, _ := resource.Reserved(name); unfree[name] || kind != "" {
			taken = append(taken, name)
		}
		unfree[name] = true // for the next one of that name
	}
	if len(taken) > 0 {
		return NameExists(strings.Join(taken, ", "))
	}
	return nil
}

// checkWorldwide refuses names that are taken in any account, if those of one of the kinds
// have to be unique over all of them.
func (c *Call) checkWorldwide(kinds []resource.Kind, names []string) error {
	at := slices.IndexFunc(kinds, resource.Kind.Worldwide)
	if at < 0 {
		return nil
	}
	taken, err := c.Tx.WorldwideNamesTaken(names)
	if err != nil || len(taken) == 0 {
		return err
	}
	return nameTaken(kinds[at], strings.Join(taken, ", "))
}

// CheckQuota returns an error if there would be too many resources of a kind. It is for what an
// action creates besides what it declares.
func (c *Call) CheckQuota(kind resource.Kind, more int) error {
	for _, q := range kind.Quotas() {
		n, err := c.counted(kind, q)
		limit := c.Quota(q.Name)
		switch {
		case err != nil:
			return err
		case n+more <= limit:
		case q.Refusal != "":
			return InvalidInput(CodeLimitExceeded, "%s", q.Refusal)
		default:
			return QuotaReached(q.What, limit)
		}
	}
	return nil
}

// counted is how many resources of a kind count for one of its quotas.
func (c *Call) counted(kind resource.Kind, q resource.Quota) (int, error) {
	regions := []string{c.Region}
	if q.PerAccount {
		regions = regionsOf(kind)
	}
	if q.Period > 0 {
		return c.Tx.CountUses(c.Principal.Account, kind, c.Now.Add(-q.Period), regions...)
	}
	return c.Tx.Count(c.Principal.Account, kind, regions...)
}

// regionsOf are the regions that a resource of the kind can be in.
func regionsOf(kind resource.Kind) (names []string) {
	if kind.OnlyIn() != "" {
		return []string{kind.OnlyIn()}
	}
	for _, region := range catalogue.Regions() {
		names = append(names, region.Name)
	}
	return names
}

// New makes a resource to be created: NewResource with the tags of the input.
func (c *Call) New(kind resource.Kind, name string) *resource.Resource {
	r := c.NewResource(kind, kind.Normal(name))
	if c.tags != nil {
		r.Tags = c.tags
	}
	return r
}
