package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/lanyard-cloud/lanyard/internal/awsenv"
	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/safefile"
	"github.com/lanyard-cloud/lanyard/internal/terminal"
)

func envCommand() *cobra.Command {
	var region, shell, profile string
	cmd := &cobra.Command{
		Use:   "env",
		Short: "Point AWS tools at the server: eval \"$(lanyard env)\"",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := home.Connection(cmd.Context(), database(cmd))
			if err != nil {
				return err
			}
			c.Region = region
			if _, err := home.RunningEndpoint(database(cmd).DataDir); err != nil {
				fmt.Fprintln(cmd.ErrOrStderr(), "lanyard: warning:", terminal.Line(err.Error()))
			}
			if warning := awsenv.CLIVersionWarning(cmd.Context(), c.Endpoint); warning != "" {
				fmt.Fprintln(cmd.ErrOrStderr(), "lanyard:", warning)
			}
			return writeEnv(cmd, c, shell, profile)
		},
	}
	f := cmd.Flags()
	f.StringVar(&region, "region", home.DefaultRegion, "region that clients use")
	f.StringVar(&shell, "shell", "", "sh, fish or powershell (default: the shell in use)")
	f.StringVar(&profile, "profile", "", "write a profile of this name into the AWS config files, and print nothing to evaluate")
	return cmd
}

func writeEnv(cmd *cobra.Command, c awsenv.Connection, shell, profile string) error {
	if profile != "" {
		paths, err := awsenv.FindPaths(os.Getenv)
		if err != nil {
			return err
		}
		for _, path := range []string{paths.Config, paths.Credentials} {
			if err := safefile.NoPlantedLink(path); err != nil {
				return err
			}
		}
		files, err := awsenv.WriteProfile(c, profile, paths)
		if err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), "Profile %s is written to %s and %s\n", profile, files.Config, files.Credentials)
		return nil
	}
	if shell == "" {
		shell = string(awsenv.DetectShell(os.Getenv("SHELL")))
	}
	s, err := awsenv.ParseShell(shell)
	if err != nil {
		return err
	}
	return c.Export(cmd.OutOrStdout(), s)
}
