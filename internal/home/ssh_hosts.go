package home

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/sshconfig"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// SSHHosts lists the addresses and host keys of the SSH servers of an account's instances,
// running or not. Account "" means all accounts.
func (s *Store) SSHHosts(ctx context.Context, account string) (hosts []sshconfig.Host, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		hosts = nil
		tx.SetNow(s.now())
		ports, err := sshPorts(tx)
		if err != nil {
			return err
		}
		all, err := tx.AllOf(resource.Instance)
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

// sshPorts returns the loopback ports of instances by instance id.
func sshPorts(tx *store.Tx) (map[string]uint16, error) {
	numbers, err := tx.AddressesOf(instance.PortPool)
	ports := make(map[string]uint16, len(numbers))
	for _, n := range numbers {
		ports[n.Owner] = uint16(n.Number)
	}
	return ports, err
}

// sshHost returns nil for an instance without an SSH server.
func sshHost(sealer *seal.Sealer, r *resource.Resource, port uint16) (*sshconfig.Host, error) {
	i, err := instance.Load(r)
	if err != nil || i.Windows() {
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
