package sts

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/policy"
)

// Longest lists (API model, API reference).
const (
	maxTags       = 50
	maxPolicyARNs = 10
)

// assumeRoleInput is what AssumeRole was asked for.
type assumeRoleInput struct {
	// roleARN is as it was sent; account and roleName are its parts.
	roleARN, account, roleName string
	session                    string
	externalID                 string
	// seconds is 0 if the call does not say.
	seconds    int
	policy     string
	policyARNs []string
	tags       []identity.Tag
}

// readAssumeRole reads and checks all that can be checked without looking anything
// up. TransitiveTagKeys is checked and then left alone: sessions that are made with
// a session's credentials do not inherit its tags.
func readAssumeRole(f form) (*assumeRoleInput, error) {
	r := &reader{form: f}
	in := &assumeRoleInput{
		roleARN:    r.required("RoleArn", arnRule),
		session:    r.required("RoleSessionName", sessionNameRule),
		policy:     r.optional("Policy", policyRule),
		externalID: r.optional("ExternalId", externalIDRule),
	}
	var err error
	if in.seconds, err = r.seconds(shortestSession, longestRole); err != nil {
		return nil, err
	}
	if in.policyARNs, err = r.arns("PolicyArns"); err != nil {
		return nil, err
	}
	if in.tags, err = r.tags("Tags"); err != nil {
		return nil, err
	}
	transitive, err := r.keys("TransitiveTagKeys")
	if err != nil {
		return nil, err
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	if err := unsupported(f, "AssumeRole"); err != nil {
		return nil, err
	}
	return in, in.check(transitive)
}

// arns reads PolicyArns.
func (r *reader) arns(name string) ([]string, error) {
	elements, err := r.form.list(name, "arn")
	if err != nil {
		return nil, err
	}
	r.atMost(maxPolicyARNs, len(elements), name)
	var list []string
	for i, e := range elements {
		list = append(list, r.field(e, "arn", fmt.Sprintf("%s.%d.member.arn", member(name), i+1), arnRule))
	}
	return list, nil
}

// tags reads Tags.
func (r *reader) tags(name string) ([]identity.Tag, error) {
	elements, err := r.form.list(name, "Key", "Value")
	if err != nil {
		return nil, err
	}
	r.atMost(maxTags, len(elements), name)
	var list []identity.Tag
	for i, e := range elements {
		path := fmt.Sprintf("%s.%d.member", member(name), i+1)
		list = append(list, identity.Tag{
			Key:   r.field(e, "Key", path+".key", tagKeyRule),
			Value: r.field(e, "Value", path+".value", tagValueRule),
		})
	}
	return list, nil
}

// keys reads TransitiveTagKeys.
func (r *reader) keys(name string) ([]string, error) {
	elements, err := r.form.list(name, "")
	if err != nil {
		return nil, err
	}
	r.atMost(maxTags, len(elements), name)
	var list []string
	for i, e := range elements {
		list = append(list, r.field(e, "", fmt.Sprintf("%s.%d.member", member(name), i+1), tagKeyRule))
	}
	return list, nil
}

var roleARNPattern = regexp.MustCompile(`^arn:aws:iam::([0-9]{12}):role/(.+)$`)

// check is what the API model does not say.
func (in *assumeRoleInput) check(transitive []string) error {
	parts := roleARNPattern.FindStringSubmatch(in.roleARN)
	if parts == nil {
		return validationError("%s is invalid", cut(in.roleARN))
	}
	in.account, in.roleName = parts[1], parts[2]
	if err := checkTags(in.tags, transitive); err != nil {
		return err
	}
	if in.policy != "" {
		if _, err := policy.Parse([]byte(in.policy)); err != nil {
			return badRequest("MalformedPolicyDocument", "The session policy is not valid: %v", err)
		}
	}
	return nil
}

// checkTags holds session tags to IAM's rules: keys are not distinguished by case,
// and those that begin with aws: are AWS's own (IAM User Guide, "Pass session tags
// in AWS STS").
func checkTags(tags []identity.Tag, transitive []string) error {
	keys := map[string]bool{}
	for _, t := range tags {
		key := policy.Fold(t.Key)
		if keys[key] {
			return badRequest("InvalidParameterValue", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
		if strings.HasPrefix(key, "aws:") {
			return badRequest("InvalidParameterValue", "The tag key %s begins with aws:, which is reserved.", t.Key)
		}
		keys[key] = true
	}
	for _, key := range transitive {
		if !keys[policy.Fold(key)] {
			return badRequest("InvalidParameterValue", "The specified transitive tag key must be included in the requested tags.")
		}
	}
	return nil
}
