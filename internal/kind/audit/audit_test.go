package audit_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/kind/audit"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// row is the row of a disk.
func row() *resource.Resource {
	return &resource.Resource{
		ID: "19a4efdf-1111-4222-8333-123456789012", Account: "111122223333", Region: "us-east-1", Name: "data", Kind: resource.Disk, Zone: "us-east-1a",
	}
}

func TestAudit_rules(t *testing.T) {
	plan := resource.Plan{}.Then(start, "pending").Then(start.Add(time.Minute), "available")
	held := resource.Plan{{At: start, State: "pending", Held: true}}
	for _, tc := range []struct {
		name, want string
		check      func(*audit.Audit)
	}{
		{"a zone of the region", "", func(a *audit.Audit) { a.Zonal(row()) }},
		{"a zonal resource in no zone", "the zone of a Disk is all", func(a *audit.Audit) { a.Everywhere(row()) }},
		{"a name", "", func(a *audit.Audit) { a.Name("name", new("data-1")) }},
		{"no name", "name is not the name", func(a *audit.Audit) { a.Name("name", nil) }},
		{"an ARN", "", func(a *audit.Audit) { a.ARN(row(), "arn", new(row().ARN()), resource.Disk) }},
		{"an ARN of another kind", "is not the ARN of a Instance", func(a *audit.Audit) { a.ARN(row(), "arn", new(row().ARN()), resource.Instance) }},
		{"an ARN of no form", "is not an ARN", func(a *audit.Audit) { a.ARN(row(), "arn", new("arn:aws:s3:::x"), resource.Disk) }},
		{"a size", "", func(a *audit.Audit) { a.Size("size", new(int32(8)), 8, 16) }},
		{"a size too large", "size is not from 8 to 16", func(a *audit.Audit) { a.Size("size", new(int32(17)), 8, 16) }},
		{"a line of text", "", func(a *audit.Audit) { a.Text("text", new("Debian 12")) }},
		{"two lines of text", "text is not a line", func(a *audit.Audit) { a.Text("text", new("a\nb")) }},
		{"a plan", "", func(a *audit.Audit) { a.Transition(plan, "pending", "available") }},
		{"a plan that is held in the end", "", func(a *audit.Audit) { a.Plan(held, "pending") }},
		{"a plan that is held before its end", "held, but not the last", func(a *audit.Audit) {
			a.Plan(append(held, resource.Step{At: start, State: "available"}), "pending", "available")
		}},
		{"a plan of other states", `unknown state "pending"`, func(a *audit.Audit) { a.Plan(plan, "available") }},
		{"an empty plan", "does not have from 1", func(a *audit.Audit) { a.Plan(nil, "pending") }},
		{"a plan out of order", "not in order", func(a *audit.Audit) {
			a.Plan(resource.Plan{}.Then(start, "available").Then(start.Add(-1), "available"), "available")
		}},
		{"a plan that takes a year", "more than 30 days", func(a *audit.Audit) {
			a.Transition(resource.Plan{}.Then(start, "pending").Then(start.Add(365*24*time.Hour), "available"), "pending", "available")
		}},
		{"an address", "", func(a *audit.Audit) { a.Address("ip", new("198.18.0.9")) }},
		{"an IPv6 address", "ip is not an IPv4 address", func(a *audit.Audit) { a.Address("ip", new("2001:db8::1")) }},
		{"a moment long ago", "at is before 1970", func(a *audit.Audit) { a.Moment("at", time.Unix(-1, 0)) }},
		{"no moment", "", func(a *audit.Audit) { a.Moment("at", time.Time{}) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var a audit.Audit
			tc.check(&a)
			if got := fmt.Sprint(a.Err); (tc.want == "") != (a.Err == nil) || !strings.Contains(got, tc.want) {
				t.Errorf("the error = %s, want %q in it", got, tc.want)
			}
		})
	}
}

func TestAudit_keepsTheFirstError(t *testing.T) {
	var a audit.Audit
	a.Want(false, "first")
	a.Want(false, "second")
	if a.Err == nil || a.Err.Error() != "first" {
		t.Errorf("the error = %v, want the first", a.Err)
	}
}

// disk is a record of a disk.
type disk struct {
	resource.Record[types.Disk, struct {
		Note string    `json:"note"`
		At   time.Time `json:"at"`
	}, *types.Disk]
}

func TestRepack_findsWhatIsNotWritten(t *testing.T) {
	for _, tc := range []struct{ name, doc, priv, want string }{
		{"what Lanyard writes", `{"name":"data","sizeInGb":8}`, `{"note":"x","at":"2026-11-22T09:00:00Z"}`, ""},
		{"another order, spaces, and a null", `{ "sizeInGb": 8, "name": "data", "path": null }`, `{"at":"2026-11-22T09:00:00Z","note":"x"}`, ""},
		{"another form of a time", `{"name":"data"}`, `{"note":"x","at":"2026-11-22T10:00:00+01:00"}`, ""},
		{"an unknown member", `{"name":"data","size":8}`, `{"note":"x","at":"2026-11-22T09:00:00Z"}`, "doc: "},
		{"an unknown private member", `{"name":"data"}`, `{"note":"x","at":"2026-11-22T09:00:00Z","more":{"a":1}}`, "priv: more"},
		{"a value against the model", `{"name":"data","state":"lost"}`, `{"note":"x","at":"2026-11-22T09:00:00Z"}`, "doc: "},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var d disk
			r := row()
			r.Doc, r.Priv = []byte(tc.doc), []byte(tc.priv)
			err := d.Open(r)
			if err == nil {
				err = new(audit.Audit).Repack(&d)
			}
			if got := fmt.Sprint(err); (tc.want == "") != (err == nil) || !strings.Contains(got, tc.want) {
				t.Errorf("Repack of %s and %s = %s, want %q in it", tc.doc, tc.priv, got, tc.want)
			}
		})
	}
}
