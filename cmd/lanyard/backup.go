package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lanyard-cloud/lanyard/internal/home"
)

func backupCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "Copy the SQLite store of a running server into a new file",
		Long: "Copy the SQLite store of a running or stopped server into a new file. The copy does not have the master key. " +
			"Keep a copy of the key in another place: without it the secrets in the backup cannot be read.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := home.Backup(cmd.Context(), database(cmd), args[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s is a copy of %s.\n", args[0], b.Store)
			fmt.Fprintf(cmd.OutOrStdout(), "The master key is not in it, and without it the secrets in the copy cannot be read: "+
				"keep a copy of %s in another place.\n", b.MasterKey)
			return nil
		},
	}
}
