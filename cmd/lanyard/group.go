package main

import (
	"github.com/spf13/cobra"

	"github.com/lanyard-cloud/lanyard/internal/identity"
)

func groupCommand() *cobra.Command {
	a := &admin{}
	cmd := a.noun("group", "Manage the groups of an account",
		a.createGroupCommand(),
		a.listCommand(identity.Group),
		a.showCommand(identity.Group, func(d *identity.Directory, e *identity.Entity) (object, error) {
			members, err := d.Members(e.Name)
			return object{{"Users", members}}, err
		}),
		a.deleteCommand(identity.Group, "also delete its policies and its users' memberships"),
	)
	cmd.AddCommand(a.policyCommands(identity.Group)...)
	return a.inAccount(cmd)
}

func (a *admin) createGroupCommand() *cobra.Command {
	var policyFiles []string
	cmd := a.command("create NAME", "Create a group", func(cmd *cobra.Command, args []string) error {
		return a.createEntity(cmd, identity.Group, args[0], identity.Doc{}, policyFiles)
	})
	cmd.Flags().StringArrayVar(&policyFiles, "policy-file", nil, "embed the policy of this file, under the file's name; may be repeated")
	return cmd
}
