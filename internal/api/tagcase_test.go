package api_test

import (
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/identity"
)

// guarded lets its user do everything, but for deleting what is protected and for
// touching the tag that says so.
const guarded = `{"Version":"2012-10-17","Statement":[
	{"Effect":"Allow","Action":"lightsail:*","Resource":"*"},
	{"Effect":"Deny","Action":"lightsail:Delete*","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/protected":"true"}}},
	{"Effect":"Deny","Action":["lightsail:TagResource","lightsail:UntagResource"],"Resource":"*",
	 "Condition":{"ForAnyValue:StringEquals":{"aws:TagKeys":["protected"]}}}]}`

// onlyIf lets its user do everything under one condition.
func onlyIf(condition string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lightsail:*","Resource":"*","Condition":` + condition + `}]}`
}

func createDisk(t *testing.T, c *lightsail.Client, name string, tags ...string) error {
	t.Helper()
	_, err := c.CreateDisk(t.Context(), &lightsail.CreateDiskInput{
		DiskName: &name, AvailabilityZone: new("us-east-1a"), SizeInGb: new(int32(8)), Tags: pairs(tags...),
	})
	return err
}

func deleteDisk(t *testing.T, c *lightsail.Client, name string) error {
	t.Helper()
	_, err := c.DeleteDisk(t.Context(), &lightsail.DeleteDiskInput{DiskName: &name})
	return err
}

func addTags(t *testing.T, c *lightsail.Client, name string, tags ...string) error {
	t.Helper()
	_, err := c.TagResource(t.Context(), &lightsail.TagResourceInput{ResourceName: &name, Tags: pairs(tags...)})
	return err
}

func TestTagResource_doesNotUnguardByAnotherSpelling(t *testing.T) {
	w := newWorld(t)
	user := w.user("guarded", guarded)
	wantCode(t, createDisk(t, w.root(ours), "d1", "protected", "true"), "")
	wantCode(t, deleteDisk(t, user, "d1"), denied)
	wantCode(t, addTags(t, user, "d1", "protected", "no"), denied)
	wantCode(t, addTags(t, user, "d1", "Protected", "no"), "")
	wantCode(t, deleteDisk(t, user, "d1"), denied)
}

func TestRequestTags_decideInEverySpelling(t *testing.T) {
	w := newWorld(t)
	team := w.user("team", onlyIf(`{"StringEquals":{"aws:RequestTag/team":"web"}}`))
	task := w.user("task", onlyIf(`{"StringEquals":{"aws:RequestTag/task":"web"}}`))
	notDB := w.user("not-db", onlyIf(`{"StringNotEquals":{"aws:RequestTag/team":"db"}}`))
	for _, tc := range []struct {
		name string
		as   *lightsail.Client
		tags []string
		want string
	}{
		{"one-spelling", team, []string{"Team", "web"}, ""},
		{"the-wanted-value-last", team, []string{"team", "db", "Team", "web"}, denied},
		{"the-wanted-value-first", team, []string{"Team", "web", "team", "db"}, denied},
		{"the-wanted-value-twice", team, []string{"team", "web", "Team", "web"}, ""},
		{"one-key-twice", team, []string{"team", "db", "team", "web"}, denied},
		{"negated", notDB, []string{"team", "db", "Team", "web"}, denied},
		{"kelvin-sign", task, []string{"tas\u212a", "web"}, denied},
		{"long-s", task, []string{"ta\u017fk", "web"}, denied},
		{"kelvin-sign-beside", task, []string{"task", "web", "tas\u212a", "db"}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) { wantCode(t, createDisk(t, tc.as, tc.name, tc.tags...), tc.want) })
	}
}

func TestResourceTags_decideInEverySpelling(t *testing.T) {
	w := newWorld(t)
	root, owner := w.root(ours), w.user("owner", onlyIf(`{"StringEquals":{"aws:ResourceTag/team":"web"}}`))
	wantCode(t, errors.Join(createDisk(t, root, "theirs", "team", "db", "Team", "web"), createDisk(t, root, "own", "team", "web", "TEAM", "web")), "")
	wantCode(t, deleteDisk(t, owner, "theirs"), denied)
	wantCode(t, deleteDisk(t, owner, "own"), "")
}

// TestSessionTags_replaceTheRolesInAnySpelling: a session has one value of a key, its
// own; a key that only looks the same is another.
func TestSessionTags_replaceTheRolesInAnySpelling(t *testing.T) {
	w := newWorld(t)
	policies := []identity.InlinePolicy{{Name: "own", Document: onlyIf(`{"StringEquals":{"aws:PrincipalTag/task":"web"}}`)}}
	for _, tc := range []struct {
		name     string
		role, by identity.Tag
		want     string
	}{
		{"to-the-wanted", identity.Tag{Key: "task", Value: "db"}, identity.Tag{Key: "Task", Value: "web"}, ""},
		{"to-another", identity.Tag{Key: "task", Value: "web"}, identity.Tag{Key: "TASK", Value: "db"}, denied},
		{"by-a-kelvin-sign", identity.Tag{Key: "task", Value: "db"}, identity.Tag{Key: "tas\u212a", Value: "web"}, denied},
		{"beside-a-long-s", identity.Tag{Key: "task", Value: "web"}, identity.Tag{Key: "ta\u017fk", Value: "db"}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			role := w.add(identity.Role, tc.name, identity.Doc{Inline: policies, Tags: []identity.Tag{tc.role}})
			session := identity.Session{
				Account: ours, Owner: role, Role: tc.name, Name: "ci", Tags: []identity.Tag{tc.by},
				Issued: time.Now(), Expires: time.Now().Add(time.Hour),
			}
			c, err := session.Credentials(w.sealer)
			if err != nil {
				t.Fatal(err)
			}
			_, err = w.client("us-east-1", c.AccessKeyID, c.SecretAccessKey, c.SessionToken).GetDisks(t.Context(), &lightsail.GetDisksInput{})
			wantCode(t, err, tc.want)
		})
	}
}
