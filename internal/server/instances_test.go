package server_test

import (
	"errors"
	"fmt"
	"math"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/quota"
	instanceruntime "github.com/lanyard-cloud/lanyard/internal/runtime/instance"
	"github.com/lanyard-cloud/lanyard/internal/server"
)

// greets reads the first bytes of an SSH server.
func greets(at string) error {
	conn, err := net.DialTimeout("tcp", at, 10*time.Second)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return err
	}
	text := make([]byte, 4)
	if _, err := conn.Read(text); err != nil {
		return err
	}
	if string(text) != "SSH-" {
		return errors.New("greeted with " + string(text))
	}
	return nil
}

func newInstance(t *testing.T, c *lightsail.Client, name string) {
	t.Helper()
	_, err := c.CreateInstances(t.Context(), &lightsail.CreateInstancesInput{
		InstanceNames: []string{name}, AvailabilityZone: new("us-east-1a"), BlueprintId: new("debian_12"), BundleId: new("nano_3_0"),
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestInstancesFollowTheAPI: what a call has done is in force when it is answered, and
// after a restart.
func TestInstancesFollowTheAPI(t *testing.T) {
	o := options(t.TempDir())
	s, stop := serve(t, o)
	c := client(s, s.Endpoint())
	newInstance(t, c, "web")
	at := s.SSHAddress("us-east-1", "web")
	if err := greets(at); err != nil {
		t.Errorf("a running instance: %v", err)
	}
	port := types.PortInfo{FromPort: 22, ToPort: 22, Protocol: types.NetworkProtocolTcp}
	if _, err := c.CloseInstancePublicPorts(t.Context(), &lightsail.CloseInstancePublicPortsInput{InstanceName: new("web"), PortInfo: &port}); err != nil {
		t.Fatal(err)
	}
	if err := greets(at); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a closed port: %v, want connection refused", err)
	}
	if _, err := c.OpenInstancePublicPorts(t.Context(), &lightsail.OpenInstancePublicPortsInput{InstanceName: new("web"), PortInfo: &port}); err != nil {
		t.Fatal(err)
	}
	if err := greets(at); err != nil {
		t.Errorf("an opened port: %v", err)
	}
	stop()
	s, _ = serve(t, o)
	if again := s.SSHAddress("us-east-1", "web"); again != at {
		t.Errorf("after a restart at %s, before at %s", again, at)
	}
	if err := greets(at); err != nil {
		t.Errorf("after a restart: %v", err)
	}
	if _, err := client(s, s.Endpoint()).DeleteInstance(t.Context(), &lightsail.DeleteInstanceInput{InstanceName: new("web")}); err != nil {
		t.Fatal(err)
	}
	if err := greets(at); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a deleted instance: %v, want connection refused", err)
	}
	if at := s.SSHAddress("us-east-1", "web"); at != "" {
		t.Errorf("a deleted instance has the address %s", at)
	}
}

// TestInstanceAddresses covers instances that have addresses of their own, and a static
// IP that goes from one to the other. Where the tests may not listen on port 22, the
// server does not start and says why.
func TestInstanceAddresses(t *testing.T) {
	o := options(t.TempDir())
	o.InstanceAddresses = netip.MustParsePrefix("127.72.0.0/16")
	if missing := instanceruntime.CheckRange(o.InstanceAddresses); missing != nil {
		_, err := server.New(t.Context(), o)
		if err == nil || err.Error() != "--instance-addresses: "+missing.Error() {
			t.Errorf("New: %v, want %v", err, missing)
		}
		return
	}
	s, _ := serve(t, o)
	c := client(s, s.Endpoint())
	newInstance(t, c, "web")
	newInstance(t, c, "mail")
	static, err := c.AllocateStaticIp(t.Context(), &lightsail.AllocateStaticIpInput{StaticIpName: new("front")})
	if err != nil || static.Operations == nil {
		t.Fatal(err)
	}
	ip, err := c.GetStaticIp(t.Context(), &lightsail.GetStaticIpInput{StaticIpName: new("front")})
	if err != nil {
		t.Fatal(err)
	}
	front := *ip.StaticIp.IpAddress + ":22"
	if err := greets(front); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a static IP of nobody: %v, want connection refused", err)
	}
	for _, name := range []string{"web", "mail"} {
		own := publicAddress(t, c, name)
		if !strings.HasPrefix(own, "127.72.") || greets(own) != nil {
			t.Errorf("%s at %s: %v", name, own, greets(own))
		}
		if _, err := c.AttachStaticIp(t.Context(), &lightsail.AttachStaticIpInput{StaticIpName: new("front"), InstanceName: &name}); err != nil {
			t.Fatal(err)
		}
		if err := greets(front); err != nil {
			t.Errorf("%s at the static IP: %v", name, err)
		}
		if err := greets(own); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("%s at the address that it gave up: %v, want connection refused", name, err)
		}
		if _, err := c.DetachStaticIp(t.Context(), &lightsail.DetachStaticIpInput{StaticIpName: new("front")}); err != nil {
			t.Fatal(err)
		}
		if err := greets(front); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("the detached static IP: %v, want connection refused", err)
		}
		if err := greets(publicAddress(t, c, name)); err != nil {
			t.Errorf("%s at its new address: %v", name, err)
		}
	}
}

func publicAddress(t *testing.T, c *lightsail.Client, name string) string {
	t.Helper()
	out, err := c.GetInstance(t.Context(), &lightsail.GetInstanceInput{InstanceName: &name})
	if err != nil {
		t.Fatal(err)
	}
	return *out.Instance.PublicIpAddress + ":22"
}

// TestHundredInstances start and answer.
func TestHundredInstances(t *testing.T) {
	o := options(t.TempDir())
	o.Quotas, _ = quota.Parse([]string{"instances=100"})
	s, _ := serve(t, o)
	names := make([]string, 100)
	for n := range names {
		names[n] = fmt.Sprintf("web-%d", n)
	}
	_, err := client(s, s.Endpoint()).CreateInstances(t.Context(), &lightsail.CreateInstancesInput{
		InstanceNames: names, AvailabilityZone: new("us-east-1a"), BlueprintId: new("debian_12"), BundleId: new("nano_3_0"),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if err := greets(s.SSHAddress("us-east-1", name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTimeScaleIsChecked(t *testing.T) {
	for _, scale := range []float64{-1, math.NaN(), math.Inf(1), 1001} {
		o := options(t.TempDir())
		o.TimeScale = scale
		if _, err := server.New(t.Context(), o); err == nil || err.Error() != "the time scale is not a number from 0 to 1000" {
			t.Errorf("%v: %v", scale, err)
		}
	}
}
