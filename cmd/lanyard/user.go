package main

import (
	"github.com/spf13/cobra"

	"github.com/lanyard-cloud/lanyard/internal/identity"
)

func userCommand() *cobra.Command {
	a := &admin{}
	cmd := a.noun("user", "Manage the users of an account",
		a.createUserCommand(),
		a.listCommand(identity.User),
		a.showCommand(identity.User, userKeys),
		a.deleteCommand(identity.User, "also delete its access keys, memberships and policies"),
		a.changed("add-to-group NAME GROUP", "Make a user a member of a group", func(d *identity.Directory, args []string) (*identity.Entity, error) {
			return d.AddToGroup(args[0], args[1])
		}),
		a.changed("remove-from-group NAME GROUP", "End a user's membership in a group",
			func(d *identity.Directory, args []string) (*identity.Entity, error) {
				return d.RemoveFromGroup(args[0], args[1])
			}),
	)
	cmd.AddCommand(a.policyCommands(identity.User)...)
	cmd.AddCommand(a.boundaryAndTags(identity.User)...)
	return a.inAccount(cmd)
}

func userKeys(d *identity.Directory, e *identity.Entity) (object, error) {
	keys, err := d.AccessKeys(e.Name)
	ids := keyList{}
	for i := range keys {
		ids = append(ids, keyView(&keys[i]))
	}
	return object{{"AccessKeyMetadata", ids}}, err
}

// newUser holds the flags of user create.
type newUser struct {
	policyFiles, groups, managed, tags []string
	boundary                           string
	withKey                            bool
	profile                            profile
}

func (a *admin) createUserCommand() *cobra.Command {
	var u newUser
	cmd := a.command("create NAME", "Create a user with an access key. The key is shown once", func(cmd *cobra.Command, args []string) error {
		return a.createUser(cmd, args[0], &u)
	})
	f := cmd.Flags()
	f.StringArrayVar(&u.policyFiles, "policy-file", nil, "embed the policy of this file, under the file's name; may be repeated")
	f.StringArrayVar(&u.groups, "group", nil, "make the user a member of this group; may be repeated")
	f.StringArrayVar(&u.managed, "managed-policy", nil, "attach this managed policy; may be repeated")
	f.StringVar(&u.boundary, "permissions-boundary", "", "managed policy that bounds the user")
	f.StringArrayVar(&u.tags, "tag", nil, "KEY=VALUE; may be repeated")
	f.BoolVar(&u.withKey, "access-key", true, "make an access key")
	u.profile.flags(cmd)
	return cmd
}

func (a *admin) createUser(cmd *cobra.Command, name string, u *newUser) error {
	policies, err := readPolicyFiles(cmd, u.policyFiles)
	if err != nil {
		return err
	}
	if err := u.profile.check(cmd, u.withKey); err != nil {
		return err
	}
	var user *identity.Entity
	var key *identity.AccessKey
	err = a.change(cmd, func(d *identity.Directory) error {
		var err error
		if user, err = u.create(d, name, policies); err != nil || !u.withKey {
			return err
		}
		key, err = d.CreateAccessKey(name)
		return err
	})
	if err != nil {
		return err
	}
	shown := []field{{"User", entityView(user)}}
	if key != nil {
		shown = append(shown, field{"AccessKey", shownKey(key)})
	}
	if err := a.show(cmd, shown...); err != nil {
		return err
	}
	return u.profile.write(cmd, key)
}

// create makes the user step by step, so that each error is IAM's own.
func (u *newUser) create(d *identity.Directory, name string, policies []policyFile) (*identity.Entity, error) {
	user, err := d.Create(identity.User, name, identity.Doc{Tags: readTags(u.tags)})
	if err != nil {
		return nil, err
	}
	for _, p := range policies {
		if user, err = d.PutInline(identity.User, name, p.name, p.text); err != nil {
			return nil, p.explain(err)
		}
	}
	for _, group := range u.groups {
		if user, err = d.AddToGroup(name, group); err != nil {
			return nil, err
		}
	}
	for _, policy := range u.managed {
		if user, err = d.Attach(identity.User, name, policy); err != nil {
			return nil, err
		}
	}
	if u.boundary != "" {
		user, err = d.SetBoundary(identity.User, name, u.boundary)
	}
	return user, err
}
