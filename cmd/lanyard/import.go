package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanyard-cloud/lanyard/internal/server"
	"github.com/lanyard-cloud/lanyard/internal/transfer"
)

func importCommand() *cobra.Command {
	o := transfer.ImportOptions{}
	var passphraseFile string
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Read what lanyard export wrote into a new store",
		Long: "Read what lanyard export wrote into a new store, or with --account one account into a store that may have others. " +
			"All of it is read or, after an error, nothing.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if o.Passphrase, err = readPassphrase(passphraseFile); err != nil {
				return err
			}
			file, err := os.Open(args[0])
			if err != nil {
				return err
			}
			defer func() { _ = file.Close() }()
			o.Now = time.Now()
			done, err := server.Import(cmd.Context(), database(cmd), o, file)
			if err != nil {
				return fmt.Errorf("nothing was imported from %s: %w", args[0], err)
			}
			reportImport(cmd, done)
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Account, "account", "", "import this account only, into a store that may have others")
	f.StringVar(&passphraseFile, "passphrase-file", "", "file of the passphrase that the file was made with, which may also be given as LANYARD_PASSPHRASE")
	return cmd
}

func reportImport(cmd *cobra.Command, done transfer.Imported) {
	say := cmd.ErrOrStderr()
	fmt.Fprintf(say, "Imported %s.\n", counted(done.Counts))
	if done.KeysLeftOut > 0 {
		fmt.Fprintf(say, "%d access keys are not there, since the file has no secrets: make new ones with lanyard access-key create.\n", done.KeysLeftOut)
	}
	if done.ResourcesLeftOut > 0 {
		fmt.Fprintf(say, "%d default key pairs are not there, since the file has no secrets: the next download makes new ones.\n", done.ResourcesLeftOut)
	}
	if done.NewHostKeys > 0 {
		fmt.Fprintf(say, "%d instances have new SSH host keys, since the file has no secrets: lanyard ssh-config writes them down.\n", done.NewHostKeys)
	}
}
