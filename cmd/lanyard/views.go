package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/identity"
)

// titles are the kinds as the first word of IAM's member names: UserName.
var titles = map[identity.Kind]string{
	identity.User: "User", identity.Group: "Group", identity.Role: "Role", identity.Policy: "Policy",
}

var plurals = map[identity.Kind]string{
	identity.User: "Users", identity.Group: "Groups", identity.Role: "Roles", identity.Policy: "Policies",
}

// entityView returns an entity's members as IAM's GetAccountAuthorizationDetails names them.
func entityView(e *identity.Entity) object {
	title := titles[e.Kind]
	o := object{
		{title + "Name", e.Name},
		{title + "Id", e.ID},
		{"Arn", e.ARN()},
		{"CreateDate", date(e.CreatedAt)},
		{"Description", e.Description},
	}
	if e.Managed {
		o = append(o, field{"DeclaredInFile", true})
	}
	switch e.Kind {
	case identity.Policy:
		return append(o, field{"PolicyDocument", document(e.Document)})
	case identity.User:
		o = append(o, field{"GroupList", append([]string{}, e.Groups...)})
	case identity.Role:
		o = append(o, field{"MaxSessionDuration", e.MaxSession}, field{"AssumeRolePolicyDocument", document(e.Trust)})
	}
	o = append(o, field{title + "PolicyList", inlineList(e.Inline)}, field{"AttachedManagedPolicies", attachedList{e.Account, e.Attached}})
	if e.Boundary != "" {
		o = append(o, field{"PermissionsBoundary", boundary(policyARN(e.Account, e.Boundary))})
	}
	if e.Kind != identity.Group {
		o = append(o, field{"Tags", tagList(e.Tags)})
	}
	return o
}

func policyARN(account, name string) string {
	return (&identity.Entity{Account: account, Kind: identity.Policy, Name: name}).ARN()
}

// keyView returns the members of an access key. A new one has its secret.
func keyView(k *identity.AccessKey) object {
	return object{
		{"UserName", k.UserName},
		{"AccessKeyId", k.ID},
		{"SecretAccessKey", k.Secret},
		{"Status", status(k.Active)},
		{"CreateDate", date(k.CreatedAt)},
	}
}

// shownKey is keyView without the members that the key's user or account has as well.
func shownKey(k *identity.AccessKey) object {
	return object{{"AccessKeyId", k.ID}, {"SecretAccessKey", k.Secret}, {"Status", status(k.Active)}}
}

// keyList is the access keys of one user, in one line.
type keyList []object

func (l keyList) String() string {
	keys := make([]string, 0, len(l))
	for _, o := range l {
		keys = append(keys, fmt.Sprintf("%v (%v)", o.get("AccessKeyId"), o.get("Status")))
	}
	return strings.Join(keys, ", ")
}

func keyViews(keys []identity.AccessKey) []object {
	list := make([]object, 0, len(keys))
	for i := range keys {
		list = append(list, keyView(&keys[i]))
	}
	return list
}

func status(active bool) string {
	if active {
		return "Active"
	}
	return "Inactive"
}

func date(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// document is a policy's text. In JSON it is an object, not a string.
type document string

func (d document) String() string { return string(d) }

// MarshalJSON returns the text itself, which was parsed strictly before it was stored.
func (d document) MarshalJSON() ([]byte, error) {
	if !json.Valid([]byte(d)) {
		return json.Marshal(string(d))
	}
	return []byte(d), nil
}

type inlineList []identity.InlinePolicy

func (l inlineList) String() string {
	names := make([]string, 0, len(l))
	for _, p := range l {
		names = append(names, p.Name)
	}
	return strings.Join(names, ", ")
}

// MarshalJSON adds the documents.
func (l inlineList) MarshalJSON() ([]byte, error) {
	list := make([]object, 0, len(l))
	for _, p := range l {
		list = append(list, object{{"PolicyName", p.Name}, {"PolicyDocument", document(p.Document)}})
	}
	return json.Marshal(list)
}

type attachedList struct {
	account string
	names   []string
}

func (l attachedList) String() string { return strings.Join(l.names, ", ") }

// MarshalJSON adds the ARNs.
func (l attachedList) MarshalJSON() ([]byte, error) {
	list := make([]object, 0, len(l.names))
	for _, name := range l.names {
		list = append(list, object{{"PolicyName", name}, {"PolicyArn", policyARN(l.account, name)}})
	}
	return json.Marshal(list)
}

// boundary is the ARN of a permissions boundary.
type boundary string

// MarshalJSON adds the type, as IAM does.
func (b boundary) MarshalJSON() ([]byte, error) {
	return json.Marshal(object{{"PermissionsBoundaryType", "PermissionsBoundaryPolicy"}, {"PermissionsBoundaryArn", string(b)}})
}

type tagList []identity.Tag

func (l tagList) String() string {
	tags := make([]string, 0, len(l))
	for _, t := range l {
		tags = append(tags, t.Key+"="+t.Value)
	}
	return strings.Join(tags, ", ")
}

// MarshalJSON writes empty values, too.
func (l tagList) MarshalJSON() ([]byte, error) {
	list := make([]map[string]string, 0, len(l))
	for _, t := range l {
		list = append(list, map[string]string{"Key": t.Key, "Value": t.Value})
	}
	return json.Marshal(list)
}
