package loadbalancer_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// TestCreateLoadBalancer_isProvisionedThenActive compares a new load balancer with what is known of AWS's.
func TestCreateLoadBalancer_isProvisionedThenActive(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	out := familytest.Do(t, l.CreateLoadBalancer, &lightsail.CreateLoadBalancerInput{
		LoadBalancerName: new("lb"), InstancePort: 8080, Tags: []types.Tag{familytest.Tag("team", "web"), {Key: new("bare")}},
	})
	l.WantOperations(out.Operations, "CreateLoadBalancer LoadBalancer lb - Started")
	got := l.get("lb")
	dns := regexp.MustCompile(`^([0-9a-f]{32})-[0-9]{9,10}\.us-east-1\.elb\.amazonaws\.com$`).FindStringSubmatch(*got.DnsName)
	if dns == nil || !regexp.MustCompile(`^[0-9]{12}/arn:aws:elasticloadbalancing:us-east-1:[0-9]{12}:loadbalancer/app/`+dns[1]+`/[0-9a-f]{16}$`).MatchString(*got.SupportCode) {
		t.Errorf("DNS name %s and support code %s do not go together", *got.DnsName, *got.SupportCode)
	}
	want := &types.LoadBalancer{
		Name: new("lb"), Arn: got.Arn, SupportCode: got.SupportCode, DnsName: got.DnsName, CreatedAt: new(l.Now()),
		Location:     &types.ResourceLocation{AvailabilityZone: new("all"), RegionName: "us-east-1"},
		ResourceType: types.ResourceTypeLoadBalancer, Tags: []types.Tag{familytest.Tag("team", "web"), {Key: new("bare")}},
		State: types.LoadBalancerStateProvisioning, Protocol: types.LoadBalancerProtocolHttp, PublicPorts: []int32{80},
		HealthCheckPath: new("/"), InstancePort: new(int32(8080)), InstanceHealthSummary: []types.InstanceHealthSummary{},
		TlsCertificateSummaries: []types.LoadBalancerTlsCertificateSummary{},
		ConfigurationOptions:    map[string]string{"SessionStickinessEnabled": "false", "SessionStickiness_LB_CookieDurationSeconds": "86400"},
		IpAddressType:           types.IpAddressTypeDualstack, HttpsRedirectionEnabled: new(false), TlsPolicyName: new("TLS-2016-08"),
	}
	if diff := cmp.Diff(want, got, familytest.Plain); diff != "" {
		t.Errorf("GetLoadBalancer (-want +got):\n%s", diff)
	}
	l.WantSucceeds(out.Operations[0], 90*time.Second)
	want.State = types.LoadBalancerStateActive
	list := familytest.Do(t, l.GetLoadBalancers, &lightsail.GetLoadBalancersInput{}).LoadBalancers
	if diff := cmp.Diff([]types.LoadBalancer{*want}, list, familytest.Plain); diff != "" {
		t.Errorf("GetLoadBalancers (-want +got):\n%s", diff)
	}
}

// TestCreateLoadBalancer_withCertificate has the operations in the order that was seen, also for its deletion.
func TestCreateLoadBalancer_withCertificate(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	out := familytest.Do(t, l.CreateLoadBalancer, &lightsail.CreateLoadBalancerInput{
		LoadBalancerName: new("lb"), InstancePort: 80, HealthCheckPath: new("/up"), IpAddressType: types.IpAddressTypeIpv4,
		TlsPolicyName: new("TLS-FS-1-2-Res-2019-08"), CertificateName: new("cert"), CertificateDomainName: new("Example.com"),
		CertificateAlternativeNames: []string{"www.example.com", "example.com"},
	})
	l.WantOperations(out.Operations, "CreateLoadBalancer LoadBalancer lb - Started",
		"CreateLoadBalancerTlsCertificate LoadBalancerTlsCertificate cert lb Succeeded",
		"CreateLoadBalancerTlsCertificate LoadBalancer lb cert Succeeded")
	got := l.get("lb")
	if *got.HealthCheckPath != "/up" || got.IpAddressType != types.IpAddressTypeIpv4 || *got.TlsPolicyName != "TLS-FS-1-2-Res-2019-08" {
		t.Errorf("a balancer with all members is %+v", got)
	}
	summaries := []types.LoadBalancerTlsCertificateSummary{{Name: new("cert"), IsAttached: new(false)}}
	if diff := cmp.Diff(summaries, got.TlsCertificateSummaries, familytest.Plain); diff != "" {
		t.Errorf("summaries of certificates (-want +got):\n%s", diff)
	}
	if names := l.certificates()[0].SubjectAlternativeNames; !cmp.Equal(names, []string{"example.com", "www.example.com"}) {
		t.Errorf("names of the certificate are %q, want each once and the primary one first", names)
	}
	deleted := familytest.Do(t, l.DeleteLoadBalancer, &lightsail.DeleteLoadBalancerInput{LoadBalancerName: new("lb")})
	l.WantOperations(deleted.Operations, "DeleteLoadBalancer LoadBalancer lb - Succeeded",
		"DeleteLoadBalancerTlsCertificate LoadBalancerTlsCertificate cert - Started",
		"DeleteLoadBalancerTlsCertificate LoadBalancer lb - Started")
	_, err := l.GetLoadBalancer(t.Context(), &lightsail.GetLoadBalancerInput{LoadBalancerName: new("lb")})
	familytest.WantNotFound(t, err, "The LoadBalancer does not exist: lb")
	if names := familytest.Do(t, l.GetActiveNames, &lightsail.GetActiveNamesInput{}).ActiveNames; !cmp.Equal(names, []string{"deploy"}) {
		t.Errorf("names after the deletion: %q, want that of the key pair only", names)
	}
}

func TestCreateLoadBalancer_refusals(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.create("lb")
	for want, change := range map[string]func(*lightsail.CreateLoadBalancerInput){
		"The instancePort must be from 0 to 65535, not -1.": func(in *lightsail.CreateLoadBalancerInput) { in.InstancePort = -1 },
		"The health check path must begin with / and have at most 1024 printable ASCII characters without spaces.": func(in *lightsail.CreateLoadBalancerInput) {
			in.HealthCheckPath = new("up")
		},
		"The TLS policy does not exist: TLS-1-3":                               func(in *lightsail.CreateLoadBalancerInput) { in.TlsPolicyName = new("TLS-1-3") },
		"You must specify certificateName and certificateDomainName together.": func(in *lightsail.CreateLoadBalancerInput) { in.CertificateName = new("cert") },
		"Wildcard domain names are not supported: *.example.com":               withCertificate("cert", "*.example.com"),
		"The domain name is invalid: localhost":                                withCertificate("cert", "localhost"),
		"A certificate can have at most 9 alternative domain names, not 10":    withCertificate("cert", "a.com", strings.Split("b.com c.com d.com e.com f.com g.com h.com i.com j.com k.com", " ")...),
	} {
		in := &lightsail.CreateLoadBalancerInput{LoadBalancerName: new("other"), InstancePort: 80}
		change(in)
		_, err := l.CreateLoadBalancer(t.Context(), in)
		familytest.WantInvalid(t, err, "InvalidParams", want)
	}
	for _, name := range []string{"lb", "other"} {
		in := &lightsail.CreateLoadBalancerInput{LoadBalancerName: new("other"), InstancePort: 80}
		withCertificate(name, "example.com")(in)
		_, err := l.CreateLoadBalancer(t.Context(), in)
		familytest.WantInvalid(t, err, "NameExists", "Some names are already in use: "+name)
	}
	if names := familytest.Do(t, l.GetActiveNames, &lightsail.GetActiveNamesInput{}).ActiveNames; !cmp.Equal(names, []string{"deploy", "lb"}) {
		t.Errorf("names after refused calls: %q", names)
	}
}

func withCertificate(name, domain string, others ...string) func(*lightsail.CreateLoadBalancerInput) {
	return func(in *lightsail.CreateLoadBalancerInput) {
		in.CertificateName, in.CertificateDomainName, in.CertificateAlternativeNames = &name, &domain, others
	}
}

func TestCreateLoadBalancer_quota(t *testing.T) {
	l := newLab(t, lanyardtest.Options{Quotas: []string{"load-balancers=1", "certificates-per-year=1"}})
	l.create("lb")
	_, err := l.CreateLoadBalancer(t.Context(), &lightsail.CreateLoadBalancerInput{LoadBalancerName: new("other"), InstancePort: 80})
	familytest.WantInvalid(t, err, "LimitExceeded", "Sorry, you've reached your maximum limit of Lightsail Load Balancers : 1. "+
		"If you're new to Lightsail, please try again later. If the issue persists, please contact Customer Support.")
	l.request("cert", "example.com")
	_, err = l.CreateLoadBalancerTlsCertificate(t.Context(), &lightsail.CreateLoadBalancerTlsCertificateInput{
		LoadBalancerName: new("lb"), CertificateName: new("more"), CertificateDomainName: new("example.com"),
	})
	familytest.WantInvalid(t, err, "LimitExceeded", "Sorry, you've requested too many certificates for your account.")
}

// TestUpdateLoadBalancerAttribute_showsEachValue sets each attribute, and the same value again.
func TestUpdateLoadBalancerAttribute_showsEachValue(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.create("lb")
	const path, sticky, seconds, redirect, policy = "HealthCheckPath", "SessionStickinessEnabled",
		"SessionStickiness_LB_CookieDurationSeconds", "HttpsRedirectionEnabled", "TlsPolicyName"
	for _, step := range []struct{ name, value string }{
		{path, "/health?x=1"},
		{path, "/health?x=1"},
		{sticky, "true"},
		{sticky, "false"},
		{seconds, "1"},
		{seconds, "604800"},
		{redirect, "false"},
		{policy, "TLS-FS-1-2-Res-2019-08"},
		{policy, "TLS-2016-08"},
	} {
		out := familytest.Do(t, l.UpdateLoadBalancerAttribute, &lightsail.UpdateLoadBalancerAttributeInput{
			LoadBalancerName: new("lb"), AttributeName: types.LoadBalancerAttributeName(step.name), AttributeValue: &step.value,
		})
		l.WantOperations(out.Operations, "UpdateLoadBalancerAttribute LoadBalancer lb "+step.name+" Succeeded")
		b := l.get("lb")
		got := map[string]string{path: *b.HealthCheckPath, policy: *b.TlsPolicyName, redirect: "false", sticky: b.ConfigurationOptions[sticky], seconds: b.ConfigurationOptions[seconds]}
		if got[step.name] != step.value || len(b.ConfigurationOptions) != 2 || *b.HttpsRedirectionEnabled {
			t.Errorf("after %s=%s the balancer has %v", step.name, step.value, got)
		}
	}
	for _, step := range []struct{ name, value, want string }{
		{path, "health", "The health check path must begin with / and have at most 1024 printable ASCII characters without spaces."},
		{sticky, "True", `The value of SessionStickinessEnabled must be true or false, not "True".`},
		{seconds, "0", `The value of SessionStickiness_LB_CookieDurationSeconds must be from 1 to 604800, not "0".`},
		{seconds, "+5", `The value of SessionStickiness_LB_CookieDurationSeconds must be from 1 to 604800, not "+5".`},
		{redirect, "yes", `The value of HttpsRedirectionEnabled must be true or false, not "yes".`},
		{redirect, "true", "cannot enable https redirection while https is disabled."},
		{policy, "none", "The TLS policy does not exist: none"},
	} {
		familytest.WantInvalid(t, l.set(types.LoadBalancerAttributeName(step.name), step.value), "InvalidParams", step.want)
	}
}

// TestSetIpAddressType_ofALoadBalancer sets each type, and the same one again.
func TestSetIpAddressType_ofALoadBalancer(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.create("lb")
	for _, to := range []types.IpAddressType{"ipv4", "ipv4", "ipv6", "dualstack"} {
		out := familytest.Do(t, l.SetIpAddressType, &lightsail.SetIpAddressTypeInput{ResourceName: new("lb"), ResourceType: types.ResourceTypeLoadBalancer, IpAddressType: to})
		l.WantOperations(out.Operations, "SetIpAddressType LoadBalancer lb - Succeeded")
		if got := l.get("lb").IpAddressType; got != to {
			t.Errorf("the IP address type is %s, want %s", got, to)
		}
	}
	_, err := l.SetIpAddressType(t.Context(), &lightsail.SetIpAddressTypeInput{ResourceName: new("lb"), ResourceType: types.ResourceTypeInstance, IpAddressType: "ipv4"})
	familytest.WantNotFound(t, err, "The Instance does not exist: lb")
}

func TestGetLoadBalancerTlsPolicies_hasOneDefault(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	all := familytest.Do(t, l.GetLoadBalancerTlsPolicies, &lightsail.GetLoadBalancerTlsPoliciesInput{}).TlsPolicies
	got := map[string]bool{}
	for _, p := range all {
		got[*p.Name] = *p.IsDefault
		if len(p.Ciphers) == 0 || len(p.Protocols) == 0 || *p.Description == "" {
			t.Errorf("the policy %s is %+v", *p.Name, p)
		}
	}
	if diff := cmp.Diff(map[string]bool{"TLS-2016-08": true, "TLS-FS-1-2-Res-2019-08": false}, got); diff != "" {
		t.Errorf("policies (-want +got):\n%s", diff)
	}
	_, err := l.GetLoadBalancerTlsPolicies(t.Context(), &lightsail.GetLoadBalancerTlsPoliciesInput{PageToken: new("x")})
	familytest.WantInvalid(t, err, "InvalidParams", "The page token is not valid.")
}

// TestLoadBalancer_costs wants eighteen dollars for 744 hours.
func TestLoadBalancer_costs(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.create("lb")
	l.Pass(31 * 24 * time.Hour)
	out := familytest.Do(t, l.GetCostEstimate, &lightsail.GetCostEstimateInput{
		ResourceName: new("lb"), StartTime: new(familytest.Start), EndTime: new(familytest.Start.Add(744 * time.Hour)),
	})
	costs, sum := out.ResourcesBudgetEstimate[0].CostEstimates, 0.0
	for _, day := range costs[0].ResultsByTime {
		sum += *day.UsageCost
	}
	if *costs[0].UsageType != "USE1-LoadBalancerUsage" || sum < 17.99 || sum > 18.01 {
		t.Errorf("744 hours cost %v for %s, want 18 dollars", sum, *costs[0].UsageType)
	}
}
