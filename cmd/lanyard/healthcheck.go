package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lanyard-cloud/lanyard/internal/home"
)

func healthcheckCommand() *cobra.Command {
	var url string
	cmd := &cobra.Command{
		Use:   "healthcheck",
		Short: "Ask a running server whether it is ready; the exit code is 0 if it is",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			answer, err := home.CheckHealth(cmd.Context(), database(cmd).DataDir, url)
			if err != nil {
				return errors.Join(errors.New("not ready"), err)
			}
			fmt.Fprint(cmd.OutOrStdout(), answer)
			return nil
		},
	}
	cmd.Flags().StringVar(&url, "url", "", "the server's URL (default: that of the data directory's server)")
	return cmd
}
