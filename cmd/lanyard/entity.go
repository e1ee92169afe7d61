package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cloud/lanyard/internal/identity"
)

// The commands of this file are the same for users, groups, roles and policies.

func (a *admin) listCommand(kind identity.Kind) *cobra.Command {
	return a.command("list", "List the "+strings.ToLower(plurals[kind])+" of the account", func(cmd *cobra.Command, _ []string) error {
		var objects []object
		err := a.read(cmd, func(d *identity.Directory) error {
			list, err := d.List(kind)
			objects = nil
			for _, e := range list {
				objects = append(objects, entityView(e))
			}
			return err
		})
		if err != nil {
			return err
		}
		title := titles[kind]
		return a.list(cmd, plurals[kind], objects, title+"Name", title+"Id", "CreateDate", "Arn")
	})
}

// showCommand shows an entity. If more is not nil, it returns further members to show.
func (a *admin) showCommand(kind identity.Kind, more func(*identity.Directory, *identity.Entity) (object, error)) *cobra.Command {
	return a.command("show NAME", "Show a "+string(kind)+" and everything in it", func(cmd *cobra.Command, args []string) error {
		var shown object
		err := a.read(cmd, func(d *identity.Directory) error {
			e, err := d.Get(kind, args[0])
			if err != nil {
				return err
			}
			shown = entityView(e)
			if more == nil {
				return nil
			}
			extra, err := more(d, e)
			shown = append(shown, extra...)
			return err
		})
		if err != nil {
			return err
		}
		return a.show(cmd, field{titles[kind], shown})
	})
}

func (a *admin) deleteCommand(kind identity.Kind, forced string) *cobra.Command {
	var force bool
	cmd := a.command("delete NAME", "Delete a "+string(kind), func(cmd *cobra.Command, args []string) error {
		return a.change(cmd, func(d *identity.Directory) error { return d.Delete(kind, args[0], force) })
	})
	cmd.Flags().BoolVar(&force, "force", false, forced)
	return cmd
}

// changed returns a command that changes an entity and prints nothing.
func (a *admin) changed(use, short string, fn func(d *identity.Directory, args []string) (*identity.Entity, error)) *cobra.Command {
	return a.command(use, short, func(cmd *cobra.Command, args []string) error {
		return a.change(cmd, func(d *identity.Directory) error {
			_, err := fn(d, args)
			return err
		})
	})
}

// policyCommands are about the policies of users, groups and roles.
func (a *admin) policyCommands(kind identity.Kind) []*cobra.Command {
	name := "a " + string(kind)
	return []*cobra.Command{
		a.putPolicyCommand(kind),
		a.changed("delete-policy NAME POLICY", "Delete an embedded policy of "+name, func(d *identity.Directory, args []string) (*identity.Entity, error) {
			return d.DeleteInline(kind, args[0], args[1])
		}),
		a.changed("attach-policy NAME POLICY", "Attach a managed policy, given by name or ARN, to "+name,
			func(d *identity.Directory, args []string) (*identity.Entity, error) {
				return d.Attach(kind, args[0], args[1])
			}),
		a.changed("detach-policy NAME POLICY", "Detach a managed policy from "+name, func(d *identity.Directory, args []string) (*identity.Entity, error) {
			return d.Detach(kind, args[0], args[1])
		}),
	}
}

func (a *admin) putPolicyCommand(kind identity.Kind) *cobra.Command {
	var path, policyName string
	cmd := a.command("put-policy NAME", "Embed a policy in a "+string(kind)+", or replace the one of that name",
		func(cmd *cobra.Command, args []string) error {
			p, err := readPolicyFile(cmd, path)
			if err != nil {
				return err
			}
			if policyName == "" {
				policyName = p.name
			}
			return p.explain(a.change(cmd, func(d *identity.Directory) error {
				_, err := d.PutInline(kind, args[0], policyName, p.text)
				return err
			}))
		})
	cmd.Flags().StringVar(&path, "policy-file", "", "file of the policy document; - is the standard input")
	cmd.Flags().StringVar(&policyName, "policy-name", "", "name of the policy (default: the file's name without its extension)")
	require(cmd, "policy-file")
	return cmd
}

// boundaryAndTags are the commands for users and roles only.
func (a *admin) boundaryAndTags(kind identity.Kind) []*cobra.Command {
	name := "a " + string(kind)
	tag := a.changed("tag NAME", "Tag "+name+": KEY=VALUE …", func(d *identity.Directory, args []string) (*identity.Entity, error) {
		return d.Tag(kind, args[0], readTags(args[1:]))
	})
	tag.Use, tag.Args = "tag NAME KEY=VALUE...", cobra.MinimumNArgs(2)
	untag := a.changed("untag NAME", "Remove tags from "+name, func(d *identity.Directory, args []string) (*identity.Entity, error) {
		return d.Untag(kind, args[0], args[1:])
	})
	untag.Use, untag.Args = "untag NAME KEY...", cobra.MinimumNArgs(2)
	return []*cobra.Command{
		a.changed("set-boundary NAME POLICY", "Make a managed policy the permissions boundary of "+name,
			func(d *identity.Directory, args []string) (*identity.Entity, error) {
				return d.SetBoundary(kind, args[0], args[1])
			}),
		a.changed("delete-boundary NAME", "Remove the permissions boundary of "+name,
			func(d *identity.Directory, args []string) (*identity.Entity, error) {
				return d.SetBoundary(kind, args[0], "")
			}),
		tag, untag,
	}
}

// createEntity makes an entity, embeds the policies of the files, and shows it.
func (a *admin) createEntity(cmd *cobra.Command, kind identity.Kind, name string, doc identity.Doc, policyFiles []string) error {
	policies, err := readPolicyFiles(cmd, policyFiles)
	if err != nil {
		return err
	}
	var made *identity.Entity
	err = a.change(cmd, func(d *identity.Directory) error {
		var err error
		if made, err = d.Create(kind, name, doc); err != nil {
			return err
		}
		for _, p := range policies {
			if made, err = d.PutInline(kind, name, p.name, p.text); err != nil {
				return p.explain(err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return a.show(cmd, field{titles[kind], entityView(made)})
}
