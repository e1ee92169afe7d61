package identity

import (
	"errors"
	"slices"
	"strings"

	"github.com/lanyard-cloud/lanyard/internal/policy"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Quotas of one entity (IAM User Guide, "IAM and AWS STS quotas": the defaults).
const (
	maxGroupsPerUser    = 10
	maxAttachedPolicies = 10
	maxAccessKeys       = 2
)

// Seconds that a role's sessions may be allowed to last (IAM API reference,
// CreateRole).
const (
	MinMaxSession     = 3600
	DefaultMaxSession = 3600
	MaxMaxSession     = 43200
)

// inlineSizes are how large all inline policies of an entity may be together.
var inlineSizes = map[Kind]int{
	User: policy.MaxInlineUserPolicySize, Group: policy.MaxInlineGroupPolicySize, Role: policy.MaxInlineRolePolicySize,
}

// attachQuotas are the names of the quota of attached policies.
var attachQuotas = map[Kind]string{User: "PoliciesPerUser", Group: "PoliciesPerGroup", Role: "PoliciesPerRole"}

// check checks an entity, and its references, against IAM's rules.
func (d *Directory) check(e *Entity) error {
	if err := checkDoc(e.Kind, e.Name, &e.Doc); err != nil {
		return err
	}
	for _, name := range e.Groups {
		if err := d.exists(Group, name); err != nil {
			return err
		}
	}
	policies := e.Attached
	if e.Boundary != "" {
		policies = append(slices.Clone(policies), e.Boundary)
	}
	for _, name := range policies {
		if err := d.exists(Policy, name); err != nil {
			return err
		}
	}
	return nil
}

func (d *Directory) exists(kind Kind, name string) error {
	_, err := d.tx.Identity(d.account, string(kind), name)
	if errors.Is(err, store.ErrNotFound) {
		return noSuchEntity(kind, d.account, name)
	}
	return err
}

// checkDoc checks what needs no store.
func checkDoc(kind Kind, name string, doc *Doc) error {
	if err := checkTags(doc.Tags); err != nil {
		return err
	}
	if err := checkDescription(doc.Description); err != nil {
		return err
	}
	switch {
	case len(doc.Groups) > maxGroupsPerUser:
		return quotaExceeded("GroupsPerUser", maxGroupsPerUser)
	case len(doc.Attached) > maxAttachedPolicies:
		return quotaExceeded(attachQuotas[kind], maxAttachedPolicies)
	}
	switch kind {
	case Policy:
		return checkManaged(doc.Document)
	case Role:
		if err := checkRole(doc); err != nil {
			return err
		}
	}
	return checkInline(kind, name, doc.Inline)
}

func checkRole(doc *Doc) error {
	if doc.MaxSession < MinMaxSession || doc.MaxSession > MaxMaxSession {
		return refuse(CodeValidation, "The maximum session duration must be %d to %d seconds.", MinMaxSession, MaxMaxSession)
	}
	return checkTrust(doc.Trust)
}

func checkInline(kind Kind, name string, policies []InlinePolicy) error {
	size := 0
	for _, p := range policies {
		if err := checkPolicyName(p.Name); err != nil {
			return err
		}
		if _, err := parseDocument(p.Document); err != nil {
			return err
		}
		size += policy.Size([]byte(p.Document))
	}
	if most := inlineSizes[kind]; size > most {
		return refuse(CodeLimitExceeded, "Maximum policy size of %d bytes exceeded for %s %s", most, kind, name)
	}
	return nil
}

// checkManaged returns an error if a managed policy is not of the present version of the
// policy language, as IAM requires it.
func checkManaged(text string) error {
	document, err := parseDocument(text)
	switch {
	case err != nil:
		return err
	case document.Version() != policy.Version2012:
		return refuse(CodeMalformedPolicy, "Policy document must be version %s or greater.", policy.Version2012)
	case policy.Size([]byte(text)) > policy.MaxManagedPolicySize:
		return quotaExceeded("PolicySize", policy.MaxManagedPolicySize)
	}
	return nil
}

func checkTrust(text string) error {
	if err := checkCharacters(text); err != nil {
		return err
	}
	if _, err := policy.ParseTrust([]byte(text)); err != nil {
		return malformed(err)
	}
	if policy.Size([]byte(text)) > policy.MaxTrustPolicySize {
		return quotaExceeded("ACLSizePerRole", policy.MaxTrustPolicySize)
	}
	return nil
}

func parseDocument(text string) (*policy.Document, error) {
	if err := checkCharacters(text); err != nil {
		return nil, err
	}
	document, err := policy.Parse([]byte(text))
	if err != nil {
		return nil, malformed(err)
	}
	return document, nil
}

// checkCharacters admits what IAM admits in policies: tabs, line ends and U+0020 to
// U+00FF (IAM User Guide, "IAM name requirements").
func checkCharacters(text string) error {
	foreign := func(r rune) bool { return r > 0xFF || r < ' ' && r != '\t' && r != '\n' && r != '\r' }
	if strings.ContainsFunc(text, foreign) {
		return refuse(CodeValidation, "The specified value for policyDocument is invalid. It must contain only characters up to U+00FF.")
	}
	return nil
}
