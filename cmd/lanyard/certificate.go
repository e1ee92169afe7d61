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
	cmd.Long = cmd.Short + `.

The command takes the place of DNS for names that are in no zone of the account. The certificate may be one
for distributions and container services, or one of a load balancer. It is issued at once, also if its
validation records are nowhere. One that is issued, has failed or has timed out is left as it is.

The server may be running: its next answer shows the certificate as issued, and so do those of all other
servers on the same PostgreSQL database. The command takes no lock of the data directory.`
	cmd.Flags().StringVar(&region, "region", "", "the certificate's region (default: that of the only certificate of that name)")
	return cmd
}
