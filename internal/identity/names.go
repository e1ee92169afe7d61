package identity

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/policy"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Longest names (IAM User Guide, "IAM and AWS STS quotas").
var maxNameLength = map[Kind]int{User: 64, Group: 128, Role: 64, Policy: 128}

var (
	namePattern        = regexp.MustCompile(`^[A-Za-z0-9_+=,.@-]+$`)
	descriptionPattern = regexp.MustCompile(`^[\t\n\r -~\x{A1}-\x{FF}]*$`)
	accountPattern     = regexp.MustCompile(`^[0-9]{12}$`)
	accessKeyPattern   = regexp.MustCompile(`^[A-Za-z0-9_]{4,128}$`)
	secretPattern      = regexp.MustCompile(`^[!-~]{8,128}$`)
)

const maxDescriptionLength = 1000

func checkName(kind Kind, name string) error {
	return checkNameOf(string(kind)+"Name", name, maxNameLength[kind])
}

func checkPolicyName(name string) error { return checkName(Policy, name) }

func checkNameOf(member, name string, longest int) error {
	switch {
	case name == "" || len(name) > longest:
		return refuse(CodeValidation, "The specified value for %s is invalid. It must have 1 to %d characters.", member, longest)
	case !namePattern.MatchString(name):
		return refuse(CodeValidation,
			"The specified value for %s is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-", member)
	}
	return nil
}

func checkDescription(text string) error {
	if len([]rune(text)) > maxDescriptionLength || !descriptionPattern.MatchString(text) {
		return refuse(CodeValidation, "The description must have at most %d characters, all of them printable Latin ones.", maxDescriptionLength)
	}
	return nil
}

// CheckAccountID refuses what is not an account id.
func CheckAccountID(id string) error {
	if !accountPattern.MatchString(id) {
		return fmt.Errorf("the account id %q does not have 12 digits", id)
	}
	return nil
}

// CheckAccessKeyID refuses ids that no long-term access key can have. Those of
// sessions have a prefix of their own.
func CheckAccessKeyID(id string) error {
	switch {
	case !accessKeyPattern.MatchString(id):
		return fmt.Errorf("the access key id %q does not consist of 4 to 128 letters, digits and underscores", id)
	case strings.HasPrefix(id, sessionPrefix):
		return fmt.Errorf("the access key id %s starts with %s, as only those of sessions do", id, sessionPrefix)
	}
	return nil
}

// CheckSecret refuses what cannot be a secret access key. The error does not show
// it.
func CheckSecret(secret string) error {
	if !secretPattern.MatchString(secret) {
		return errors.New("the secret access key does not consist of 8 to 128 printable ASCII characters without spaces")
	}
	return nil
}

// checkTags holds the tags of a user or role to the rules that all services share,
// and to IAM's own: keys are not distinguished by case (IAM User Guide, "Tags for
// IAM resources").
func checkTags(tags []Tag) error {
	if len(tags) > resource.MaxTags {
		return refuse(CodeLimitExceeded, "The number of tags has reached the maximum limit of %d.", resource.MaxTags)
	}
	list := make([]types.Tag, 0, len(tags))
	for i, t := range tags {
		if slices.ContainsFunc(tags[:i], func(other Tag) bool { return policy.EqualFold(other.Key, t.Key) }) {
			return refuse(CodeValidation, "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
		list = append(list, types.Tag{Key: &t.Key, Value: &t.Value})
	}
	if _, err := resource.MergeTags(nil, list); err != nil {
		return refuse(CodeValidation, "%v", err)
	}
	return nil
}
