package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

func importCommand() *cobra.Command {
	o := export.ImportOptions{}
	var passphraseFile string
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Read a file of lanyard export into a new store",
		Long: "Read a file of lanyard export into a new store, or with --account one account into a store that may have others. " +
			"After an error, nothing of it is in the store. FILE may be read more than once, so it cannot be a pipe.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if o.Passphrase, err = readPassphrase(passphraseFile); err != nil {
				return err
			}
			file, err := openExport(args[0])
			if err != nil {
				return err
			}
			defer func() { _ = file.Close() }()
			o.Now = time.Now()
			done, err := home.Import(cmd.Context(), database(cmd), o, file)
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

// openExport opens a file that can be read more than once: an import whose transaction
// conflicts with another one starts again. "-" is the standard input.
func openExport(path string) (*os.File, error) {
	file, name := os.Stdin, "the standard input"
	if path != "-" {
		var err error
		if file, err = os.Open(path); err != nil { //nolint:gosec // the path is the operator's own
			return nil, err
		}
		name = path
	}
	if _, err := file.Seek(0, io.SeekCurrent); err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("%s can be read only once, and an import may read it more often: save it to a file first", name)
	}
	return file, nil
}

func reportImport(cmd *cobra.Command, done export.Imported) {
	say := cmd.ErrOrStderr()
	fmt.Fprintf(say, "Imported %s.\n", counted(done.Counts))
	if done.KeysLeftOut > 0 {
		fmt.Fprintf(say, "%d access keys were left out, since the file has no secrets: make new ones with lanyard access-key create.\n", done.KeysLeftOut)
	}
	if done.ResourcesLeftOut > 0 {
		fmt.Fprintf(say, "%d default key pairs were left out, since the file has no secrets: the next download makes new ones.\n", done.ResourcesLeftOut)
	}
	if done.BucketKeysLeftOut > 0 {
		fmt.Fprintf(say, "%d access keys of buckets were left out, since the file has no secrets: make new ones with "+
			"aws lightsail create-bucket-access-key.\n", done.BucketKeysLeftOut)
	}
	if n := done.NewSecrets[resource.Instance]; n > 0 {
		fmt.Fprintf(say, "%d instances have new SSH host keys, since the file has no secrets: run lanyard ssh-config to write them down.\n", n)
	}
	if n := done.NewSecrets[resource.RelationalDatabase]; n > 0 {
		fmt.Fprintf(say, "%d databases have new passwords, since the file has no secrets: read them with "+
			"aws lightsail get-relational-database-master-user-password.\n", n)
	}
}
