package api

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

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
	if err := c.checkFree(spaceOf(made.kinds), names); err != nil || len(made.kinds) != 1 {
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
func (c *Call) CheckFree(names []string) error { return c.checkFree("", names) }

// checkFree is CheckFree in a kind's namespace.
func (c *Call) checkFree(space string, names []string) error {
	found, err := c.Tx.NamesTaken(c.Principal.Account, c.Region, space, names)
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

// CheckQuota returns an error if there would be too many resources of a kind. It is for what an
// action creates besides what it declares.
func (c *Call) CheckQuota(kind resource.Kind, more int) error {
	q, ok := kind.Quota()
	if !ok {
		return nil
	}
	n, err := c.Tx.Count(c.Principal.Account, c.Region, kind)
	limit := c.Quota(q.Name)
	switch {
	case err != nil || n+more <= limit:
		return err
	case q.Refusal != "":
		return InvalidInput(CodeLimitExceeded, "%s", q.Refusal)
	}
	return QuotaReached(q.What, limit)
}

// New makes a resource to be created: NewResource with the tags of the input.
func (c *Call) New(kind resource.Kind, name string) *resource.Resource {
	r := c.NewResource(kind, kind.Normal(name))
	if c.tags != nil {
		r.Tags = c.tags
	}
	return r
}
