package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lanyard-cloud/lanyard/internal/identity"
)

func identitiesCommand() *cobra.Command {
	a := &admin{}
	return a.noun("identities", "Check identities files, and give up on them",
		a.command("check FILE", "Check an identities file without putting it in force; exit code 0 when it is good",
			func(cmd *cobra.Command, args []string) error {
				file, err := identity.LoadFile(args[0])
				if err != nil {
					return err
				}
				accounts, entities, keys := file.Counts()
				fmt.Fprintf(cmd.OutOrStdout(), "%s is good: it declares %d accounts, %d identities and %d access keys\n", args[0], accounts, entities, keys)
				if _, err := identity.LoadTrustedFile(args[0]); err != nil {
					fmt.Fprintf(cmd.ErrOrStderr(), "lanyard: warning: on this machine a server refuses the file: %v\n", err)
				}
				return nil
			}),
		a.command("release", "Hand what an identities file declared over to the commands",
			func(cmd *cobra.Command, _ []string) error { return a.update(cmd, identity.ReleaseFile) }),
	)
}
