package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/internal/policy"
	"github.com/lanyard-cloud/lanyard/internal/terminal"
)

// simulation holds the flags of policy simulate.
type simulation struct {
	user, role                               string
	policyFiles                              []string
	actions, resources                       []string
	requestTags, resourceTags, tagKeys, more []string
	request                                  identity.Request
}

func (a *admin) simulateCommand() *cobra.Command {
	s := &simulation{}
	cmd := a.command("simulate", "Show what policies decide about an action, and why", func(cmd *cobra.Command, _ []string) error {
		return a.simulate(cmd, s)
	})
	cmd.Long = "Show what policies decide about an action: the decision, the statement that decided, and what was missing.\n\n" +
		"The policies are the stored ones of a user or a role, and those of --policy-file. " +
		"With --policy-file alone, they are only those. The exit code is 0 for any decision."
	f := cmd.Flags()
	f.StringVar(&s.user, "user", "", "name of the user")
	f.StringVar(&s.role, "role", "", "name of the role; its policies decide as in a session of the role")
	f.StringArrayVar(&s.policyFiles, "policy-file", nil, "file of a policy that is not stored; may be repeated")
	f.StringArrayVar(&s.actions, "action", nil, "such as lightsail:CreateKeyPair; may be repeated")
	f.StringArrayVar(&s.resources, "resource", nil, "ARN; may be repeated (default: *, or any resource of the action's kind)")
	f.StringArrayVar(&s.requestTags, "request-tag", nil, "KEY=VALUE, a tag in the request; may be repeated")
	f.StringArrayVar(&s.tagKeys, "tag-key", nil, "a tag key in the request, such as those of UntagResource; may be repeated")
	f.StringArrayVar(&s.resourceTags, "resource-tag", nil, "KEY=VALUE, a tag of the resource; may be repeated")
	f.StringVar(&s.request.SourceIP, "source-ip", "127.0.0.1", "IP address that sends the request")
	f.StringVar(&s.request.Region, "region", home.DefaultRegion, "region of the request")
	f.StringArrayVar(&s.more, "context", nil, "KEY=VALUE, any other condition key; may be repeated")
	require(cmd, "action")
	cmd.MarkFlagsMutuallyExclusive("user", "role")
	cmd.MarkFlagsOneRequired("user", "role", "policy-file")
	return cmd
}

func (a *admin) simulate(cmd *cobra.Command, s *simulation) error {
	policies, err := s.readPolicies(cmd)
	if err != nil {
		return err
	}
	if err := s.fill(); err != nil {
		return err
	}
	var results []result
	err = a.open(cmd, func(store *home.Store) error {
		resolver := identity.NewResolver(store.Sealer())
		return store.View(cmd.Context(), func(accounts *identity.Accounts) error {
			d, err := accounts.Directory(a.account)
			if err != nil {
				return err
			}
			e, err := s.entity(d)
			if err != nil {
				return err
			}
			p, err := resolver.Simulated(accounts.Tx, d.Account(), e, policies)
			results = nil
			if err == nil {
				results = s.decide(p)
			}
			return err
		})
	})
	if err != nil {
		return err
	}
	return a.showResults(cmd, results)
}

func (s *simulation) readPolicies(cmd *cobra.Command) ([]policy.Attached, error) {
	files, err := readPolicyFiles(cmd, s.policyFiles)
	var policies []policy.Attached
	for _, f := range files {
		document, err := policy.Parse([]byte(f.text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.path, err)
		}
		policies = append(policies, policy.Attached{Name: f.name, Document: document})
	}
	return policies, err
}

// fill checks the flags and sets the members of the request.
func (s *simulation) fill() error {
	for i, name := range s.actions {
		known, err := knownAction(name)
		if err != nil {
			return err
		}
		s.actions[i] = known
	}
	r := &s.request
	r.Time = time.Now()
	r.RequestTags, r.ResourceTags = readTags(s.requestTags), readTags(s.resourceTags)
	for _, t := range r.RequestTags {
		r.TagKeys = append(r.TagKeys, t.Key)
	}
	r.TagKeys = append(r.TagKeys, s.tagKeys...)
	r.More = map[string]string{}
	for _, setting := range s.more {
		key, value, ok := strings.Cut(setting, "=")
		if !ok {
			return fmt.Errorf("--context %q: must be KEY=VALUE", setting)
		}
		if _, twice := r.More[key]; twice {
			return fmt.Errorf("--context %s is given twice", key)
		}
		r.More[key] = value
	}
	return nil
}

// knownAction returns an action with the API's upper and lower case. An action of another
// service stays as it is.
func knownAction(name string) (string, error) {
	service, action, ok := strings.Cut(name, ":")
	if !ok || action == "" || strings.ContainsAny(name, "*?") {
		return "", fmt.Errorf("--action %q: must be one action such as lightsail:CreateKeyPair", name)
	}
	if !policy.EqualFold(service, ownService) {
		return name, nil
	}
	for _, known := range model.Actions() {
		if policy.EqualFold(known.Name, action) {
			return ownService + ":" + known.Name, nil
		}
	}
	return "", fmt.Errorf("--action %s: Lightsail has no such action", action)
}

const ownService = "lightsail"

func (s *simulation) entity(d *identity.Directory) (*identity.Entity, error) {
	switch {
	case s.user != "":
		return d.Get(identity.User, s.user)
	case s.role != "":
		return d.Get(identity.Role, s.role)
	}
	return nil, nil //nolint:nilnil // the policies of files alone are an ordinary case
}

// result is the decision about one action on one resource.
type result struct {
	action, resource string
	policy.Decision
}

func (s *simulation) decide(p *identity.Principal) []result {
	var results []result
	for _, action := range s.actions {
		for _, on := range s.resourcesOf(action, p.Account) {
			r := s.request
			r.Action, r.Resource = action, on
			results = append(results, result{action, on, p.Evaluate(&r)})
		}
	}
	return results
}

func (s *simulation) resourcesOf(action, account string) []string {
	if len(s.resources) > 0 {
		return s.resources
	}
	return api.DefaultResources(strings.TrimPrefix(action, ownService+":"), account, s.request.Region)
}

func (a *admin) showResults(cmd *cobra.Command, results []result) error {
	if a.output == "json" {
		var objects []object
		for i := range results {
			objects = append(objects, results[i].view())
		}
		return writeJSON(cmd.OutOrStdout(), object{{"EvaluationResults", objects}})
	}
	for i := range results {
		results[i].write(cmd.OutOrStdout())
	}
	return nil
}

// view returns the members, with the names of IAM's SimulatePrincipalPolicy if it has them.
func (r *result) view() object {
	matched := []object{}
	if r.Kind != policy.ImplicitDeny {
		matched = append(matched, object{
			{"SourcePolicyId", r.Policy},
			{"SourcePolicyType", string(r.By)},
			{"Sid", r.Sid},
			{"Statement", r.Statement},
			{"StartPosition", object{{"Line", r.Line}}},
		})
	}
	return object{
		{"EvalActionName", r.action},
		{"EvalResourceName", r.resource},
		{"EvalDecision", r.decision()},
		{"MatchedStatements", matched},
		{"Reason", r.Because(r.action)},
		{"Missing", append([]string{}, r.Missing...)},
	}
}

func (r *result) write(w io.Writer) {
	fmt.Fprintf(w, "%s  %s on %s\n", r.decision(), terminal.Line(r.action), terminal.Line(r.resource))
	if because := r.Because(r.action); because != "" {
		fmt.Fprintf(w, "    %s\n", terminal.Line(because))
	}
	if r.Kind != policy.ImplicitDeny {
		fmt.Fprintf(w, "    decided by the %s %s, statement %d%s (line %d)\n", r.By, terminal.Line(r.Policy), r.Statement, quotedSid(r.Sid), r.Line)
	}
	for _, m := range r.Missing {
		fmt.Fprintf(w, "    missing: %s\n", terminal.Line(m))
	}
}

func quotedSid(sid string) string {
	if sid == "" {
		return ""
	}
	return fmt.Sprintf(" %q", sid)
}

// decision returns IAM's word for the decision.
func (r *result) decision() string {
	return map[policy.Kind]string{policy.Allow: "allowed", policy.ExplicitDeny: "explicitDeny", policy.ImplicitDeny: "implicitDeny"}[r.Kind]
}
