package main

import (
	"github.com/spf13/cobra"

	"github.com/lanyard-cloud/lanyard/internal/identity"
)

func roleCommand() *cobra.Command {
	a := &admin{}
	cmd := a.noun("role", "Manage the roles of an account",
		a.createRoleCommand(),
		a.listCommand(identity.Role),
		a.showCommand(identity.Role, nil),
		a.deleteCommand(identity.Role, "also delete its policies"),
		a.setTrustCommand(),
	)
	cmd.AddCommand(a.policyCommands(identity.Role)...)
	cmd.AddCommand(a.boundaryAndTags(identity.Role)...)
	return a.inAccount(cmd)
}

func (a *admin) createRoleCommand() *cobra.Command {
	doc := identity.Doc{}
	var trustFile string
	var policyFiles, tags []string
	cmd := a.command("create NAME", "Create a role, which the principals of its trust policy may assume",
		func(cmd *cobra.Command, args []string) error {
			trust, err := readPolicyFile(cmd, trustFile)
			if err != nil {
				return err
			}
			doc.Trust, doc.Tags = trust.text, readTags(tags)
			return trust.explain(a.createEntity(cmd, identity.Role, args[0], doc, policyFiles))
		})
	f := cmd.Flags()
	f.StringVar(&trustFile, "trust-policy-file", "", "file of the trust policy; - is the standard input")
	f.StringArrayVar(&policyFiles, "policy-file", nil, "embed the policy of this file, under the file's name; may be repeated")
	f.StringVar(&doc.Description, "description", "", "what the role is for")
	f.IntVar(&doc.MaxSession, "max-session-duration", identity.DefaultMaxSession, "seconds that sessions may last, 3600 to 43200")
	f.StringArrayVar(&tags, "tag", nil, "KEY=VALUE; may be repeated")
	require(cmd, "trust-policy-file")
	return cmd
}

func (a *admin) setTrustCommand() *cobra.Command {
	var path string
	cmd := a.command("set-trust-policy NAME", "Replace a role's trust policy", func(cmd *cobra.Command, args []string) error {
		trust, err := readPolicyFile(cmd, path)
		if err != nil {
			return err
		}
		return trust.explain(a.change(cmd, func(d *identity.Directory) error {
			_, err := d.SetTrust(args[0], trust.text)
			return err
		}))
	})
	cmd.Flags().StringVar(&path, "trust-policy-file", "", "file of the trust policy; - is the standard input")
	require(cmd, "trust-policy-file")
	return cmd
}
