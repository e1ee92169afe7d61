package compute_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// blog makes an instance from a blueprint, with its ports open, and waits until it has its address.
func (l *lab) blog(name, blueprint string) *types.Instance {
	l.T.Helper()
	do(l, l.CreateInstances, &lightsail.CreateInstancesInput{
		InstanceNames: []string{name}, AvailabilityZone: new(region + "a"), BlueprintId: &blueprint, BundleId: new("small_3_0"),
	})
	l.Pass(time.Minute)
	return do(l, l.GetInstance, &lightsail.GetInstanceInput{InstanceName: &name}).Instance
}

// setupOf asks for HTTPS on an instance.
func setupOf(instance string, names ...string) *lightsail.SetupInstanceHttpsInput {
	return &lightsail.SetupInstanceHttpsInput{
		InstanceName: &instance, DomainNames: names, EmailAddress: new("admin@example.com"), CertificateProvider: types.CertificateProviderLetsEncrypt,
	}
}

func (l *lab) history(instance string) []types.SetupHistory {
	l.T.Helper()
	return do(l, l.GetSetupHistory, &lightsail.GetSetupHistoryInput{ResourceName: &instance}).SetupHistory
}

// scripts lists what a setup has run, as "script status".
func scripts(s *types.SetupHistory) (list []string) {
	for _, d := range s.ExecutionDetails {
		name := strings.TrimSuffix((*d.Command)[strings.LastIndex(*d.Command, "/")+1:], ".sh")
		list = append(list, fmt.Sprint(name, " ", d.Status))
	}
	return list
}

// TestSetupInstanceHttps_runsItsScripts follows a setup to its end.
func TestSetupInstanceHttps_runsItsScripts(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	web := l.blog("web", "wordpress")
	if h := l.history("web"); h == nil || len(h) > 0 {
		t.Errorf("history before any setup: got %v, want an empty list", h)
	}
	began := l.Now()
	ops := do(l, l.SetupInstanceHttps, setupOf("web", "example.org", "www.example.org")).Operations
	l.WantOperations(ops, "SetupInstanceHttps Instance web - Started")
	for _, at := range []struct {
		after  time.Duration
		status types.SetupStatus
		ran    []string
	}{
		{0, "inProgress", []string{"install-certbot inProgress"}},
		{30 * time.Second, "inProgress", []string{"install-certbot succeeded", "request-certificate inProgress"}},
		{80 * time.Second, "inProgress", []string{
			"install-certbot succeeded", "request-certificate succeeded", "redirect-to-https succeeded", "renew-certificate inProgress",
		}},
		{90 * time.Second, "succeeded", []string{
			"install-certbot succeeded", "request-certificate succeeded", "redirect-to-https succeeded", "renew-certificate succeeded",
		}},
	} {
		l.Pass(at.after - l.Now().Sub(began))
		h := l.history("web")
		if len(h) != 1 || h[0].Status != at.status {
			t.Fatalf("after %s: got %+v, want one setup that is %s", at.after, h, at.status)
		}
		if diff := cmp.Diff(at.ran, scripts(&h[0])); diff != "" {
			t.Errorf("scripts after %s (-want +got):\n%s", at.after, diff)
		}
	}
	h := l.history("web")[0]
	if *h.OperationId != *ops[0].Id || *h.Resource.Arn != *web.Arn || *h.Resource.Name != "web" || !h.Resource.CreatedAt.Equal(*web.CreatedAt) ||
		h.Resource.ResourceType != types.ResourceTypeInstance || *h.Resource.Location.AvailabilityZone != region+"a" {
		t.Errorf("the setup is of %+v, operation %s, want that of the call on the instance", h.Resource, *h.OperationId)
	}
	want := &types.SetupRequest{InstanceName: new("web"), DomainNames: []string{"example.org", "www.example.org"}, CertificateProvider: types.CertificateProviderLetsEncrypt}
	if diff := cmp.Diff(want, h.Request, familytest.Plain); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
	if d := h.ExecutionDetails[1]; !d.DateTime.Equal(began.Add(30*time.Second)) || *d.Name != "web" || *d.StandardOutput == "" || d.StandardError != nil {
		t.Errorf("second script: got %+v, want one that began after 30 s on web, with output alone", d)
	}
	op := do(l, l.GetOperation, &lightsail.GetOperationInput{OperationId: ops[0].Id}).Operation
	if op.Status != types.OperationStatusSucceeded || !op.StatusChangedAt.Equal(began.Add(90*time.Second)) {
		t.Errorf("the operation is %s since %s, want Succeeded after 90 s", op.Status, op.StatusChangedAt)
	}
}

// TestSetupInstanceHttps_failsForNamesThatCannotBeCertified: the failure is in the history and in the operation.
func TestSetupInstanceHttps_failsForNamesThatCannotBeCertified(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.blog("web", "wordpress_ls_1_0")
	op := do(l, l.SetupInstanceHttps, setupOf("web", "example.org", "shop.TEST")).Operations[0]
	l.Pass(time.Minute - time.Millisecond)
	if got := l.history("web")[0].Status; got != types.SetupStatusInProgress {
		t.Errorf("before the failure: got %s, want inProgress", got)
	}
	l.Pass(time.Millisecond)
	h := l.history("web")[0]
	if diff := cmp.Diff([]string{"install-certbot succeeded", "request-certificate failed"}, scripts(&h)); diff != "" || h.Status != types.SetupStatusFailed {
		t.Errorf("setup is %s, scripts (-want +got):\n%s", h.Status, diff)
	}
	why := "The certificate authority does not issue a certificate for shop.TEST: the name does not end with a public suffix."
	if last := h.ExecutionDetails[1]; last.StandardOutput != nil || *last.StandardError != why {
		t.Errorf("the script that failed: got %+v, want %q on standard error", last, why)
	}
	op = *do(l, l.GetOperation, &lightsail.GetOperationInput{OperationId: op.Id}).Operation
	if op.Status != types.OperationStatusFailed || *op.ErrorDetails != why || *op.ErrorCode != "SetupFailed" {
		t.Errorf("the operation is %s, %v, want Failed with %q", op.Status, op.ErrorDetails, why)
	}
	do(l, l.SetupInstanceHttps, setupOf("web", "example.org"))
}

// TestSetupInstanceHttps_requires has each condition that is checked in the call.
func TestSetupInstanceHttps_requires(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	for name, blueprint := range map[string]string{"web": "wordpress", "debian": "debian_12", "multi": "wordpress_multisite"} {
		l.blog(name, blueprint)
	}
	long := strings.Repeat("a", 60) + ".example.org"
	old := "HTTPS can only be set up on instances of WordPress 6 or later that were created in 2023 or later: "
	want := func(what, message string, in *lightsail.SetupInstanceHttpsInput) {
		t.Helper()
		t.Run(what, func(t *testing.T) {
			familytest.WantInvalid(t, fails(l, l.SetupInstanceHttps, in), "InvalidParams", message)
		})
	}
	want("another blueprint", old+"debian", setupOf("debian", "example.org"))
	want("several sites", old+"multi", setupOf("multi", "example.org"))
	want("a short name", "At least one of the domain names must have no more than 63 characters.", setupOf("web", long, "b."+long))
	do(l, l.SetupInstanceHttps, setupOf("web", "example.org", long))
	want("the end of another setup", "HTTPS is already being set up on the instance web.", setupOf("web", "example.org"))
	l.Pass(2 * time.Minute)
	for _, port := range []int32{22, 80, 443} {
		info := &types.PortInfo{FromPort: port, ToPort: port, Protocol: types.NetworkProtocolTcp}
		do(l, l.CloseInstancePublicPorts, &lightsail.CloseInstancePublicPortsInput{InstanceName: new("web"), PortInfo: info})
		message := fmt.Sprintf("The firewall of the instance web must allow connections to the TCP port %d from any address.", port)
		want(fmt.Sprint("port ", port), message, setupOf("web", "example.org"))
		some := &types.PortInfo{FromPort: port, ToPort: port, Protocol: types.NetworkProtocolTcp, Cidrs: []string{"203.0.113.0/24"}}
		do(l, l.OpenInstancePublicPorts, &lightsail.OpenInstancePublicPortsInput{InstanceName: new("web"), PortInfo: some})
		want(fmt.Sprint("all addresses at port ", port), message, setupOf("web", "example.org"))
		do(l, l.OpenInstancePublicPorts, &lightsail.OpenInstancePublicPortsInput{InstanceName: new("web"), PortInfo: info})
	}
	do(l, l.StopInstance, &lightsail.StopInstanceInput{InstanceName: new("web")})
	want("a running instance", "You can't set up HTTPS on this instance right now. The state of this instance is: stopping", setupOf("web", "example.org"))
	familytest.WantNotFound(t, fails(l, l.SetupInstanceHttps, setupOf("nobody", "example.org")), "The Instance does not exist: nobody")
}

// TestSetupInstanceHttps_asksTheZonesOfTheAccount has names in a zone, which is in another region.
func TestSetupInstanceHttps_asksTheZonesOfTheAccount(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	address := *l.blog("web", "wordpress").PublicIpAddress
	do(l, l.CreateDomain, &lightsail.CreateDomainInput{DomainName: new("example.com")})
	for _, e := range []string{
		"example.com A " + address, "www.example.com CNAME example.com", "loop.example.com CNAME loop2.example.com", "loop2.example.com CNAME loop.example.com",
		"old.example.com A 192.0.2.1", "*.shops.example.com A " + address, "away.example.com CNAME www.example.net", "mail.example.com MX 10 example.com",
	} {
		f := strings.SplitN(e, " ", 3)
		do(l, l.CreateDomainEntry, &lightsail.CreateDomainEntryInput{
			DomainName: new("example.com"), DomainEntry: &types.DomainEntry{Name: &f[0], Type: &f[1], Target: &f[2]},
		})
	}
	for _, name := range []string{"example.com", "WWW.Example.com", "one.shops.example.com", "away.example.com", "example.net"} {
		do(l, l.SetupInstanceHttps, setupOf("web", name))
		l.Pass(2 * time.Minute)
	}
	for _, name := range []string{"old.example.com", "loop.example.com", "none.example.com", "mail.example.com", "a.b.example.com"} {
		familytest.WantInvalid(t, fails(l, l.SetupInstanceHttps, setupOf("web", "example.com", name)), "InvalidParams",
			"The DNS record of the domain name "+name+" does not point to the public IP address of the instance web.")
	}
}

// TestGetSetupHistory_keepsTheLastFive lists them in pages, the newest first. Their tokens fit the API model.
func TestGetSetupHistory_keepsTheLastFive(t *testing.T) {
	l := newLab(t, lanyardtest.Options{PageSize: 2})
	l.blog("web", "wordpress")
	l.blog("other", "wordpress")
	want := []string{}
	for n := range 12 {
		name := fmt.Sprintf("n%d.example.org", n)
		want = append(want, name)
		do(l, l.SetupInstanceHttps, setupOf("web", name))
		l.Pass(2 * time.Minute)
	}
	want = want[7:]
	slices.Reverse(want)
	got, in := []string{}, &lightsail.GetSetupHistoryInput{ResourceName: new("web")}
	for pages := 1; ; pages++ {
		out := do(l, l.GetSetupHistory, in)
		for _, h := range out.SetupHistory {
			got = append(got, h.Request.DomainNames[0])
		}
		if in.PageToken = out.NextPageToken; in.PageToken == nil {
			if pages != 3 {
				t.Errorf("got %d pages, want 3", pages)
			}
			break
		}
		if n := len(*in.PageToken); n < 24 || n > 40 {
			t.Errorf("a page token has %d characters, want 24 to 40", n)
		}
		err := fails(l, l.GetSetupHistory, &lightsail.GetSetupHistoryInput{ResourceName: new("other"), PageToken: in.PageToken})
		familytest.WantInvalid(t, err, "InvalidParams", "The page token is not valid.")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	first := do(l, l.GetSetupHistory, &lightsail.GetSetupHistoryInput{ResourceName: new("web")})
	for n := range 4 { // the setup that the token names leaves the history
		do(l, l.SetupInstanceHttps, setupOf("web", fmt.Sprintf("m%d.example.org", n)))
		l.Pass(2 * time.Minute)
	}
	late := do(l, l.GetSetupHistory, &lightsail.GetSetupHistoryInput{ResourceName: new("web"), PageToken: first.NextPageToken})
	if len(late.SetupHistory) > 0 || late.NextPageToken != nil {
		t.Errorf("after what left the history: got %d setups, want none", len(late.SetupHistory))
	}
}
