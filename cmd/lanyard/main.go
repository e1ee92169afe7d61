// Command lanyard is Amazon Lightsail's API on your own machine.
//
// It reads flags and environment variables. The command serve calls package server, all other
// commands call package home. It decides nothing else.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/terminal"
)

// version is set by the build.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	cmd := newCommand()
	// Names and texts of the store and of answers must not have control sequences.
	cmd.SetOut(terminal.NewWriter(os.Stdout))
	cmd.SetErr(terminal.NewWriter(os.Stderr))
	err := cmd.ExecuteContext(ctx)
	stop()
	if status, ok := errors.AsType[statusError](err); ok {
		os.Exit(int(status)) // the program that ran has printed the reason
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "lanyard:", terminal.Line(strings.ReplaceAll(err.Error(), "\n", ": ")))
		os.Exit(1)
	}
}

// newCommand returns the whole command tree.
func newCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "lanyard",
		Short:         "Amazon Lightsail's API on your own machine",
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			cmd.SetContext(untilHangUp(cmd))
			return fromEnvironment(cmd.Flags())
		},
	}
	f := root.PersistentFlags()
	f.String("data-dir", defaultDataDir(), "directory of the database and the master key")
	f.String("store", "", "database: sqlite:PATH or a postgres:// URL (default: lanyard.db in the data directory)")
	f.String("master-key-file", "", "file of the master key, which may also be given as LANYARD_MASTER_KEY (default: master.key in the data directory)")
	root.AddCommand(serveCommand(), envCommand(), healthcheckCommand(), versionCommand())
	root.AddCommand(accountCommand(), userCommand(), groupCommand(), roleCommand(), accessKeyCommand(), policyCommand(), identitiesCommand())
	root.AddCommand(exportCommand(), importCommand(), backupCommand())
	root.AddCommand(sshConfigCommand(), sshCommand(), certificateCommand())
	return root
}

// untilHangUp returns a command's context, which ends when its terminal is closed. Then the
// command ends as after an interrupt, and leaves no files. This does not apply under nohup,
// and serve decides itself what it does at SIGHUP.
func untilHangUp(cmd *cobra.Command) context.Context {
	if cmd.Name() == serveName || signal.Ignored(syscall.SIGHUP) {
		return cmd.Context()
	}
	return endAtHangUp(cmd.Context())
}

// endAtHangUp returns a context that ends at SIGHUP. It holds for the rest of the process,
// since the signal must not kill it later.
func endAtHangUp(ctx context.Context) context.Context {
	ctx, _ = signal.NotifyContext(ctx, syscall.SIGHUP)
	return ctx
}

// fromEnvironment sets each flag that is not on the command line from its variable:
// --data-dir from LANYARD_DATA_DIR.
func fromEnvironment(flags *pflag.FlagSet) error {
	var err error
	flags.VisitAll(func(f *pflag.Flag) {
		name := "LANYARD_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value, ok := os.LookupEnv(name)
		if !ok || f.Changed || err != nil || f.Name == "help" {
			return
		}
		if e := flags.Set(f.Name, value); e != nil {
			err = fmt.Errorf("%s: %w", name, e)
		}
	})
	return err
}

// defaultDataDir follows the XDG base directory specification.
func defaultDataDir() string {
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "lanyard")
	}
	dir, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, ".local", "share", "lanyard")
}

// database reads the flags that all commands share.
func database(cmd *cobra.Command) home.Database {
	value := func(name string) string {
		s, _ := cmd.Flags().GetString(name)
		return s
	}
	return home.Database{
		DataDir:   value("data-dir"),
		Store:     value("store"),
		MasterKey: home.MasterKey{Text: os.Getenv("LANYARD_MASTER_KEY"), File: value("master-key-file")},
	}
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		Run:   func(cmd *cobra.Command, _ []string) { fmt.Fprintln(cmd.OutOrStdout(), "lanyard", version) },
	}
}
