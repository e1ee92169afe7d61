package compute

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	smithy "github.com/aws/smithy-go"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/codec"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// StoredKinds are the kinds that the actions make, with what their documents are held to
// when they come from a file. A kind that is not here is one that no action knows.
func StoredKinds() map[resource.Kind]resource.Stored {
	return map[resource.Kind]resource.Stored{
		resource.KeyPair:                   {Check: checkStoredKeyPair, HasSecret: isDefaultKeyPair, CheckSecret: checkKeyPairSecret},
		resource.StaticIP:                  {Check: checkStoredStaticIP},
		resource.Instance:                  {Check: checkStoredInstance, HasSecret: always, CheckSecret: checkInstanceSecret},
		resource.Disk:                      {Check: checkStoredDisk},
		resource.DiskSnapshot:              {Check: checkStoredSnapshot},
		resource.InstanceSnapshot:          {Check: checkStoredSnapshot},
		resource.ExportSnapshotRecord:      {Check: checkStoredExport},
		resource.CloudFormationStackRecord: {Check: checkStoredStack},
	}
}

func always(*resource.Resource) bool { return true }

// audit collects the first rule that documents break.
type audit struct{ err error }

// want notes what is wrong if a rule does not hold. Only the first note counts.
func (a *audit) want(holds bool, format string, args ...any) {
	if a.err == nil && !holds {
		a.err = fmt.Errorf(format, args...)
	}
}

// shared is what the documents of all kinds have.
type shared struct {
	arn, name, supportCode *string
	createdAt              *time.Time
	location               *types.ResourceLocation
	resourceType           types.ResourceType
	tags                   []types.Tag
}

// shared holds to the resource what its document repeats of it. The suffix is that of the
// kind's support code; "" for kinds without one.
func (a *audit) shared(r *resource.Resource, doc shared, suffix string) {
	code := ""
	if suffix != "" {
		code = r.SupportCode(suffix)
	}
	a.want(aws.ToString(doc.arn) == r.ARN() && aws.ToString(doc.name) == r.Name, "doc: its arn or name are not the resource's")
	a.want(doc.createdAt != nil && doc.createdAt.Equal(r.CreatedAt), "doc: createdAt is not when the resource was created")
	a.want(doc.location != nil && reflect.DeepEqual(doc.location, r.Location()), "doc: location is not the resource's")
	a.want(doc.resourceType == types.ResourceType(r.Kind), "doc: resourceType is not the resource's kind")
	a.want(aws.ToString(doc.supportCode) == code, "doc: supportCode is not the resource's")
	a.want(doc.tags == nil, "doc: tags are beside the document, not in it")
	a.want(r.Kind.Taggable() || len(r.Tags) == 0, "a resource of the kind %s has no tags", r.Kind)
}

// everywhere wants a resource that is in no zone.
func (a *audit) everywhere(r *resource.Resource) {
	a.want(r.Zone == "all", "the zone of a %s is all, not %q", r.Kind, r.Zone)
}

// zonal wants a resource that is in a zone of its region.
func (a *audit) zonal(r *resource.Resource) {
	region, ok := catalogue.LookupRegion(r.Region)
	a.want(ok && slices.Contains(region.Zones, r.Zone), "unknown zone %q of the region %s", r.Zone, r.Region)
}

// name wants the name of a resource, which need not be there any more.
func (a *audit) name(member string, name *string) {
	a.want(name != nil && model.Constraints("ResourceName").Match(*name), "doc: %s is not the name of a resource", member)
}

// id is the form of a resource's id at the end of an ARN.
const id = `[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`

var arnPattern = regexp.MustCompile(`\Aarn:aws:lightsail:([a-z0-9-]+):([0-9]{12}):([A-Za-z]+)/` + id + `\z`)

// arn wants the ARN of a resource of the same account, which may be in another region and
// need not be there any more.
func (a *audit) arn(r *resource.Resource, member string, arn *string, kind resource.Kind) {
	parts := arnPattern.FindStringSubmatch(aws.ToString(arn))
	a.want(parts != nil, "doc: %s is not an ARN", member)
	if parts != nil {
		_, known := catalogue.LookupRegion(parts[1])
		a.want(known && parts[2] == r.Account && parts[3] == string(kind), "doc: %s is not the ARN of a %s of the account", member, kind)
	}
}

// size wants a number of GB.
func (a *audit) size(member string, gb *int32, least, most int32) {
	a.want(gb != nil && *gb >= least && *gb <= most, "doc: %s is not from %d to %d", member, least, most)
}

// text wants words for people on one line.
func (a *audit) text(member string, text *string) {
	a.want(text != nil && isText(*text), "doc: %s is not a line of text", member)
}

func isText(s string) bool {
	return 0 < len(s) && len(s) <= 255 && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || '~' < r })
}

// The bounds of plans. Times before the first are not in any store: it keeps
// milliseconds since then.
var firstMoment = time.Unix(0, 0)

const (
	// maxPlan is how many steps a plan has at most: an instance remembers most of them.
	maxPlan = 64
	// maxTransition is how long a transition takes at most, on the slowest of clocks.
	maxTransition = 30 * 24 * time.Hour
)

// plan wants steps in order, in states that the kind has.
func (a *audit) plan(p resource.Plan, states ...string) {
	a.want(len(p) > 0 && len(p) <= maxPlan, "priv: the plan does not have from 1 to %d steps", maxPlan)
	for n, step := range p {
		a.want(slices.Contains(states, step.State), "priv: unknown state %q in the plan", shorten(step.State))
		a.want(!step.At.Before(firstMoment), "priv: a step of the plan is before 1970")
		if n == 0 {
			continue
		}
		before := p[n-1]
		a.want(!step.At.Before(before.At), "priv: the steps of the plan are not in order")
		a.want(!passing(before.State) || step.At.Sub(before.At) <= maxTransition, "priv: a step of the plan takes more than 30 days")
	}
}

// passing reports whether a state is one that resources are in for a while, and in which
// little can be done to them.
func passing(state string) bool { return state == instance.Pending || state == instance.Stopping }

// transition wants a plan that a resource comes into being by.
func (a *audit) transition(p resource.Plan, first, last string) {
	a.plan(p, first, last)
	a.want(len(p) == 2 && p[0].State == first && p[1].State == last, "priv: the plan is not from %s to %s", first, last)
	a.want(len(p) < 2 || p[1].At.Sub(p[0].At) <= maxTransition, "priv: the plan takes more than 30 days")
}

// repack holds the document to the constraints of the API model, by the empty document of
// its type. Then it writes the documents as the actions do, and wants that nothing of what
// was there is lost: members that no action knows.
func (a *audit) repack(r *resource.Resource, empty smithy.Serializable, pack func() error) error {
	if a.err != nil {
		return a.err
	}
	doc, priv := r.Doc, r.Priv
	if err := codec.Decode(doc, empty); err != nil {
		return fmt.Errorf("doc: %w", err)
	}
	if err := pack(); err != nil {
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
	return shorten(at)
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

// shorten keeps a message readable whatever a document holds.
func shorten(s string) string { return s[:min(len(s), 64)] }
