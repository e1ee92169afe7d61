package main

import (
	"github.com/spf13/cobra"

	"github.com/lanyard-cloud/lanyard/internal/identity"
)

func accessKeyCommand() *cobra.Command {
	a := &admin{}
	return a.inAccount(a.noun("access-key", "Manage the access keys of users and of an account's root",
		a.newKeyCommand("create", "Make an access key. It is shown once", (*identity.Directory).CreateAccessKey),
		a.listKeysCommand(),
		a.newKeyCommand("rotate", "Make a second access key; the first one stays active until it is deleted",
			(*identity.Directory).RotateAccessKey),
		a.keyCommand("activate ID", "Activate an access key", func(d *identity.Directory, id string) error { return d.SetAccessKeyActive(id, true) }),
		a.keyCommand("deactivate ID", "Deactivate an access key", func(d *identity.Directory, id string) error { return d.SetAccessKeyActive(id, false) }),
		a.keyCommand("delete ID", "Delete an access key", (*identity.Directory).DeleteAccessKey),
	))
}

func (a *admin) newKeyCommand(use, short string, fn func(*identity.Directory, string) (*identity.AccessKey, error)) *cobra.Command {
	var user string
	var p profile
	cmd := a.command(use, short, func(cmd *cobra.Command, _ []string) error {
		if err := p.check(cmd, true); err != nil {
			return err
		}
		var key *identity.AccessKey
		err := a.change(cmd, func(d *identity.Directory) (err error) {
			key, err = fn(d, user)
			return err
		})
		if err != nil {
			return err
		}
		if err := a.show(cmd, field{"AccessKey", keyView(key)}); err != nil {
			return err
		}
		return p.write(cmd, key)
	})
	ofUser(cmd, &user)
	p.flags(cmd)
	return cmd
}

func (a *admin) listKeysCommand() *cobra.Command {
	var user string
	cmd := a.command("list", "List the access keys of a user or of the root", func(cmd *cobra.Command, _ []string) error {
		var keys []identity.AccessKey
		err := a.read(cmd, func(d *identity.Directory) (err error) {
			keys, err = d.AccessKeys(user)
			return err
		})
		if err != nil {
			return err
		}
		return a.list(cmd, "AccessKeyMetadata", keyViews(keys), "AccessKeyId", "Status", "CreateDate")
	})
	ofUser(cmd, &user)
	return cmd
}

func ofUser(cmd *cobra.Command, user *string) {
	cmd.Flags().StringVar(user, "user", "", "name of the user (default: the account's root)")
}

func (a *admin) keyCommand(use, short string, fn func(*identity.Directory, string) error) *cobra.Command {
	return a.command(use, short, func(cmd *cobra.Command, args []string) error {
		return a.change(cmd, func(d *identity.Directory) error { return fn(d, args[0]) })
	})
}
