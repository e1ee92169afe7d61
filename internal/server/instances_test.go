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
	"github.com/lanyard-cloud/lanyard/internal/server/servertest"
)

// greets returns an error if no SSH server answers at an address.
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
		return errors.New("the greeting begins with " + string(text))
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

// TestInstances_followTheAPI: a call has taken effect when it is answered, and after a
// restart.
func TestInstances_followTheAPI(t *testing.T) {
	o := servertest.Options(t.TempDir())
	s, stop := servertest.Start(t, o)
	c := servertest.Client(s, s.Endpoint())
	newInstance(t, c, "web")
	at := s.SSHAddress("us-east-1", "web")
	if err := greets(at); err != nil {
		t.Errorf("SSH of a running instance: got %v, want a greeting", err)
	}
	port := types.PortInfo{FromPort: 22, ToPort: 22, Protocol: types.NetworkProtocolTcp}
	if _, err := c.CloseInstancePublicPorts(t.Context(), &lightsail.CloseInstancePublicPortsInput{InstanceName: new("web"), PortInfo: &port}); err != nil {
		t.Fatal(err)
	}
	if err := greets(at); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("SSH of a closed port: got %v, want connection refused", err)
	}
	if _, err := c.OpenInstancePublicPorts(t.Context(), &lightsail.OpenInstancePublicPortsInput{InstanceName: new("web"), PortInfo: &port}); err != nil {
		t.Fatal(err)
	}
	if err := greets(at); err != nil {
		t.Errorf("SSH of an opened port: got %v, want a greeting", err)
	}
	stop()
	started := make(chan error, 1)
	o.Started = func(string) { started <- greets(at) }
	s, _ = servertest.Start(t, o)
	if err := <-started; err != nil {
		t.Errorf("SSH as soon as the server says that it has started: got %v, want a greeting", err)
	}
	if again := s.SSHAddress("us-east-1", "web"); again != at {
		t.Errorf("SSH address after a restart: got %s, want %s", again, at)
	}
	if err := greets(at); err != nil {
		t.Errorf("SSH after a restart: got %v, want a greeting", err)
	}
	if _, err := servertest.Client(s, s.Endpoint()).DeleteInstance(t.Context(), &lightsail.DeleteInstanceInput{InstanceName: new("web")}); err != nil {
		t.Fatal(err)
	}
	if err := greets(at); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("SSH of a deleted instance: got %v, want connection refused", err)
	}
	if at := s.SSHAddress("us-east-1", "web"); at != "" {
		t.Errorf("SSH address of a deleted instance: got %s, want none", at)
	}
}

// TestInstances_haveAddressesOfTheirOwn covers a static IP that is attached to one instance
// after the other, too. If the test may not listen on port 22, the server must not start.
func TestInstances_haveAddressesOfTheirOwn(t *testing.T) {
	o := servertest.Options(t.TempDir())
	o.InstanceAddresses = netip.MustParsePrefix("127.72.0.0/16")
	if missing := instanceruntime.CheckRange(o.InstanceAddresses); missing != nil {
		_, err := server.New(t.Context(), o)
		if err == nil || err.Error() != "--instance-addresses: "+missing.Error() {
			t.Errorf("New: got %v, want %v", err, missing)
		}
		return
	}
	s, _ := servertest.Start(t, o)
	c := servertest.Client(s, s.Endpoint())
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
		t.Errorf("SSH of a static IP that is not attached: got %v, want connection refused", err)
	}
	for _, name := range []string{"web", "mail"} {
		own := publicAddress(t, c, name)
		if !strings.HasPrefix(own, "127.72.") || greets(own) != nil {
			t.Errorf("SSH of %s at %s: got %v, want a greeting", name, own, greets(own))
		}
		if _, err := c.AttachStaticIp(t.Context(), &lightsail.AttachStaticIpInput{StaticIpName: new("front"), InstanceName: &name}); err != nil {
			t.Fatal(err)
		}
		if err := greets(front); err != nil {
			t.Errorf("SSH of %s at the static IP: got %v, want a greeting", name, err)
		}
		if err := greets(own); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("SSH of %s at its former address: got %v, want connection refused", name, err)
		}
		if _, err := c.DetachStaticIp(t.Context(), &lightsail.DetachStaticIpInput{StaticIpName: new("front")}); err != nil {
			t.Fatal(err)
		}
		if err := greets(front); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("SSH of the detached static IP: got %v, want connection refused", err)
		}
		if err := greets(publicAddress(t, c, name)); err != nil {
			t.Errorf("SSH of %s at its new address: got %v, want a greeting", name, err)
		}
	}
}

// TestAttachStaticIp_movesTheListenerBeforeTheAnswer attaches a static IP that another instance has.
func TestAttachStaticIp_movesTheListenerBeforeTheAnswer(t *testing.T) {
	o := servertest.Options(t.TempDir())
	o.InstanceAddresses = netip.MustParsePrefix("127.72.0.0/16")
	if instanceruntime.CheckRange(o.InstanceAddresses) != nil {
		return // TestInstances_haveAddressesOfTheirOwn says what happens then
	}
	s, _ := servertest.Start(t, o)
	c := servertest.Client(s, s.Endpoint())
	newInstance(t, c, "web")
	newInstance(t, c, "mail")
	if _, err := c.AllocateStaticIp(t.Context(), &lightsail.AllocateStaticIpInput{StaticIpName: new("front")}); err != nil {
		t.Fatal(err)
	}
	for n := range 60 {
		name := []string{"web", "mail"}[n%2]
		if _, err := c.AttachStaticIp(t.Context(), &lightsail.AttachStaticIpInput{StaticIpName: new("front"), InstanceName: &name}); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"web", "mail"} {
			if at := publicAddress(t, c, name); greets(at) != nil {
				t.Fatalf("SSH of %s at %s after move %d of the static IP: got %v, want a greeting", name, at, n, greets(at))
			}
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

// TestInstances_startByTheHundred starts 100 instances and connects to each.
func TestInstances_startByTheHundred(t *testing.T) {
	o := servertest.Options(t.TempDir())
	o.Quotas, _ = quota.Parse([]string{"instances=100"})
	s, _ := servertest.Start(t, o)
	names := make([]string, 100)
	for n := range names {
		names[n] = fmt.Sprintf("web-%d", n)
	}
	_, err := servertest.Client(s, s.Endpoint()).CreateInstances(t.Context(), &lightsail.CreateInstancesInput{
		InstanceNames: names, AvailabilityZone: new("us-east-1a"), BlueprintId: new("debian_12"), BundleId: new("nano_3_0"),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if err := greets(s.SSHAddress("us-east-1", name)); err != nil {
			t.Errorf("SSH of %s: got %v, want a greeting", name, err)
		}
	}
}

func TestNew_checksTimeScale(t *testing.T) {
	for _, scale := range []float64{-1, math.NaN(), math.Inf(1), 1001} {
		o := servertest.Options(t.TempDir())
		o.TimeScale = scale
		if _, err := server.New(t.Context(), o); err == nil || !strings.HasSuffix(err.Error(), "must be a number from 0 to 1000") || !strings.HasPrefix(err.Error(), "--time-scale ") {
			t.Errorf("New with time scale %v: got %v, want an error", scale, err)
		}
	}
}
