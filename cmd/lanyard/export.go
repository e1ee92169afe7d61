package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/newfile"
	"github.com/lanyard-cloud/lanyard/internal/safefile"
)

func exportCommand() *cobra.Command {
	o := export.Options{Version: version}
	var passphraseFile string
	cmd := &cobra.Command{
		Use:   "export [FILE]",
		Short: "Write a store, or one account of it, as JSON lines",
		Long: "Write everything in a store, or one account of it, as JSON lines to a new file or to the standard output. " +
			"The server may be running. The file has secrets only if there is a passphrase to seal them with.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if o.Passphrase, err = readPassphrase(passphraseFile); err != nil {
				return err
			}
			o.Now = time.Now()
			done, err := exportTo(cmd, o, args)
			if err != nil {
				return err
			}
			say := cmd.ErrOrStderr()
			fmt.Fprintf(say, "Exported %s.\n", counted(done.Counts))
			if done.LeftOut > 0 {
				fmt.Fprintf(say, "%d secrets were left out. Give --passphrase-file or LANYARD_PASSPHRASE to export them sealed.\n", done.LeftOut)
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Account, "account", "", "export this account only")
	f.StringVar(&passphraseFile, "passphrase-file", "", "file of a passphrase to seal the secrets with, which may also be given as LANYARD_PASSPHRASE")
	return cmd
}

// exportTo writes to the file that the arguments name, or to the standard output.
func exportTo(cmd *cobra.Command, o export.Options, args []string) (done export.Exported, err error) {
	s, err := home.Open(cmd.Context(), database(cmd))
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	write := func(w io.Writer) (err error) {
		done, err = s.Export(cmd.Context(), o, w)
		return err
	}
	if len(args) == 0 {
		return done, write(cmd.OutOrStdout())
	}
	err = newfile.Write(args[0], func(f *os.File) error { return write(f) })
	return done, err
}

// readPassphrase returns the passphrase of the file or the variable, without the end of its
// line. It returns nil if neither is given.
func readPassphrase(path string) ([]byte, error) {
	text, set := os.LookupEnv("LANYARD_PASSPHRASE")
	switch {
	case path == "" && !set:
		return nil, nil
	case path == "":
		return []byte(text), nil
	case set:
		return nil, errors.New("give --passphrase-file or LANYARD_PASSPHRASE, not both")
	}
	line, err := safefile.ReadSecret(path)
	if err != nil {
		return nil, fmt.Errorf("--passphrase-file: %w", err)
	}
	line = bytes.TrimRight(line, "\r\n")
	if len(line) == 0 {
		return nil, fmt.Errorf("--passphrase-file %s: the file is empty", path)
	}
	return line, nil
}

func counted(c export.Counts) string {
	return fmt.Sprintf("%d accounts, %d region setups, %d identities, %d access keys, %d resources, %d links, %d addresses, "+
		"%d uses of quotas, %d entries, %d operations",
		c.Accounts, c.RegionSetups, c.Identities, c.AccessKeys, c.Resources, c.Links, c.Addresses, c.QuotaUses, c.Entries, c.Operations)
}
