package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lanyard-cloud/lanyard/internal/identity"
)

func identitiesCommand() *cobra.Command {
	a := &admin{}
	return a.noun("identities", "Check and release identities files",
		a.command("check FILE", "Check an identities file without applying it; the exit code is 0 if it is valid",
			func(cmd *cobra.Command, args []string) error {
				file, err := identity.LoadFile(args[0])
				if err != nil {
					return err
				}
				accounts, entities, keys := file.Counts()
				fmt.Fprintf(cmd.OutOrStdout(), "%s is valid: it declares %d accounts, %d identities and %d access keys\n", args[0], accounts, entities, keys)
				if _, err := identity.LoadTrustedFile(args[0]); err != nil {
					fmt.Fprintf(cmd.ErrOrStderr(), "lanyard: warning: a server on this machine does not accept the file: %v\n", err)
				}
				return nil
			}),
		a.command("release", "Let the commands change what an identities file declared",
			func(cmd *cobra.Command, _ []string) error { return a.update(cmd, identity.ReleaseFile) }),
	)
}
