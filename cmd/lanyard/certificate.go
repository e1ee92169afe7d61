package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lanyard-cloud/lanyard/internal/home"
)

func certificateCommand() *cobra.Command {
	a := &admin{}
	return a.inAccount(a.noun("certificate", "Manage certificates beside the API", a.issueCertificateCommand()))
}

// issueCertificateCommand takes the place of DNS for names that are in no zone of the account.
func (a *admin) issueCertificateCommand() *cobra.Command {
	var region string
	cmd := a.command("issue NAME", "Issue a certificate that waits for the validation of its names", func(cmd *cobra.Command, args []string) error {
		return a.open(cmd, func(s *home.Store) error {
			in, err := s.IssueCertificate(cmd.Context(), a.account, region, args[0])
			if err == nil {
				fmt.Fprintf(cmd.OutOrStdout(), "The certificate %s in %s is issued.\n", args[0], in)
			}
			return err
		})
	})
	cmd.Flags().StringVar(&region, "region", "", "the certificate's region (default: that of the only certificate of that name)")
	return cmd
}
