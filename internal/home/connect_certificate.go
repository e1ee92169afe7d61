package home

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

// ConnectCertificate turns a certificate from GetInstanceAccessDetails into that of
// Lightsail's own SSH client, which the firewall calls lightsail-connect. Only the
// instance's keys can make one, so no other client can. It returns an error if the
// instance did not issue the certificate for its user and the private key, or if the
// firewall admits no client of this machine.
func (s *Store) ConnectCertificate(ctx context.Context, host sshconfig.Host, privateKey, certificate string) (extended string, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		tx.SetNow(s.now())
		r, err := tx.Resource(host.Account, host.Region, host.Name)
		if err == nil && r.ID != host.ID {
			err = store.ErrNotFound
		}
		if err != nil {
			return fmt.Errorf("the instance %s in %s has just been deleted: %w", host.Name, host.Region, err)
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
			return fmt.Errorf("the answer has no certificate from the instance %s, so another server sent it: %w", host.Name, err)
		}
		return nil
	})
	return extended, err
}

// checkFirewall returns an error with the rules if they keep clients of this machine out.
// OpenSSH would only report a reset connection.
func checkFirewall(i *instance.Instance, host sshconfig.Host) error {
	client, err := netip.ParseAddr(host.Address) // a client of a loopback address has the same one
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
