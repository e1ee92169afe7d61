package server

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/sshconfig"
	"github.com/lanyard-cloud/lanyard/internal/sshkey"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// ConnectCertificate makes a certificate of GetInstanceAccessDetails that of Lightsail's
// own SSH client, which the firewall knows as lightsail-connect. That takes the
// instance's keys, so no other client can do it. It returns an error if the certificate
// is not the instance's own, for its user and the private key, or if the firewall
// admits no client of this machine.
func (s *Store) ConnectCertificate(ctx context.Context, host sshconfig.Host, privateKey, certificate string) (extended string, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		r, err := tx.Resource(host.Account, host.Region, host.Name)
		if err == nil && r.ID != host.ID {
			err = store.ErrNotFound
		}
		if err != nil {
			return fmt.Errorf("the instance %s in %s was deleted just now: %w", host.Name, host.Region, err)
		}
		i, err := instance.Load(r)
		if err != nil {
			return err
		}
		if err := checkFirewall(i, host); err != nil {
			return err
		}
		keys, err := i.OpenKeys(s.sealer)
		if err != nil {
			return err
		}
		authority, err := sshkey.NewAuthority(keys.AuthoritySeed)
		if err != nil {
			return err
		}
		extended, err = authority.Extend(certificate, host.User, privateKey, machine.ConnectExtension)
		if err != nil {
			return fmt.Errorf("the answer has no certificate of the instance %s, so it is not from the server of this store: %w", host.Name, err)
		}
		return nil
	})
	return extended, err
}

// checkFirewall says which rules keep clients of this machine out, where they do:
// OpenSSH would only say that the connection was reset.
func checkFirewall(i *instance.Instance, host sshconfig.Host) error {
	client, err := netip.ParseAddr(host.Address) // a client of a loopback address has that, too
	if err != nil {
		return err
	}
	if i.Entry(instance.SSHPort, client) != instance.Refused {
		return nil
	}
	rules := i.DescribeRules(instance.SSHPort)
	if rules == "" {
		return fmt.Errorf("the firewall of the instance %s in %s has no rule that opens port %d: "+
			"add one with aws lightsail open-instance-public-ports", host.Name, host.Region, instance.SSHPort)
	}
	return errors.New("the firewall of the instance " + host.Name + " in " + host.Region + " refuses " + client.String() +
		", the address of this machine's own clients, and lightsail-connect: its rules are " + rules)
}
