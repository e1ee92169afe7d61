package main

import (
	"github.com/spf13/cobra"

	"github.com/lanyard-cloud/lanyard/internal/identity"
)

func policyCommand() *cobra.Command {
	a := &admin{}
	return a.inAccount(a.noun("policy", "Manage the managed policies of an account, and simulate policies",
		a.createPolicyCommand(),
		a.listCommand(identity.Policy),
		a.showCommand(identity.Policy, policyUsers),
		a.updatePolicyCommand(),
		a.deleteCommand(identity.Policy, "also detach it from all users, groups and roles"),
		a.simulateCommand(),
	))
}

func policyUsers(d *identity.Directory, e *identity.Entity) (object, error) {
	users, err := d.UsersOf(e.Name)
	return object{
		{"AttachmentCount", len(users.Attached)},
		{"AttachedTo", arns(users.Attached)},
		{"PermissionsBoundaryUsageCount", len(users.Bounded)},
		{"BoundaryOf", arns(users.Bounded)},
	}, err
}

func arns(entities []*identity.Entity) []string {
	list := make([]string, 0, len(entities))
	for _, e := range entities {
		list = append(list, e.ARN())
	}
	return list
}

func (a *admin) createPolicyCommand() *cobra.Command {
	var path, description string
	cmd := a.command("create NAME", "Create a managed policy", func(cmd *cobra.Command, args []string) error {
		p, err := readPolicyFile(cmd, path)
		if err != nil {
			return err
		}
		return p.explain(a.createEntity(cmd, identity.Policy, args[0], identity.Doc{Document: p.text, Description: description}, nil))
	})
	policyFileFlag(cmd, &path)
	cmd.Flags().StringVar(&description, "description", "", "what the policy is for")
	return cmd
}

func (a *admin) updatePolicyCommand() *cobra.Command {
	var path string
	cmd := a.command("update NAME", "Replace a managed policy's document", func(cmd *cobra.Command, args []string) error {
		p, err := readPolicyFile(cmd, path)
		if err != nil {
			return err
		}
		return p.explain(a.change(cmd, func(d *identity.Directory) error {
			_, err := d.SetDocument(args[0], p.text)
			return err
		}))
	})
	policyFileFlag(cmd, &path)
	return cmd
}

func policyFileFlag(cmd *cobra.Command, path *string) {
	cmd.Flags().StringVar(path, "policy-file", "", "file of the policy document; - is the standard input")
	require(cmd, "policy-file")
}
