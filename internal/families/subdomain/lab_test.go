package subdomain_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// How long things take on AWS: a creation, a change of an association, and a creation with a distribution.
const (
	creation = 10 * time.Second
	change   = 300 * time.Second
	serving  = 2*change + creation
)

// lab is a server with a clock of its own, a bucket "photos" and what tests do with subdomains.
type lab struct{ *familytest.Lab }

func newLab(t *testing.T, o lanyardtest.Options) *lab {
	t.Helper()
	l := &lab{familytest.NewLab(t, o)}
	familytest.Do(t, l.CreateBucket, &lightsail.CreateBucketInput{BucketName: new("photos"), BundleId: new("small_1_0")})
	return l
}

// create makes a subdomain and waits until that is done.
func (l *lab) create(name string) *types.Subdomain {
	l.T.Helper()
	familytest.Do(l.T, l.CreateSubdomain, &lightsail.CreateSubdomainInput{SubdomainName: &name})
	l.Pass(creation)
	return l.get(name)
}

func (l *lab) get(name string) *types.Subdomain {
	l.T.Helper()
	out := familytest.Do(l.T, l.GetSubdomains, &lightsail.GetSubdomainsInput{SubdomainName: &name})
	if len(out.Subdomains) != 1 {
		l.T.Fatalf("got %d subdomains of the name %s, want one", len(out.Subdomains), name)
	}
	return &out.Subdomains[0]
}

func (l *lab) remove(name string) (*lightsail.DeleteSubdomainOutput, error) {
	return l.DeleteSubdomain(l.T.Context(), &lightsail.DeleteSubdomainInput{SubdomainName: &name})
}

// wantList checks the names and states of all subdomains, those nested in others in brackets.
func (l *lab) wantList(want string) {
	l.T.Helper()
	got := ""
	for _, top := range familytest.Do(l.T, l.GetSubdomains, &lightsail.GetSubdomainsInput{}).Subdomains {
		got += fmt.Sprint(*top.SubdomainName, " ", top.State)
		for _, child := range top.Children {
			got += fmt.Sprint(" [", *child.SubdomainName, " ", child.State, "]")
		}
		got += "\n"
	}
	if got != want {
		l.T.Errorf("subdomains:\n%swant:\n%s", got, want)
	}
}

func of(name string) *lightsail.CreateDistributionInput {
	return &lightsail.CreateDistributionInput{
		DistributionName: &name, BundleId: new("small_1_0"),
		Origin:               &types.InputOrigin{Name: new("photos"), RegionName: types.RegionNameUsEast1},
		DefaultCacheBehavior: &types.CacheBehavior{Behavior: types.BehaviorEnumCacheSetting},
	}
}

// cdn makes a distribution, waits until it is deployed, and returns its ARN.
func (l *lab) cdn(name string) string {
	l.T.Helper()
	out := familytest.Do(l.T, l.CreateDistribution, of(name))
	l.Pass(change)
	return *out.Distribution.Arn
}

func (l *lab) distribution(name string) *types.LightsailDistribution {
	l.T.Helper()
	return &familytest.Do(l.T, l.GetDistributions, &lightsail.GetDistributionsInput{DistributionName: &name}).Distributions[0]
}

// wantServed checks what a distribution shows of its subdomain: name and state, or "-".
func (l *lab) wantServed(distribution, want string) {
	l.T.Helper()
	got := "-"
	if s := l.distribution(distribution).Subdomain; s != nil {
		got = fmt.Sprint(*s.Name, " ", s.State)
	}
	if got != want {
		l.T.Errorf("the subdomain of the distribution %s is %q, want %q", distribution, got, want)
	}
}

// update changes an association. An empty ARN is left out.
func (l *lab) update(name string, action types.SubdomainAssociationAction, arn string) (*lightsail.UpdateSubdomainAssociationOutput, error) {
	in := &lightsail.UpdateSubdomainAssociationInput{SubdomainName: &name, Action: action}
	if arn != "" {
		in.TargetResourceArn = &arn
	}
	return l.UpdateSubdomainAssociation(l.T.Context(), in)
}

// updated is update with success, after which it waits until that is done.
func (l *lab) updated(name string, action types.SubdomainAssociationAction, arn string) {
	l.T.Helper()
	_, err := l.update(name, action, arn)
	familytest.NoError(l.T, err)
	l.Pass(change)
}

// wantRefused checks for an InvalidInputException of invalid parameters.
func wantRefused(t *testing.T, err error, message string) {
	t.Helper()
	familytest.WantInvalid(t, err, "InvalidParams", message)
}
