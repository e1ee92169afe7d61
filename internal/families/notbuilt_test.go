package families_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
)

// TestLists_areEmpty reads lists of a new account, also of families of which nothing can be made.
func TestLists_areEmpty(t *testing.T) {
	c, ctx := familytest.Client(t), t.Context()
	loadBalancers, err := c.GetLoadBalancers(ctx, &lightsail.GetLoadBalancersInput{})
	wantEmpty(t, "load balancers", loadBalancers.LoadBalancers, err)
	databases, err := c.GetRelationalDatabases(ctx, &lightsail.GetRelationalDatabasesInput{})
	wantEmpty(t, "databases", databases.RelationalDatabases, err)
	snapshots, err := c.GetRelationalDatabaseSnapshots(ctx, &lightsail.GetRelationalDatabaseSnapshotsInput{PageToken: new("")})
	wantEmpty(t, "database snapshots", snapshots.RelationalDatabaseSnapshots, err)
	buckets, err := c.GetBuckets(ctx, &lightsail.GetBucketsInput{})
	wantEmpty(t, "buckets", buckets.Buckets, err)
	services, err := c.GetContainerServices(ctx, &lightsail.GetContainerServicesInput{})
	wantEmpty(t, "container services", services.ContainerServices, err)
	domains, err := c.GetDomains(ctx, &lightsail.GetDomainsInput{})
	wantEmpty(t, "domains", domains.Domains, err)
	distributions, err := c.GetDistributions(ctx, &lightsail.GetDistributionsInput{DistributionName: new("any")})
	wantEmpty(t, "distributions", distributions.Distributions, err)
	certificates, err := c.GetCertificates(ctx, &lightsail.GetCertificatesInput{CertificateName: new("any")})
	wantEmpty(t, "certificates", certificates.Certificates, err)
	alarms, err := c.GetAlarms(ctx, &lightsail.GetAlarmsInput{MonitoredResourceName: new("any")})
	wantEmpty(t, "alarms", alarms.Alarms, err)
	contacts, err := c.GetContactMethods(ctx, &lightsail.GetContactMethodsInput{})
	wantEmpty(t, "contact methods", contacts.ContactMethods, err)
	peered, err := c.IsVpcPeered(ctx, &lightsail.IsVpcPeeredInput{})
	if err != nil || peered.IsPeered == nil || *peered.IsPeered {
		t.Errorf("IsVpcPeered: got %v, %v, want false", peered, err)
	}
	_, err = c.GetLoadBalancers(ctx, &lightsail.GetLoadBalancersInput{PageToken: new("x")})
	familytest.WantInvalid(t, err, "InvalidParams", "The page token is not valid.")
}

// wantEmpty wants a list that is there and holds nothing.
func wantEmpty[T any](t *testing.T, what string, list []T, err error) {
	t.Helper()
	if err != nil || list == nil || len(list) > 0 {
		t.Errorf("the list of %s: got %v, %v, want an empty one", what, list, err)
	}
}

func TestNotBuilt_nothingExists(t *testing.T) {
	c, ctx := familytest.Client(t), t.Context()
	familytest.ImportKey(t, c, "taken")
	for what, call := range map[string]func() error{
		"LoadBalancer": func() error {
			_, err := c.GetLoadBalancer(ctx, &lightsail.GetLoadBalancerInput{LoadBalancerName: new("taken")})
			return err
		},
		"RelationalDatabase": func() error {
			_, err := c.GetRelationalDatabase(ctx, &lightsail.GetRelationalDatabaseInput{RelationalDatabaseName: new("taken")})
			return err
		},
		"RelationalDatabaseSnapshot": func() error {
			_, err := c.GetRelationalDatabaseSnapshot(ctx, &lightsail.GetRelationalDatabaseSnapshotInput{RelationalDatabaseSnapshotName: new("taken")})
			return err
		},
		"Domain": func() error {
			_, err := c.GetDomain(ctx, &lightsail.GetDomainInput{DomainName: new("taken")})
			return err
		},
		"Alarm": func() error {
			_, err := c.GetAlarms(ctx, &lightsail.GetAlarmsInput{AlarmName: new("taken")})
			return err
		},
		"Instance": func() error {
			_, err := c.GetSetupHistory(ctx, &lightsail.GetSetupHistoryInput{ResourceName: new("taken")})
			return err
		},
	} {
		t.Run(what, func(t *testing.T) { familytest.WantNotFound(t, call(), "The "+what+" does not exist: taken") })
	}
	_, err := c.GetLoadBalancerTlsCertificates(ctx, &lightsail.GetLoadBalancerTlsCertificatesInput{LoadBalancerName: new("none")})
	familytest.WantNotFound(t, err, "The LoadBalancer does not exist: none")
	_, err = c.GetRelationalDatabaseMasterUserPassword(ctx, &lightsail.GetRelationalDatabaseMasterUserPasswordInput{RelationalDatabaseName: new("none")})
	familytest.WantNotFound(t, err, "The RelationalDatabase does not exist: none")
}
