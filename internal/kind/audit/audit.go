// Package audit holds documents that come from a file to what the actions would have
// written.
//
// It has the rules that all kinds share; those of a kind are in the kind's own package. It
// changes no store.
package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	smithy "github.com/aws/smithy-go"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/codec"
	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Audit collects the first rule that documents break.
type Audit struct {
	// Err is the rule; nil if all hold.
	Err error
}

// Want notes what is wrong if a rule does not hold. Only the first note counts.
func (a *Audit) Want(holds bool, format string, args ...any) {
	if a.Err == nil && !holds {
		a.Err = fmt.Errorf(format, args...)
	}
}

// Envelope wants the members that the documents of all kinds share.
func (a *Audit) Envelope(record interface {
	CheckEnvelope(supportSuffix string) error
}, supportSuffix string,
) {
	if a.Err == nil {
		a.Err = record.CheckEnvelope(supportSuffix)
	}
}

// Everywhere wants a resource that is in no zone.
func (a *Audit) Everywhere(r *resource.Resource) {
	a.Want(r.Zone == "all", "the zone of a %s is all, not %q", r.Kind, r.Zone)
}

// Zonal wants a resource that is in a zone of its region.
func (a *Audit) Zonal(r *resource.Resource) {
	region, ok := catalogue.LookupRegion(r.Region)
	a.Want(ok && slices.Contains(region.Zones, r.Zone), "unknown zone %q of the region %s", r.Zone, r.Region)
}

// Name wants the name of a resource, which need not be there any more.
func (a *Audit) Name(member string, name *string) {
	a.Want(name != nil && model.Constraints("ResourceName").Match(*name), "doc: %s is not the name of a resource", member)
}

// id is the form of a resource's id at the end of an ARN.
const id = `[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`

var arnPattern = regexp.MustCompile(`\Aarn:aws:lightsail:([a-z0-9-]+):([0-9]{12}):([A-Za-z]+)/` + id + `\z`)

// ARN wants the ARN of a resource of the same account, which may be in another region and
// need not be there any more.
func (a *Audit) ARN(r *resource.Resource, member string, arn *string, kind resource.Kind) {
	parts := arnPattern.FindStringSubmatch(aws.ToString(arn))
	a.Want(parts != nil, "doc: %s is not an ARN", member)
	if parts != nil {
		_, known := catalogue.LookupRegion(parts[1])
		a.Want(known && parts[2] == r.Account && parts[3] == string(kind), "doc: %s is not the ARN of a %s of the account", member, kind)
	}
}

// Size wants a number of GB.
func (a *Audit) Size(member string, gb *int32, least, most int32) {
	a.Want(gb != nil && *gb >= least && *gb <= most, "doc: %s is not from %d to %d", member, least, most)
}

// Text wants words for people on one line.
func (a *Audit) Text(member string, text *string) {
	a.Want(text != nil && IsText(*text), "doc: %s is not a line of text", member)
}

// IsText reports whether a text is words for people on one line.
func IsText(s string) bool { return isLine(s, 255) }

// IsMessage reports whether a text is a line for people that may have names of resources in it, which are up to 255 long.
func IsMessage(s string) bool { return isLine(s, 1024) }

func isLine(s string, longest int) bool {
	return 0 < len(s) && len(s) <= longest && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || '~' < r })
}

// The bounds of plans. Times before the first are not in any store: it keeps
// milliseconds since then.
var firstMoment = time.Unix(0, 0)

const (
	// maxPlan is how many steps a plan has at most: an instance remembers most of them.
	maxPlan = 64
	// MaxTransition is how long a transition takes at most, on the slowest of clocks.
	MaxTransition = 30 * 24 * time.Hour
)

// Plan wants steps in order, in states that the kind has.
func (a *Audit) Plan(p resource.Plan, states ...string) {
	a.Want(len(p) > 0 && len(p) <= maxPlan, "priv: the plan does not have from 1 to %d steps", maxPlan)
	for n, step := range p {
		a.Want(slices.Contains(states, step.State), "priv: unknown state %q in the plan", Shorten(step.State))
		a.Want(!step.At.Before(firstMoment), "priv: a step of the plan is before 1970")
		a.Want(!step.Held || n == len(p)-1, "priv: a step of the plan is held, but not the last")
		if n == 0 {
			continue
		}
		before := p[n-1]
		a.Want(!step.At.Before(before.At), "priv: the steps of the plan are not in order")
		a.Want(!passing(before.State) || step.At.Sub(before.At) <= MaxTransition, "priv: a step of the plan takes more than 30 days")
	}
}

// passing reports whether a state is one that resources are in for a while, and in which
// little can be done to them.
func passing(state string) bool {
	first, _, _ := strings.Cut(strings.ToLower(state), " ") // container services have a detail after it
	return slices.Contains([]string{
		"pending", "stopping", "deploying", "updating", "deleting", "activating", "creating", "backing-up", "modifying", "rebooting", "starting",
		"inprogress", "attaching", "detaching", "transferring",
	}, first)
}

// Gone wants a resource that is being deleted to be gone some time after its deletion.
func (a *Audit) Gone(r *resource.Resource, deleted time.Time) {
	a.Want(r.GoneAt.Sub(deleted) <= MaxTransition, "goneAt is more than 30 days after the deletion")
}

// Transition wants a plan that a resource comes into being by.
func (a *Audit) Transition(p resource.Plan, first, last string) {
	a.Plan(p, first, last)
	a.Want(len(p) == 2 && p[0].State == first && p[1].State == last, "priv: the plan is not from %s to %s", first, last)
	a.Want(len(p) < 2 || p[1].At.Sub(p[0].At) <= MaxTransition, "priv: the plan takes more than 30 days")
}

// Packer is a record that was opened from the resource.
type Packer interface {
	Row() *resource.Resource
	Pack() error
	// Empty is an empty document of the record's type.
	Empty() smithy.Serializable
}

// Model wants a document that keeps the constraints of the API model, so that all members which those require are there.
func (a *Audit) Model(record Packer) {
	if a.Err == nil {
		if err := checkModel(record.Row().Doc, record.Empty()); err != nil {
			a.Err = fmt.Errorf("doc: %w", err)
		}
	}
}

// Repack checks the document against the constraints of the API model. Then it writes the
// documents as the actions do. It returns an error if anything of them is lost by that:
// members that no action knows.
func (a *Audit) Repack(record Packer) error {
	if a.Model(record); a.Err != nil {
		return a.Err
	}
	r := record.Row()
	doc, priv := r.Doc, r.Priv
	if err := record.Pack(); err != nil {
		return err
	}
	if member := foreign(doc, r.Doc); member != "" {
		return fmt.Errorf("doc: %s is not what Lanyard writes", member)
	}
	if member := foreign(priv, r.Priv); member != "" {
		return fmt.Errorf("priv: %s is not what Lanyard writes", member)
	}
	return nil
}

// checkModel checks a document against the constraints of the API model. They know no region
// global, which the locations of domains have; the check of the envelope holds it to those.
func checkModel(doc []byte, into smithy.Serializable) error {
	err := codec.Decode(doc, into)
	invalid, ok := errors.AsType[*codec.ValidationError](err)
	if !ok {
		return err
	}
	invalid.Violations = slices.DeleteFunc(invalid.Violations, func(v codec.Violation) bool {
		return v.Path == "location.regionName" && v.Value == "global"
	})
	if len(invalid.Violations) == 0 {
		return nil
	}
	return err
}

// foreign names a member of a document that another document does not have, or not with
// that value; "" if there is none.
func foreign(doc, in []byte) string {
	var given, written any
	if errors.Join(decodeJSON(doc, &given), decodeJSON(in, &written)) != nil {
		return "it"
	}
	return outside("", given, written)
}

func decodeJSON(doc []byte, v any) error { return json.NewDecoder(bytes.NewReader(doc)).Decode(v) }

// outside names the place of a value that is not among those that are written. A null is
// the same as absence.
func outside(at string, given, written any) string {
	var same bool
	switch given := given.(type) {
	case map[string]any:
		other, ok := written.(map[string]any)
		if found := memberOutside(at, given, other); found != "" {
			return found
		}
		same = ok
	case []any:
		other, ok := written.([]any)
		for n := range min(len(given), len(other)) {
			if found := outside(at, given[n], other[n]); found != "" {
				return found
			}
		}
		same = ok && len(given) == len(other)
	default:
		same = reflect.DeepEqual(given, written) || sameMoment(given, written)
	}
	if same {
		return ""
	}
	return Shorten(at)
}

// memberOutside is outside for the members of an object.
func memberOutside(at string, given, written map[string]any) string {
	for name, value := range given {
		if value == nil {
			continue
		}
		if found := outside(strings.TrimPrefix(at+"."+name, "."), value, written[name]); found != "" {
			return found
		}
	}
	return ""
}

// sameMoment reports whether two values are the same time, in two of the forms that RFC 3339
// has for it.
func sameMoment(given, written any) bool {
	one, ok := given.(string)
	other, also := written.(string)
	if !ok || !also {
		return false
	}
	first, err := time.Parse(time.RFC3339, one)
	second, failed := time.Parse(time.RFC3339, other)
	return errors.Join(err, failed) == nil && first.Equal(second)
}

// Decode reads a JSON document whose members are all known.
func Decode(doc []byte, v any) error {
	decoder := json.NewDecoder(bytes.NewReader(doc))
	decoder.DisallowUnknownFields()
	return decoder.Decode(v)
}

// Shorten keeps a message readable whatever a document holds.
func Shorten(s string) string { return s[:min(len(s), 64)] }

// Moment wants a time that is absent or not before 1970.
func (a *Audit) Moment(member string, at time.Time) {
	a.Want(at.IsZero() || !at.Before(firstMoment), "priv: %s is before 1970", member)
}

// Address wants an IPv4 address as addresses are written.
func (a *Audit) Address(member string, text *string) netip.Addr {
	address, err := netip.ParseAddr(aws.ToString(text))
	a.Want(err == nil && address.Is4() && address.String() == *text, "doc: %s is not an IPv4 address", member)
	return address
}

// ARNKind is the kind in the ARN of a resource; "" if it is not such an ARN.
func ARNKind(arn *string) resource.Kind {
	parts := arnPattern.FindStringSubmatch(aws.ToString(arn))
	if parts == nil {
		return ""
	}
	return resource.Kind(parts[3])
}
