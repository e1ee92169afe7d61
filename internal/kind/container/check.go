package container

import (
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/codec"
	"github.com/lanyard-cloud/lanyard/internal/kind/audit"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Stored is how an import checks container services.
func Stored() resource.StoredKinds {
	return resource.StoredKinds{resource.ContainerService: {
		Check: check, Classes: []resource.Class{Deployments, Images, LogLines, NodesOver.Class},
	}}
}

func check(r *resource.Resource) (claims resource.Claims, err error) {
	s, err := Load(r)
	if err != nil {
		return claims, err
	}
	var a audit.Audit
	a.Envelope(s, s.SupportSuffix())
	a.Everywhere(r)
	_, known := catalogue.LookupPower(s.Doc.Power)
	a.Want(known, "doc: unknown power %q", audit.Shorten(string(s.Doc.Power)))
	a.Want(s.Doc.Scale != nil, "doc: scale is missing")
	a.Want(s.Doc.IsDisabled != nil, "doc: isDisabled is missing")
	a.Plan(s.Priv.Plan, states()...)
	ends := s.IsDeleted()
	a.Want(ends == !r.GoneAt.IsZero(), "priv: the plan ends in %s: %t, and there is goneAt: %t", deleting, ends, !ends)
	if ends {
		a.Gone(r, s.Priv.Settled())
	}
	a.Moment("pullerFrom", s.Priv.PullerFrom)
	a.Want(0 <= s.Priv.Former && s.Priv.Former <= s.Priv.Latest && s.Priv.Latest <= resource.MaxSeq, "priv: former and latest are not versions in order")
	return claims, a.Repack(s)
}

// checkDeployment holds an entry to what the actions would have written of it.
func checkDeployment(e *resource.Entry) error {
	var stored storedDeployment
	if err := audit.Decode(e.Doc, &stored); err != nil {
		return err
	}
	d := &Deployment{Entry: e, deploymentPriv: stored.deploymentPriv}
	if err := codec.Decode(stored.Doc, &d.Doc); err != nil {
		return err
	}
	again, err := NewDeployment(d.Doc.Containers, asRequest(d.Doc.PublicEndpoint))
	if err != nil {
		return err
	}
	if !sameJSON(stored.Doc, codec.Encode(&again.Doc)) {
		return errors.New("doc: it is not what Lanyard writes")
	}
	var a audit.Audit
	a.Want(isHistory(d.Plan), "the plan is not that of a deployment")
	a.Plan(d.Plan, activating, active, failed, inactive)
	a.Want(d.ownImages(), "images are not those of the containers")
	return a.Err
}

// asRequest is an endpoint as a call gives it.
func asRequest(e *types.ContainerServiceEndpoint) *types.EndpointRequest {
	if e == nil {
		return nil
	}
	return &types.EndpointRequest{ContainerName: e.ContainerName, ContainerPort: e.ContainerPort, HealthCheck: e.HealthCheck}
}

// isHistory reports whether a plan has the states of a deployment, in order.
func isHistory(p resource.Plan) bool {
	var got []string
	for _, step := range p {
		got = append(got, step.State)
	}
	return slices.ContainsFunc([][]string{{activating, active}, {activating, active, inactive}, {activating, failed}},
		func(want []string) bool { return slices.Equal(got, want) })
}

// ownImages reports whether the deployment has the number of each registered image that a container
// runs, and no other.
func (d *Deployment) ownImages() bool {
	want := map[string]int64{}
	for name, c := range d.Doc.Containers {
		if image, ok := ParseRegistered(*c.Image); ok {
			number := d.Images[name]
			if number < 1 || image.Number != 0 && image.Number != number {
				return false
			}
			want[name] = number
		}
	}
	return maps.Equal(want, d.Images)
}

// sameJSON reports whether two documents say the same.
func sameJSON(a, b []byte) bool {
	var one, other any
	return json.Unmarshal(a, &one) == nil && json.Unmarshal(b, &other) == nil && reflect.DeepEqual(one, other)
}
