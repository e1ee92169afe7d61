package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/sshconfig"
)

// sshDir is the directory of OpenSSH configurations in the data directory.
const sshDir = "ssh"

func sshConfigCommand() *cobra.Command {
	var account, region string
	cmd := &cobra.Command{
		Use:   "ssh-config",
		Short: "Write an OpenSSH config for the instances: ssh -F \"$(lanyard ssh-config)\" NAME",
		Long: "Write an OpenSSH config for all instances of an account, running or not, and print its path. " +
			"Their host keys are in a file beside it. NAME.REGION always names an instance. " +
			"NAME alone is enough if the instance is in the region in use, or is the only one of that name.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			path, err := writeSSHConfig(cmd, account, region)
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), path)
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&account, "account", "", "account id (default: the server's root account)")
	f.StringVar(&region, "region", "", "the region in use (default: that of AWS_REGION or AWS_DEFAULT_REGION)")
	return cmd
}

func writeSSHConfig(cmd *cobra.Command, account, region string) (path string, err error) {
	d := database(cmd)
	s, err := home.Open(cmd.Context(), d)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if account, err = accountOf(cmd, s, account); err != nil {
		return "", err
	}
	hosts, err := s.SSHHosts(cmd.Context(), account)
	if err != nil {
		return "", err
	}
	return sshconfig.Write(filepath.Join(d.DataDir, sshDir), account, regionInUse(region), hosts)
}

// accountOf returns the id of an existing account, by default that of the root account.
func accountOf(cmd *cobra.Command, s *home.Store, id string) (string, error) {
	err := s.View(cmd.Context(), func(accounts *identity.Accounts) error {
		d, err := accounts.Directory(id)
		if err == nil {
			id = d.Account()
		}
		return err
	})
	return id, err
}

// regionInUse returns the region of the flag or of the variables that AWS clients read, or "".
func regionInUse(flag string) string {
	for _, region := range []string{flag, os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION")} {
		if region != "" {
			return region
		}
	}
	return ""
}
