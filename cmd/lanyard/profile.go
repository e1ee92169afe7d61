package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/lanyard-cloud/lanyard/internal/awsenv"
	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/identity"
)

// profile is a profile in the AWS config files for a new access key.
type profile struct {
	name, region string
	connection   awsenv.Connection
}

func (p *profile) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&p.name, "profile", "", "write the access key into the AWS config files, as a profile of this name")
	cmd.Flags().StringVar(&p.region, "region", home.DefaultRegion, "region of the profile")
}

// check finds errors before the key is made, since the key is shown only once.
func (p *profile) check(cmd *cobra.Command, withKey bool) error {
	if p.name == "" {
		return nil
	}
	if !withKey {
		return errors.New("a profile needs an access key: leave out --access-key=false or --profile")
	}
	var err error
	p.connection, err = home.Endpoint(database(cmd).DataDir)
	return err
}

// write writes the profile, if the flag is given.
func (p *profile) write(cmd *cobra.Command, key *identity.AccessKey) error {
	if p.name == "" {
		return nil
	}
	paths, err := awsenv.FindPaths(os.Getenv)
	if err != nil {
		return fmt.Errorf("the access key was made, but not its profile: %w", err)
	}
	c := p.connection
	c.Region, c.AccessKeyID, c.SecretAccessKey = p.region, key.ID, key.Secret
	files, err := awsenv.WriteProfile(c, p.name, paths)
	if err != nil {
		return fmt.Errorf("the access key was made, but not its profile: %w", err)
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "Profile %s is written to %s and %s\n", p.name, files.Config, files.Credentials)
	return nil
}
