//go:build clients

package clients

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// onBalancer is the record of an action on the load balancer lb.
func onBalancer(action string, details ...string) record {
	r := record{action: action, kind: types.ResourceTypeLoadBalancer, name: "lb"}
	if len(details) > 0 {
		r.details = &details[0]
	}
	return r
}

// onTLSCertificate is the record of an action on the certificate cert of the load balancer lb.
func onTLSCertificate(action string, details ...string) record {
	r := onBalancer(action, details...)
	r.kind, r.name = types.ResourceTypeLoadBalancerTlsCertificate, "cert"
	return r
}

// testLoadBalancers goes through the life of a load balancer with an instance.
func testLoadBalancers(t *testing.T, c *lightsail.Client) {
	u, lb := newUser(t, c), new("lb")
	u.run("web")
	created := do(u, u.CreateLoadBalancer, &lightsail.CreateLoadBalancerInput{LoadBalancerName: lb, InstancePort: 80, Tags: []types.Tag{tag("team", "web")}})
	u.wantStarted(created.Operations, onBalancer("CreateLoadBalancer"))
	wantBalancer(u, u.balancer())
	web := record{action: "AttachInstancesToLoadBalancer", kind: types.ResourceTypeInstance, name: "web", details: lb}
	attached := do(u, u.AttachInstancesToLoadBalancer, &lightsail.AttachInstancesToLoadBalancerInput{LoadBalancerName: lb, InstanceNames: []string{"web"}})
	u.wantStarted(attached.Operations, onBalancer(web.action, "web"), web)
	u.awaitHealth(types.InstanceHealthStateHealthy)
	at := time.Now()
	data := do(u, u.GetLoadBalancerMetricData, &lightsail.GetLoadBalancerMetricDataInput{
		LoadBalancerName: lb, MetricName: types.LoadBalancerMetricNameHealthyHostCount, Period: new(int32(60)), Unit: types.MetricUnitCount,
		StartTime: new(at.Add(-time.Hour)), EndTime: &at, Statistics: []types.MetricStatistic{types.MetricStatisticAverage},
	})
	if data.MetricName != types.LoadBalancerMetricNameHealthyHostCount {
		t.Errorf("the metric data are of %s", data.MetricName)
	}
	do(u, u.PutAlarm, &lightsail.PutAlarmInput{
		AlarmName: new("down"), MonitoredResourceName: lb, MetricName: types.MetricNameUnhealthyHostCount, Threshold: new(1.0),
		ComparisonOperator: types.ComparisonOperatorGreaterThanOrEqualToThreshold, EvaluationPeriods: new(int32(1)),
	})
	web.action = "DetachInstancesFromLoadBalancer"
	detached := do(u, u.DetachInstancesFromLoadBalancer, &lightsail.DetachInstancesFromLoadBalancerInput{LoadBalancerName: lb, InstanceNames: []string{"web"}})
	u.wantStarted(detached.Operations, onBalancer(web.action, "web"), web)
	u.awaitHealth("")
	set := &lightsail.UpdateLoadBalancerAttributeInput{LoadBalancerName: lb, AttributeName: "HealthCheckPath", AttributeValue: new("/up")}
	u.wantDone(do(u, u.UpdateLoadBalancerAttribute, set).Operations, onBalancer("UpdateLoadBalancerAttribute", "HealthCheckPath"))
	set.AttributeName, set.AttributeValue = "HttpsRedirectionEnabled", new("true")
	refused(u, u.UpdateLoadBalancerAttribute, set, invalid("InvalidParams", "cannot enable https redirection while https is disabled."))
	typed := do(u, u.SetIpAddressType, &lightsail.SetIpAddressTypeInput{ResourceType: types.ResourceTypeLoadBalancer, ResourceName: lb, IpAddressType: "ipv4"})
	u.wantDone(typed.Operations, onBalancer("SetIpAddressType"))
	if all := do(u, u.GetLoadBalancers, &lightsail.GetLoadBalancersInput{}).LoadBalancers; len(all) != 1 || *all[0].HealthCheckPath != "/up" || all[0].IpAddressType != "ipv4" {
		t.Errorf("GetLoadBalancers returned %+v, want lb alone with its changes", all)
	}
	u.wantDone(do(u, u.DeleteLoadBalancer, &lightsail.DeleteLoadBalancerInput{LoadBalancerName: lb}).Operations, onBalancer("DeleteLoadBalancer"))
	refused(u, u.GetLoadBalancer, &lightsail.GetLoadBalancerInput{LoadBalancerName: lb}, missing("The LoadBalancer does not exist: lb"))
}

// testBalancerCertificates goes through the life of a load balancer's certificate in the region of the zones.
func testBalancerCertificates(t *testing.T, c *lightsail.Client) {
	u, lb, cert, zone := newUser(t, c), new("lb"), new("cert"), new("balanced.example.org")
	do(u, u.CreateLoadBalancer, &lightsail.CreateLoadBalancerInput{LoadBalancerName: lb, InstancePort: 80})
	do(u, u.CreateDomain, &lightsail.CreateDomainInput{DomainName: zone})
	created := do(u, u.CreateLoadBalancerTlsCertificate, &lightsail.CreateLoadBalancerTlsCertificateInput{
		LoadBalancerName: lb, CertificateName: cert, CertificateDomainName: zone, CertificateAlternativeNames: []string{"www." + *zone},
	})
	u.wantDone(created.Operations, onTLSCertificate("CreateLoadBalancerTlsCertificate", "lb"), onBalancer("CreateLoadBalancerTlsCertificate", "cert"))
	read := func() types.LoadBalancerTlsCertificate {
		return do(u, u.GetLoadBalancerTlsCertificates, &lightsail.GetLoadBalancerTlsCertificatesInput{LoadBalancerName: lb}).TlsCertificates[0]
	}
	issued := poll(u, read, func(c types.LoadBalancerTlsCertificate) bool {
		return c.Status == types.LoadBalancerTlsCertificateStatusIssued
	})
	if *issued.Subject != "CN="+*zone || *issued.Issuer != "Amazon" || len(issued.DomainValidationRecords) != 2 {
		t.Errorf("the issued certificate is %+v", issued)
	}
	attached := do(u, u.AttachLoadBalancerTlsCertificate, &lightsail.AttachLoadBalancerTlsCertificateInput{LoadBalancerName: lb, CertificateName: cert})
	u.wantDone(attached.Operations, onBalancer("AttachLoadBalancerTlsCertificate", "cert"), onTLSCertificate("AttachLoadBalancerTlsCertificate", "lb"))
	if b := u.balancer(); b.Protocol != types.LoadBalancerProtocolHttpHttps || !*b.TlsCertificateSummaries[0].IsAttached {
		t.Errorf("with a certificate the load balancer has the protocol %s and the certificates %v", b.Protocol, b.TlsCertificateSummaries)
	}
	policies := do(u, u.GetLoadBalancerTlsPolicies, &lightsail.GetLoadBalancerTlsPoliciesInput{}).TlsPolicies
	if len(policies) != 2 || *policies[0].Name != "TLS-2016-08" || !*policies[0].IsDefault {
		t.Errorf("TLS policies: %v, want two with TLS-2016-08 as the default", policies)
	}
	deleted := do(u, u.DeleteLoadBalancerTlsCertificate, &lightsail.DeleteLoadBalancerTlsCertificateInput{LoadBalancerName: lb, CertificateName: cert})
	u.wantStarted(deleted.Operations, onTLSCertificate("DeleteLoadBalancerTlsCertificate"), onBalancer("DeleteLoadBalancerTlsCertificate"))
	do(u, u.DeleteLoadBalancer, &lightsail.DeleteLoadBalancerInput{LoadBalancerName: lb})
	do(u, u.DeleteDomain, &lightsail.DeleteDomainInput{DomainName: zone})
}

func (u *user) balancer() *types.LoadBalancer {
	u.t.Helper()
	return do(u, u.GetLoadBalancer, &lightsail.GetLoadBalancerInput{LoadBalancerName: new("lb")}).LoadBalancer
}

// awaitHealth waits until the one instance of the load balancer has a health, or until there is none for "".
func (u *user) awaitHealth(want types.InstanceHealthState) {
	u.t.Helper()
	poll(u, u.balancer, func(b *types.LoadBalancer) bool {
		all := b.InstanceHealthSummary
		return want == "" && len(all) == 0 || len(all) == 1 && all[0].InstanceHealth == want
	})
}

// wantBalancer wants the load balancer as it was made.
func wantBalancer(u *user, got *types.LoadBalancer) {
	u.t.Helper()
	want := &types.LoadBalancer{
		Name: new("lb"), ResourceType: types.ResourceTypeLoadBalancer, Tags: []types.Tag{tag("team", "web")},
		Location: &types.ResourceLocation{AvailabilityZone: new("all"), RegionName: types.RegionName(u.region)},
		Protocol: types.LoadBalancerProtocolHttp, PublicPorts: []int32{80}, HealthCheckPath: new("/"), InstancePort: new(int32(80)),
		InstanceHealthSummary: []types.InstanceHealthSummary{}, TlsCertificateSummaries: []types.LoadBalancerTlsCertificateSummary{},
		ConfigurationOptions: map[string]string{"SessionStickinessEnabled": "false", "SessionStickiness_LB_CookieDurationSeconds": "86400"},
		IpAddressType:        types.IpAddressTypeDualstack, HttpsRedirectionEnabled: new(false), TlsPolicyName: new("TLS-2016-08"),
	}
	differs := cmp.Options{ignoreUnexported, cmpopts.IgnoreFields(types.LoadBalancer{}, "Arn", "SupportCode", "CreatedAt", "DnsName", "State")}
	if diff := cmp.Diff(want, got, differs); diff != "" {
		u.t.Errorf("load balancer: -want +got\n%s", diff)
	}
}
