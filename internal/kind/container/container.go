// Package container says what a stored container service is: its documents and states, its
// deployments, images and log lines, and what the API admits of them.
//
// It runs no container and changes no store.
package container

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// maxHistory is how many steps of its plan a service remembers.
const maxHistory = 64

// Service is a stored container service, opened.
type Service struct {
	resource.Record[types.ContainerService, Priv, *types.ContainerService]
	// Deployments are those that may be shown with the service: Versions lists theirs. The
	// caller reads them.
	Deployments []*Deployment
	// begun is the state that was entered first since the service was opened, made the deployment that
	// was made, and replaces the one that was active then.
	begun          string
	made, replaces *Deployment
}

// Priv is what Lanyard knows of a service and the API never shows.
type Priv struct {
	resource.Planned
	// Latest is the version of the last deployment, and Former that of the one which was active
	// when the last one was made; 0 for none.
	Latest int64 `json:"latest,omitempty"`
	Former int64 `json:"former,omitempty"`
	// PullerFrom is when the role exists that pulls images from Amazon ECR; zero if the service
	// has no access to it.
	PullerFrom time.Time `json:"pullerFrom,omitzero"`
}

// New returns a service without deployments that is not stored yet. The power is one of the
// catalogue.
func New(r *resource.Resource, power types.ContainerServicePowerName, scale int32) *Service {
	s := &Service{}
	s.Resource = r
	s.Doc.Power, s.Doc.Scale, s.Doc.IsDisabled = power, &scale, new(false)
	return s
}

// Load opens a stored service.
func Load(r *resource.Resource) (*Service, error) {
	s := &Service{}
	return s, s.Open(r)
}

// Kind is resource.ContainerService.
func (*Service) Kind() resource.Kind { return resource.ContainerService }

// SupportSuffix is "": container services have no support code.
func (*Service) SupportSuffix() string { return "" }

// Pack writes the documents into the row, without what Show adds.
func (s *Service) Pack() error {
	d := s.Doc
	return s.PackDoc(types.ContainerService{
		Arn: d.Arn, ContainerServiceName: d.ContainerServiceName, CreatedAt: d.CreatedAt, Location: d.Location, ResourceType: d.ResourceType,
		Power: d.Power, Scale: d.Scale, IsDisabled: d.IsDisabled,
	})
}

// State is the service's state at a moment.
func (s *Service) State(now time.Time) types.ContainerServiceState {
	state, _ := stateOf(s.Resource.Status(s.Priv.Plan, now).State)
	return state
}

// IsDeleted reports whether the service was deleted. If the clock was put back since, it is in an earlier
// state again, but will be gone all the same.
func (s *Service) IsDeleted() bool {
	end, _ := stateOf(s.Priv.Plan.At(s.Priv.Settled()).State)
	return end == types.ContainerServiceStateDeleting
}

// Enter gives the service a plan that begins now. active reports whether it has an active
// deployment in the end.
func (s *Service) Enter(plan resource.Plan, active bool) {
	for i := range plan {
		if plan[i].State != rest {
			continue
		}
		switch {
		case aws.ToBool(s.Doc.IsDisabled):
			plan[i].State = disabled
		case active:
			plan[i].State = running
		default:
			plan[i].State = ready
		}
	}
	s.begun = cmp.Or(s.begun, plan[0].State)
	s.Priv.Plan = s.Priv.Plan.Followed(plan, maxHistory)
	s.Resource.Begin()
}

// Change changes what is given, and reports whether that is another value.
func (s *Service) Change(power types.ContainerServicePowerName, scale *int32, off *bool) (changed bool) {
	former := s.Doc
	if power != "" {
		s.Doc.Power = power
	}
	if scale != nil {
		s.Doc.Scale = scale
	}
	if off != nil {
		s.Doc.IsDisabled = off
	}
	return s.Doc.Power != former.Power || *s.Doc.Scale != *former.Scale || *s.Doc.IsDisabled != *former.IsDisabled
}

// ChangesPuller reports whether a wish for access to Amazon ECR is another one than the service has; nil
// is none.
func (s *Service) ChangesPuller(wanted *bool) bool { return wanted != nil && *wanted != s.HasPuller() }

// SetPuller changes whether the service has access to Amazon ECR, if that is given. The role exists
// from a moment on.
func (s *Service) SetPuller(wanted *bool, from time.Time) {
	switch {
	case !s.ChangesPuller(wanted):
	case *wanted:
		s.Priv.PullerFrom = from
	default:
		s.Priv.PullerFrom = time.Time{}
	}
}

// HasPuller reports whether the service has access to Amazon ECR, or is getting it.
func (s *Service) HasPuller() bool { return !s.Priv.PullerFrom.IsZero() }

// Deployed notes a deployment that was just made, and the one that was active then, if there was one.
func (s *Service) Deployed(made, current *Deployment) {
	s.made, s.replaces = made, current
	s.Priv.Latest, s.Priv.Former, s.Deployments = made.Entry.Seq, 0, []*Deployment{made}
	if current != nil {
		s.Priv.Former, s.Deployments = current.Entry.Seq, []*Deployment{current, made}
	}
}

// Ahead reports whether a deployment that is shown with the service is not made yet at a moment: the
// clock was put back.
func (s *Service) Ahead(now time.Time) bool {
	return slices.ContainsFunc(s.Deployments, func(d *Deployment) bool { return d.Entry.At.After(now) })
}

// Rewind fits the service, given with all of its deployments, to a clock that was put back.
func (s *Service) Rewind(now time.Time) {
	for _, d := range s.Deployments {
		d.Rewind(now)
	}
	current := s.Current(now)
	s.Priv.Former = 0
	if current != nil {
		s.Priv.Former = current.Entry.Seq
	}
}

// Capacity is what each node of the service has.
func (s *Service) Capacity() (cpus, ramGiB float32) {
	power, ok := catalogue.LookupPower(s.Doc.Power)
	if !ok {
		return 0, 0
	}
	return *power.CpuCount, *power.RamSizeInGb
}

// Latest is the version of the last deployment as texts have it.
func (s *Service) Latest() string { return strconv.FormatInt(s.Priv.Latest, 10) }

// Versions are those of the deployments that may be shown with the service.
func (s *Service) Versions() (versions []int64) {
	for _, v := range []int64{s.Priv.Former, s.Priv.Latest} {
		if v > 0 {
			versions = append(versions, v)
		}
	}
	return versions
}

// in is the last deployment that is in a state at a moment; nil if none is.
func (s *Service) in(state types.ContainerServiceDeploymentState, now time.Time) (found *Deployment) {
	for _, d := range s.Deployments {
		if d.State(now) == state {
			found = d
		}
	}
	return found
}

// Current is the active deployment at a moment; nil if there is none.
func (s *Service) Current(now time.Time) *Deployment {
	return s.in(types.ContainerServiceDeploymentStateActive, now)
}

// Next is the deployment that is being made at a moment; nil if there is none.
func (s *Service) Next(now time.Time) *Deployment {
	return s.in(types.ContainerServiceDeploymentStateActivating, now)
}

// Show is the service as the API shows it at a moment.
func (s *Service) Show(now time.Time) *types.ContainerService {
	doc := s.show(s.Resource.Status(s.Priv.Plan, now).State, now)
	doc.CurrentDeployment, doc.NextDeployment = s.Current(now).Show(now), s.Next(now).Show(now)
	return doc
}

// Begun is the service as the answer to a call shows it that has changed it: at the beginning of the
// change, also if that takes no time. Clients read the version of the next deployment there.
func (s *Service) Begun(now time.Time) *types.ContainerService {
	doc := s.show(s.begun, now)
	if s.made == nil {
		doc.CurrentDeployment = s.Current(now).Show(now)
		return doc
	}
	doc.CurrentDeployment, doc.NextDeployment = s.replaces.showIn(active), s.made.showIn(activating)
	return doc
}

// show is the service in a state, without deployments.
func (s *Service) show(step string, now time.Time) *types.ContainerService {
	doc := s.Doc
	doc.State, doc.StateDetail = stateOf(step)
	doc.Tags = s.Resource.Tags
	doc.PublicDomainNames = s.publicNames()
	name := s.Resource.Name
	doc.PrivateDomainName = new(name + ".service.local")
	doc.Url = new("https://" + s.Host() + "/")
	doc.PrincipalArn = new("") // while the service is being created (observed)
	if doc.State != types.ContainerServiceStatePending {
		doc.PrincipalArn = new(s.role("", "service"))
	}
	if power, ok := catalogue.LookupPower(doc.Power); ok {
		doc.PowerId = power.PowerId
	}
	doc.PrivateRegistryAccess = &types.PrivateRegistryAccess{EcrImagePullerRole: s.puller(now)}
	return &doc
}

// Host is the name in DNS at which the service answers.
func (s *Service) Host() string {
	return s.Resource.Name + "." + urlID(s.Resource) + "." + s.Resource.Region + ".cs.amazonlightsail.com"
}

// puller is the role that pulls images from Amazon ECR. Its ARN is known when it exists.
func (s *Service) puller(now time.Time) *types.ContainerServiceECRImagePullerRole {
	role := &types.ContainerServiceECRImagePullerRole{IsActive: new(s.HasPuller()), PrincipalArn: new("")}
	if s.Pulls(now) {
		role.PrincipalArn = new(s.role("private-repo-access/", "puller"))
	}
	return role
}

// Pulls reports whether the role that pulls images from Amazon ECR exists at a moment.
func (s *Service) Pulls(now time.Time) bool {
	return s.HasPuller() && !now.Before(s.Priv.PullerFrom)
}

// role is the ARN of one of the service's roles. They are in an account of AWS (observed).
func (s *Service) role(folder, purpose string) string {
	r := s.Resource
	return "arn:aws:iam::" + r.SupportAccount() + ":role/amazon/lightsail/" + r.Region + "/containers/" + r.Name + "/" + folder + digest(purpose, r.ID)
}

// urlID is the part of a URL that all services of an account have in a region (observed).
func urlID(r *resource.Resource) string { return digest("url", r.Account, r.Region)[:13] }

// digest are 52 small letters and digits that follow from texts.
func digest(of ...string) string {
	sum := sha256.Sum256([]byte("container service\x00" + strings.Join(of, "\x00")))
	return strings.ToLower(base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:]))
}
