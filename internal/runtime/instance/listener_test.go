package instance_test

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"golang.org/x/crypto/ssh"

	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	instanceruntime "github.com/lanyard-cloud/lanyard/internal/runtime/instance"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

type txn = *store.Tx

func rule(protocol types.NetworkProtocol, from, to int32, cidrs ...string) types.PortInfo {
	return types.PortInfo{FromPort: from, ToPort: to, Protocol: protocol, Cidrs: cidrs}
}

// TestFirewall_decidesByRule has a client of this machine, which comes from 127.0.0.1.
func TestFirewall_decidesByRule(t *testing.T) {
	const tcp = types.NetworkProtocolTcp
	v6 := rule(tcp, 22, 22)
	v6.Ipv6Cidrs = []string{"::/0"}
	w := newWorld(t)
	web := w.put("web")
	at := w.address("web")
	for _, tc := range []struct {
		name string
		rule types.PortInfo
		want error
	}{
		{"all addresses", rule(tcp, 22, 22, "0.0.0.0/0"), nil},
		{"this machine", rule(tcp, 22, 22, "127.0.0.0/8"), nil},
		{"this machine's address", rule(tcp, 22, 22, "203.0.113.7/32", "127.0.0.1/32"), nil},
		{"a range of ports", rule(tcp, 20, 30, "0.0.0.0/0"), nil},
		{"all protocols", rule(types.NetworkProtocolAll, 0, 65535, "0.0.0.0/0"), nil},
		{"another network", rule(tcp, 22, 22, "203.0.113.0/24"), syscall.ECONNRESET},
		{"IPv6 only", v6, syscall.ECONNRESET},
		{"another port", rule(tcp, 80, 80, "0.0.0.0/0"), syscall.ECONNREFUSED},
		{"another protocol", rule(types.NetworkProtocolUdp, 22, 22, "0.0.0.0/0"), syscall.ECONNREFUSED},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w.set(web, rules([]types.PortInfo{tc.rule}))
			if err := knock(at); !errors.Is(err, tc.want) {
				t.Errorf("%v, want %v", err, tc.want)
			}
		})
	}
	w.set(web, rules(nil))
	if err := knock(at); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("without rules: %v, want connection refused", err)
	}
	w.set(web, rules(sshFrom(instance.AnyIPv4)))
	w.opens(at)
}

// TestFirewall_ofAnIPv6OnlyInstance has rules for IPv6 only. Its port on this machine stands for its
// IPv6 address.
func TestFirewall_ofAnIPv6OnlyInstance(t *testing.T) {
	w := newWorld(t)
	web := w.put("web", func(i *instance.Instance) {
		i.Doc.IpAddressType, i.Doc.Networking = types.IpAddressTypeIpv6, nil
		i.SetPorts([]types.PortInfo{{FromPort: 22, ToPort: 22, Protocol: types.NetworkProtocolTcp, Ipv6Cidrs: []string{"::/0"}}})
	})
	w.opens(w.address("web"))
	w.set(web, rules([]types.PortInfo{{FromPort: 22, ToPort: 22, Protocol: types.NetworkProtocolTcp, Ipv6Cidrs: []string{"2001:db8::/32"}}}))
	if err := knock(w.address("web")); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("another network: %v, want connection reset", err)
	}
}

func TestFirewall_endsConnectionsThatItNoLongerAdmits(t *testing.T) {
	for name, after := range map[string][]types.PortInfo{
		"closed":                  nil,
		"open to another network": sshFrom("203.0.113.0/24"),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			web := w.put("web")
			client, _, err := logIn(w.address("web"), w.key)
			if err != nil {
				t.Fatal(err)
			}
			w.set(web, rules(append(sshFrom("127.0.0.0/8"), sshFrom("198.51.100.0/24")...)))
			if _, _, err := client.SendRequest("keepalive@openssh.com", true, nil); err != nil {
				t.Fatalf("a rule that admits it still: %v", err)
			}
			w.set(web, rules(after))
			if err := client.Wait(); err == nil {
				t.Error("the connection is still open")
			}
		})
	}
}

func TestLimits_boundConnections(t *testing.T) {
	for name, limits := range map[string]instanceruntime.Limits{"of an instance": {PerInstance: 2}, "of all": {Total: 2}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(o *instanceruntime.Options) { o.Limits = limits })
			w.put("web")
			at := w.address("web")
			clients := make([]*ssh.Client, 2)
			for n := range clients {
				var err error
				if clients[n], _, err = logIn(at, w.key); err != nil {
					t.Fatal(err)
				}
			}
			if err := knock(at); !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("one too many: %v, want connection reset", err)
			}
			_ = clients[0].Close()
			w.until("there is room again", func() bool { return knock(at) == nil })
		})
	}
}

func TestListeners_ofAWindowsInstance(t *testing.T) {
	w := newWorld(t)
	w.put("desk", func(i *instance.Instance) { i.Doc.BlueprintId = new("windows_server_2022") })
	if err := knock(w.address("desk")); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("%v, want connection refused", err)
	}
	if m := w.machines(); len(m) != 1 {
		t.Errorf("machines: %v, want one", m)
	}
}

func occupy(t *testing.T, at string) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp4", at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// TestListeners_moveFromAPortThatAnotherProgramUses wants the instance to get another port.
func TestListeners_moveFromAPortThatAnotherProgramUses(t *testing.T) {
	w := newWorld(t)
	web := w.put("web", plan(start, instance.Stopped))
	at := w.address("web")
	occupy(t, at)
	w.set(web, plan(start, instance.Running))
	other := w.address("web")
	if other == at {
		t.Fatalf("the instance is still at %s", at)
	}
	w.opens(other)
	w.set(web, plan(start, instance.Stopped))
	w.set(web, plan(start, instance.Running))
	if again := w.address("web"); again != other {
		t.Errorf("it moved from %s to %s for no reason", other, again)
	}
}

// TestListeners_waitForAPortThatAnotherServerUses has another server of the same store on the same
// machine. When it ends, this one gets the port.
func TestListeners_waitForAPortThatAnotherServerUses(t *testing.T) {
	t.Parallel()
	first := newWorld(t, func(o *instanceruntime.Options) { o.Shared = true })
	first.put("web")
	at := first.address("web")
	first.opens(at)
	before := first.runtime
	first.run(func(o *instanceruntime.Options) { o.Shared = true })
	if first.address("web") != at {
		t.Error("the instance moved")
	}
	first.until("the second server has logged it", func() bool { return first.log.Count("address already in use") == 1 })
	if err := before.Close(); err != nil {
		t.Fatal(err)
	}
	first.until("the second server has the port", func() bool { return knock(at) == nil })
	first.opens(at)
}

// TestListeners_waitForAPortOfADeletedInstance gives a new instance the port of one that another
// process has deleted, and that still runs here.
func TestListeners_waitForAPortOfADeletedInstance(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.put("web")
	at := w.address("web")
	_, before, err := logIn(at, w.key)
	if err != nil {
		t.Fatal(err)
	}
	w.deleteElsewhere(first)
	second := w.put("web")
	w.update(func(tx txn) error {
		if err := tx.ReleaseAddresses(second.Resource.ID); err != nil {
			return err
		}
		_, err := tx.TakeAddress(store.Address{Pool: instance.PortPool, Number: int64(netip.MustParseAddrPort(at).Port()), Owner: second.Resource.ID})
		return err
	})
	if got := w.address("web"); got != at {
		t.Errorf("address of the new instance: got %s, want %s", got, at)
	}
	w.until("the new instance has the port", func() bool {
		client, after, err := logIn(at, w.key)
		if err != nil {
			return false
		}
		_ = client.Close()
		return string(after.Marshal()) != string(before.Marshal())
	})
}

// own gives an instance an address of its own.
func own(a netip.Addr, more ...types.PortInfo) func(*instance.Instance) {
	return func(i *instance.Instance) {
		text := a.String()
		i.Doc.PublicIpAddress = &text
		i.SetPorts(slices.Concat(sshFrom(instance.AnyIPv4), more))
	}
}

// TestListeners_onAddressesOfTheirOwn covers --instance-addresses. If the tests may
// not listen on port 22, they want to be told what is missing.
func TestListeners_onAddressesOfTheirOwn(t *testing.T) {
	const tcp = types.NetworkProtocolTcp
	in := loopback(71)
	a, b := netip.MustParseAddr("127.71.0.9"), netip.MustParseAddr("127.71.0.10")
	w := newWorld(t, func(o *instanceruntime.Options) { o.Range = in })
	web := w.put("web", own(a, rule(tcp, 8080, 8081, "0.0.0.0/0"), rule(tcp, 9000, 9100, "0.0.0.0/0")))
	mail := w.put("mail", own(b))
	w.put("old", own(netip.MustParseAddr("198.18.0.9")))
	for _, name := range []string{"web", "mail", "old"} {
		w.opens(w.address(name))
	}
	for port, want := range map[int]error{8080: syscall.ECONNRESET, 8081: syscall.ECONNRESET, 8082: syscall.ECONNREFUSED, 9000: syscall.ECONNREFUSED} {
		if err := knock(fmt.Sprintf("%s:%d", a, port)); !errors.Is(err, want) {
			t.Errorf("port %d: %v, want %v", port, err, want)
		}
	}
	if err := instanceruntime.CheckRange(in); err != nil {
		if !strings.Contains(err.Error(), "CAP_NET_BIND_SERVICE") || w.log.Count("CAP_NET_BIND_SERVICE") == 0 {
			t.Errorf("%v does not name the capability, or the log does not", err)
		}
		return
	}
	w.opens(a.String() + ":22")
	w.opens(b.String() + ":22")
	moveAddress(t, w, web, mail, netip.MustParseAddr("127.71.0.77"))
}

// moveAddress attaches a static IP to one instance, and then to the other.
func moveAddress(t *testing.T, w *world, web, mail *instance.Instance, static netip.Addr) {
	old, _ := netip.ParseAddr(*web.Doc.PublicIpAddress)
	w.set(web, own(static))
	if err := knock(old.String() + ":22"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("the address that was given up: %v, want connection refused", err)
	}
	client, first, err := logIn(static.String()+":22", w.key)
	if err != nil {
		t.Fatal(err)
	}
	w.set(web, own(old))
	w.set(mail, own(static))
	if err := client.Wait(); err == nil {
		t.Error("a connection to an address that has moved is still open")
	}
	_, second, err := logIn(static.String()+":22", w.key)
	if err != nil || string(first.Marshal()) == string(second.Marshal()) {
		t.Errorf("the static IP still leads to the first instance, or nowhere: %v", err)
	}
	w.opens(old.String() + ":22")
}

func TestCheckRange(t *testing.T) {
	for text, want := range map[string]string{
		"10.0.0.0/16":    "10.0.0.0/16 is not a range within 127.0.0.0/8 from /9 to /28: give one such as 127.64.0.0/16",
		"127.64.0.0/29":  "127.64.0.0/29 is not a range within",
		"127.64.0.1/16":  "127.64.0.1/16 is not a range within",
		"127.0.0.0/8":    "127.0.0.0/8 is not a range within",
		"127.0.0.0/16":   "127.0.0.0/16 has 127.0.0.1 in it, which is this machine's own: give a range such as 127.64.0.0/16",
		"::/64":          "::/64 is not a range within",
		"126.0.0.0/9":    "126.0.0.0/9 is not a range within",
		"0.0.0.0/0":      "0.0.0.0/0 is not a range within",
		"198.18.0.0/15":  "198.18.0.0/15 is not a range within",
		"127.255.0.0/8":  "127.255.0.0/8 is not a range within",
		"127.64.0.16/27": "127.64.0.16/27 is not a range within",
	} {
		if err := instanceruntime.CheckRange(netip.MustParsePrefix(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want …%s", text, err, want)
		}
	}
}
