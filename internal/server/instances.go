package server

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine"
	"github.com/lanyard-cloud/lanyard/internal/driver/machine/sim"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	instanceruntime "github.com/lanyard-cloud/lanyard/internal/runtime/instance"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/sshconfig"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// newFleet makes what runs behind instances; it begins to work in Serve.
func (s *Server) newFleet() *instanceruntime.Fleet {
	return instanceruntime.New(instanceruntime.Options{
		Store:  s.store,
		Sealer: s.sealer,
		Driver: sim.New(sim.Options{Clock: s.o.Clock, Logger: s.o.Log}),
		Clock:  s.o.Clock,
		Log:    s.o.Log,
		Range:  s.o.InstanceAddresses,
		Shared: store.IsPostgres(s.o.Store),
	})
}

// committed brings the instances that a write was on in step, before its answer is
// sent: a client that is told that a port is open can connect to it.
func (s *Server) committed(account, region string, operations []*types.Operation) {
	var names []string
	for _, op := range operations {
		if op.ResourceType == types.ResourceTypeInstance && !slices.Contains(names, *op.ResourceName) {
			names = append(names, *op.ResourceName)
		}
	}
	if len(names) > 0 {
		s.fleet.Refresh(account, region, names...)
	}
}

// SSHAddress is where the SSH server of an instance of the root's account is reached,
// as host:port, whether it runs or not; "" where there is no such instance.
func (s *Server) SSHAddress(region, name string) string {
	at, ok := s.fleet.Address(s.root.AccountID, region, name)
	if !ok {
		return ""
	}
	return at.String()
}

// SSHHosts lists how the SSH servers of an account's instances are reached and how
// they prove themselves, those that do not run included; account "" is all of them.
func (s *Store) SSHHosts(ctx context.Context, account string) (hosts []sshconfig.Host, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		hosts = nil
		ports, err := sshPorts(tx)
		if err != nil {
			return err
		}
		all, err := tx.AllInstances()
		if err != nil {
			return err
		}
		for _, r := range all {
			port := ports[r.ID]
			if account != "" && r.Account != account || port == 0 {
				continue
			}
			host, err := sshHost(s.sealer, r, port)
			if err != nil {
				return err
			}
			if host != nil {
				hosts = append(hosts, *host)
			}
		}
		return nil
	})
	return hosts, err
}

// sshPorts are the loopback ports of instances, by id.
func sshPorts(tx *store.Tx) (map[string]uint16, error) {
	numbers, err := tx.AddressesOf(instance.PortPool)
	ports := make(map[string]uint16, len(numbers))
	for _, n := range numbers {
		ports[n.Owner] = uint16(n.Number)
	}
	return ports, err
}

// sshHost is nil for an instance without SSH server.
func sshHost(sealer *seal.Sealer, r *resource.Resource, port uint16) (*sshconfig.Host, error) {
	i, err := instance.Load(r)
	if err != nil || !i.HasSSH() {
		return nil, err
	}
	at := instance.SSHAddress(port)
	host := &sshconfig.Host{
		ID: r.ID, Account: r.Account, Region: r.Region, Name: r.Name,
		User: aws.ToString(i.Doc.Username), Address: at.Addr().String(), Port: at.Port(),
	}
	if public := i.PublicAddress(); public.IsValid() {
		host.PublicAddress = public.String()
	}
	keys, err := i.OpenKeys(sealer)
	if err != nil {
		return host, err
	}
	public, err := machine.HostKeys(keys.HostKeys).Public()
	if err != nil {
		return host, fmt.Errorf("instance %s: %w", r.ID, err)
	}
	for _, k := range public {
		host.Keys = append(host.Keys, k.Line())
	}
	return host, nil
}

// checkAddresses holds the range of instances' addresses to what this machine can do.
func (o Options) checkAddresses() error {
	if !o.InstanceAddresses.IsValid() {
		return nil
	}
	if err := instanceruntime.CheckRange(o.InstanceAddresses); err != nil {
		return fmt.Errorf("--instance-addresses: %w", err)
	}
	return nil
}

// checkTimeScale refuses what no time can be multiplied by.
func (o Options) checkTimeScale() error {
	if !(o.TimeScale >= 0 && o.TimeScale <= MaxTimeScale) {
		return errors.New("the time scale is not a number from 0 to 1000")
	}
	return nil
}
