package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

func accountCommand() *cobra.Command {
	a := &admin{}
	return a.noun("account", "Manage the accounts of the server",
		a.createAccountCommand(),
		a.listAccountsCommand(),
		a.showAccountCommand(),
		a.accountCommand("close ID", "Close an account, so that its access keys are refused", func(accounts *identity.Accounts, id string) error {
			return accounts.SetClosed(id, true)
		}),
		a.accountCommand("reopen ID", "Open a closed account again", func(accounts *identity.Accounts, id string) error {
			return accounts.SetClosed(id, false)
		}),
		a.accountCommand("delete ID", "Delete a closed account and everything in it", (*identity.Accounts).Delete),
		a.setUpCommand(),
	)
}

func (a *admin) accountCommand(use, short string, fn func(*identity.Accounts, string) error) *cobra.Command {
	return a.command(use, short, func(cmd *cobra.Command, args []string) error {
		return a.update(cmd, func(accounts *identity.Accounts) error { return fn(accounts, args[0]) })
	})
}

func (a *admin) createAccountCommand() *cobra.Command {
	var withKey bool
	var p profile
	cmd := a.command("create", "Create an account with an access key of its root. The key is shown once",
		func(cmd *cobra.Command, args []string) error {
			if err := p.check(cmd, withKey); err != nil {
				return err
			}
			var shown object
			var key *identity.AccessKey
			err := a.update(cmd, func(accounts *identity.Accounts) (err error) {
				shown, key, err = createAccount(accounts, append(args, "")[0], withKey)
				return err
			})
			if err != nil {
				return err
			}
			fields := []field{{"Account", shown}}
			if key != nil {
				fields = append(fields, field{"AccessKey", shownKey(key)})
			}
			if err := a.show(cmd, fields...); err != nil {
				return err
			}
			return p.write(cmd, key)
		})
	cmd.Use, cmd.Args = "create [ID]", cobra.MaximumNArgs(1)
	cmd.Flags().BoolVar(&withKey, "access-key", true, "make an access key of the account's root")
	p.flags(cmd)
	return cmd
}

func createAccount(accounts *identity.Accounts, id string, withKey bool) (object, *identity.AccessKey, error) {
	account, err := accounts.Create(id)
	if err != nil {
		return nil, nil, err
	}
	shown, err := accountView(accounts, account)
	if err != nil || !withKey {
		return shown, nil, err
	}
	d, err := accounts.Directory(account.ID)
	if err != nil {
		return nil, nil, err
	}
	key, err := d.CreateAccessKey("")
	return shown, key, err
}

func (a *admin) listAccountsCommand() *cobra.Command {
	return a.command("list", "List the accounts of the server", func(cmd *cobra.Command, _ []string) error {
		var objects []object
		err := a.view(cmd, func(accounts *identity.Accounts) error {
			list, err := accounts.Tx.Accounts()
			if err != nil {
				return err
			}
			objects = nil
			for _, account := range list {
				o, err := accountView(accounts, account)
				if err != nil {
					return err
				}
				objects = append(objects, o)
			}
			return nil
		})
		if err != nil {
			return err
		}
		return a.list(cmd, "Accounts", objects, "Id", "Status", "CreateDate", "RootAccount")
	})
}

func (a *admin) showAccountCommand() *cobra.Command {
	cmd := a.command("show", "Show an account, by default the server's root account", func(cmd *cobra.Command, args []string) error {
		var shown object
		err := a.view(cmd, func(accounts *identity.Accounts) error {
			d, err := accounts.Directory(append(args, "")[0])
			if err != nil {
				return err
			}
			account, err := accounts.Get(d.Account())
			if err != nil {
				return err
			}
			shown, err = accountDetail(accounts, d, account)
			return err
		})
		if err != nil {
			return err
		}
		return a.show(cmd, field{"Account", shown})
	})
	cmd.Use, cmd.Args = "show [ID]", cobra.MaximumNArgs(1)
	return cmd
}

// accountView returns an account's members as AWS Organizations names them.
func accountView(accounts *identity.Accounts, account *store.Account) (object, error) {
	root, err := accounts.Root()
	o := object{
		{"Id", account.ID},
		{"Arn", identity.RootARN(account.ID)},
		{"Status", accountStatus(account, accounts.Now)},
		{"CreateDate", date(account.CreatedAt)},
		{"RootAccount", account.ID == root},
	}
	if account.SetupUntil.After(accounts.Now) {
		o = append(o, field{"SetUpUntil", date(account.SetupUntil)})
	}
	return o, err
}

func accountStatus(account *store.Account, now time.Time) string {
	switch {
	case account.Closed:
		return "CLOSED"
	case account.SetupUntil.After(now):
		return "PENDING_ACTIVATION"
	}
	return "ACTIVE"
}

func accountDetail(accounts *identity.Accounts, d *identity.Directory, account *store.Account) (object, error) {
	o, err := accountView(accounts, account)
	if err != nil {
		return nil, err
	}
	setups, err := accounts.Tx.RegionSetups(account.ID)
	if err != nil {
		return nil, err
	}
	regions := []string{}
	for _, s := range setups {
		if s.Until.After(accounts.Now) {
			regions = append(regions, s.Region+" until "+date(s.Until))
		}
	}
	keys, err := d.AccessKeys("")
	return append(o, field{"RegionsInSetUp", regions}, field{"AccessKeyMetadata", keyList(keyViews(keys))}), err
}

func (a *admin) setUpCommand() *cobra.Command {
	var wait time.Duration
	var until, region string
	var done bool
	cmd := a.command("set-up ID", "Put an account, or an opt-in region of it, into set-up for a time", func(cmd *cobra.Command, args []string) error {
		return a.update(cmd, func(accounts *identity.Accounts) error {
			end, err := setUpEnd(accounts.Now, wait, until, done)
			if err != nil {
				return err
			}
			return accounts.SetUp(args[0], region, end)
		})
	})
	f := cmd.Flags()
	f.DurationVar(&wait, "for", 0, "how long, such as 10m")
	f.StringVar(&until, "until", "", "until when, such as 2026-01-31T12:00:00Z")
	f.BoolVar(&done, "done", false, "end it now")
	f.StringVar(&region, "opt-in-region", "", "region that is set up (default: the account itself)")
	cmd.MarkFlagsOneRequired("for", "until", "done")
	cmd.MarkFlagsMutuallyExclusive("for", "until", "done")
	return cmd
}

func setUpEnd(now time.Time, wait time.Duration, until string, done bool) (time.Time, error) {
	switch {
	case done:
		return time.Time{}, nil
	case until != "":
		end, err := time.Parse(time.RFC3339, until)
		if err != nil {
			return end, fmt.Errorf("--until %q: must be a time such as 2026-01-31T12:00:00Z", until)
		}
		return end, nil
	case wait <= 0:
		return time.Time{}, fmt.Errorf("--for %s: must be a duration such as 10m", wait)
	}
	return now.Add(wait), nil
}
