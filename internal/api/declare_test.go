package api_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/quota"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// TestDeclarations_wrongOnesPanic makes actions that cannot work: each fails when it is made,
// not at its first request.
func TestDeclarations_wrongOnesPanic(t *testing.T) {
	for _, tt := range []struct {
		name, want string
		make       func()
	}{
		{"a prepared read", "GetDisk is a read and cannot be prepared", func() {
			api.NewPrepared(
				func(*api.Call, *lightsail.GetDiskInput) (int, func(), error) { return 0, nil, nil },
				func(*api.Call, *lightsail.GetDiskInput, int) (*lightsail.GetDiskOutput, error) { return nil, nil })
		}},
		{"input and output of different actions", "GetDiskInput and GetDisksOutput", func() {
			api.New(func(*api.Call, *lightsail.GetDiskInput) (*lightsail.GetDisksOutput, error) { return nil, nil })
		}},
		{"two targets of one kind", "GetDisk is on two resources that may be of one kind", func() {
			api.New(func(*api.Call, *lightsail.GetDiskInput) (*lightsail.GetDiskOutput, error) { return nil, nil },
				api.On(resource.Disk), api.OnMember("diskName"))
		}},
		{"a member that the input lacks", `GetDisk has no member "name"`, func() {
			api.New(func(*api.Call, *lightsail.GetDiskInput) (*lightsail.GetDiskOutput, error) { return nil, nil }, api.OnMember("name"))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.Contains(got, tt.want) {
					t.Errorf("panic of %s = %s, want %q in it", tt.name, got, tt.want)
				}
			}()
			tt.make()
		})
	}
}

// addResource stores a bare resource.
func (w *world) addResource(kind resource.Kind, name string) *resource.Resource {
	w.t.Helper()
	r := &resource.Resource{
		ID: string(kind) + "-" + name, Account: ours, Region: "us-east-1", Name: name, Kind: kind, Zone: "all", CreatedAt: w.now, Doc: []byte("{}"),
	}
	w.change(func(tx *store.Tx) error { return tx.InsertResource(r) })
	return r
}

// TestCall_Targets has an action on one resource and on a list of another kind.
func TestCall_Targets(t *testing.T) {
	var got string
	w := newWorld(t, api.New(
		func(c *api.Call, _ *lightsail.AttachInstancesToLoadBalancerInput) (*lightsail.AttachInstancesToLoadBalancerOutput, error) {
			got = c.Target(resource.LoadBalancer).Name + ":"
			for _, r := range c.Targets(resource.Instance) {
				got += " " + r.Name
			}
			return &lightsail.AttachInstancesToLoadBalancerOutput{}, nil
		}, api.OnMember("instanceNames", resource.Instance), api.On(resource.LoadBalancer)))
	w.addResource(resource.LoadBalancer, "lb")
	second := w.addResource(resource.Instance, "i2")
	w.addResource(resource.Instance, "i1")
	root := w.root(ours)
	attach := func(c *lightsail.Client, names ...string) error {
		got = ""
		_, err := c.AttachInstancesToLoadBalancer(t.Context(), &lightsail.AttachInstancesToLoadBalancerInput{
			LoadBalancerName: new("lb"), InstanceNames: names,
		})
		return err
	}
	wantCode(t, attach(root, "i2", "i1"), "")
	if got != "lb: i2 i1" {
		t.Errorf("targets = %q, want the load balancer and both instances in the input's order", got)
	}
	wantCode(t, attach(root, "i2", "none"), "NotFoundException")
	many := make([]string, 1001)
	for i := range many {
		many[i] = second.Name
	}
	wantCode(t, attach(root, many...), "InvalidInputException")
}

// TestOn_missingDistribution has the kind whose missing resources are an invalid input.
func TestOn_missingDistribution(t *testing.T) {
	w := newWorld(t, api.New(func(*api.Call, *lightsail.DeleteDistributionInput) (*lightsail.DeleteDistributionOutput, error) {
		return &lightsail.DeleteDistributionOutput{}, nil
	}, api.On(resource.Distribution)))
	w.addResource(resource.Distribution, "there")
	for name, want := range map[string]string{"there": "", "none": "InvalidInputException"} {
		_, err := w.root(ours).DeleteDistribution(t.Context(), &lightsail.DeleteDistributionInput{DistributionName: &name})
		wantCode(t, err, want)
		if want != "" && !strings.Contains(err.Error(), "Requested resource not found") {
			t.Errorf("DeleteDistribution of a name that is not there: %v, want AWS's text", err)
		}
	}
}

// TestPuts creates a resource, and replaces it.
func TestPuts(t *testing.T) {
	var found *resource.Resource
	w := newWorld(t, api.New(func(c *api.Call, in *lightsail.PutAlarmInput) (*lightsail.PutAlarmOutput, error) {
		if found = c.Target(resource.Alarm); found != nil {
			return &lightsail.PutAlarmOutput{}, nil
		}
		r := c.NewResource(resource.Alarm, *in.AlarmName)
		return &lightsail.PutAlarmOutput{}, c.Tx.InsertResource(r)
	}, api.Puts(resource.Alarm)))
	w.addResource(resource.Disk, "taken")
	put := func(name string) error {
		_, err := w.root(ours).PutAlarm(t.Context(), &lightsail.PutAlarmInput{
			AlarmName: &name, ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold, EvaluationPeriods: new(int32(1)),
			MetricName: types.MetricNameCPUUtilization, MonitoredResourceName: new("i1"), Threshold: new(1.0),
		})
		return err
	}
	wantCode(t, put("new"), "")
	if found != nil {
		t.Errorf("target of the first PutAlarm = %s, want none", found.Name)
	}
	wantCode(t, put("new"), "")
	if found == nil || found.Name != "new" {
		t.Errorf("target of the second PutAlarm = %v, want the alarm that the first one made", found)
	}
	wantCode(t, put("taken"), "InvalidInputException") // by a resource of another kind
}

// TestOnTyped has an input that says the kind of the resource that it names.
func TestOnTyped(t *testing.T) {
	var on *resource.Resource
	w := newWorld(t, api.New(func(c *api.Call, _ *lightsail.SetIpAddressTypeInput) (*lightsail.SetIpAddressTypeOutput, error) {
		on = c.Target()
		return &lightsail.SetIpAddressTypeOutput{}, nil
	}, api.OnTyped("resourceName", "resourceType", resource.Instance, resource.LoadBalancer, resource.Distribution)))
	for _, kind := range []resource.Kind{resource.Instance, resource.LoadBalancer, resource.Disk} {
		w.addResource(kind, string(kind))
	}
	for _, tt := range []struct {
		name string
		kind types.ResourceType
		want string
	}{
		{"Instance", types.ResourceTypeInstance, ""},
		{"LoadBalancer", types.ResourceTypeLoadBalancer, ""},
		{"Instance", types.ResourceTypeLoadBalancer, "NotFoundException"},
		{"Instance", types.ResourceTypeDistribution, "NotFoundException"},
		{"Disk", types.ResourceTypeInstance, "NotFoundException"},
		{"none", types.ResourceTypeInstance, "NotFoundException"},
	} {
		t.Run(fmt.Sprint(tt.name, " as ", tt.kind), func(t *testing.T) {
			on = nil
			_, err := w.root(ours).SetIpAddressType(t.Context(), &lightsail.SetIpAddressTypeInput{
				ResourceName: &tt.name, ResourceType: tt.kind, IpAddressType: types.IpAddressTypeIpv4,
			})
			wantCode(t, err, tt.want)
			if (on != nil) != (tt.want == "") {
				t.Errorf("the action ran on %v, want it only without an error", on)
			}
		})
	}
}

// TestOf binds a list to the region of its kind, after the rights and before anything else.
func TestOf(t *testing.T) {
	w := newWorld(t)
	abroad := func(arn string) refusal { return w.byDo(arn)(t, "eu-west-1", "GetDomains", `{"pageToken":"bad"}`) }
	if got := abroad(identity.RootARN(ours)); got.code != "InvalidInputException" || !strings.HasPrefix(got.message, "Domain-related APIs are only") {
		t.Errorf("GetDomains in eu-west-1 = %v, want the refusal of the region", got)
	}
	w.user("nobody")
	if got := abroad("arn:aws:iam::" + ours + ":user/nobody"); got.code != denied {
		t.Errorf("GetDomains in eu-west-1 without rights = %v, want %s", got, denied)
	}
}

// TestCreates_quotaAndTags has an action that leaves to the pipeline what its kind may have.
func TestCreates_quotaAndTags(t *testing.T) {
	w := newWorld(t, api.New(func(c *api.Call, in *lightsail.CreateDiskInput) (*lightsail.CreateDiskOutput, error) {
		return &lightsail.CreateDiskOutput{}, c.Tx.InsertResource(c.New(resource.Disk, *in.DiskName))
	}, api.Creates(resource.Disk)))
	w.quotas[quota.Disks] = 2
	create := func(name string, tags ...string) error {
		_, err := w.root(ours).CreateDisk(t.Context(), &lightsail.CreateDiskInput{
			DiskName: &name, AvailabilityZone: new("us-east-1a"), SizeInGb: new(int32(8)), Tags: pairs(tags...),
		})
		return err
	}
	wantMessage := func(err error, want string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error of CreateDisk = %v, want %q in it", err, want)
		}
	}
	wantCode(t, create("one", "team", "web"), "")
	w.change(func(tx *store.Tx) error {
		r, err := tx.Resource(ours, "us-east-1", "one")
		if err == nil && (len(r.Tags) != 1 || *r.Tags[0].Value != "web") {
			t.Errorf("tags of the new disk = %v, want those of the input", r.Tags)
		}
		return err
	})
	wantMessage(create("two", "aws:x", "reserved"), "reserved")
	wantCode(t, create("two"), "")
	wantMessage(create("two"), "already in use") // the name is looked at before the quota
	wantMessage(create("three"), "You've reached the limit of disks in this account.")
}

// TestCreates_normalForm gives a name the form in which its kind is stored, wherever the
// input names it.
func TestCreates_normalForm(t *testing.T) {
	w := newWorld(t,
		api.New(func(c *api.Call, in *lightsail.CreateDomainInput) (*lightsail.CreateDomainOutput, error) {
			return &lightsail.CreateDomainOutput{}, c.Tx.InsertResource(c.New(resource.Domain, *in.DomainName))
		}, api.Creates(resource.Domain)),
		api.New(func(c *api.Call, _ *lightsail.GetDomainInput) (*lightsail.GetDomainOutput, error) {
			return &lightsail.GetDomainOutput{Domain: &types.Domain{Name: &c.Target(resource.Domain).Name}}, nil
		}, api.On(resource.Domain)))
	c := w.root(ours)
	_, err := c.CreateDomain(t.Context(), &lightsail.CreateDomainInput{DomainName: new("Example.COM.")})
	wantCode(t, err, "")
	out, err := c.GetDomain(t.Context(), &lightsail.GetDomainInput{DomainName: new("eXample.com")})
	wantCode(t, err, "")
	if out != nil && *out.Domain.Name != "example.com" {
		t.Errorf("name of the domain = %s, want example.com", *out.Domain.Name)
	}
	_, err = c.CreateDomain(t.Context(), &lightsail.CreateDomainInput{DomainName: new("example.com.")})
	wantCode(t, err, "InvalidInputException")
}
