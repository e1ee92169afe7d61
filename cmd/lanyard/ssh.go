package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/spf13/cobra"

	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/safefile"
	"github.com/lanyard-cloud/lanyard/internal/sshconfig"
	"github.com/lanyard-cloud/lanyard/internal/terminal"
)

// statusError is the exit status of the ssh program, which becomes that of this process.
type statusError int

func (e statusError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

func sshCommand() *cobra.Command {
	var region string
	cmd := &cobra.Command{
		Use:   "ssh NAME [-- COMMAND...]",
		Short: "Log in to an instance with a certificate from GetInstanceAccessDetails",
		Long: "Log in to an instance, or run a command there, with the system's ssh and a certificate from GetInstanceAccessDetails. " +
			"The call is signed with the AWS_* variables if they point at this server, and otherwise as its root. NAME may also be NAME.REGION.",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return logIn(cmd, args[0], regionInUse(region), args[1:])
		},
	}
	cmd.Flags().StringVar(&region, "region", "", "the instance's region (default: AWS_REGION or AWS_DEFAULT_REGION, or that of the only instance of that name)")
	return cmd
}

// logIn gets a certificate from the server and runs ssh with it.
func logIn(cmd *cobra.Command, name, region string, command []string) (err error) {
	ssh, err := exec.LookPath("ssh")
	if err != nil {
		return errors.New("no program ssh in PATH: install the OpenSSH client")
	}
	s, err := home.Open(cmd.Context(), database(cmd))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	caller, err := newCaller(cmd)
	if err != nil {
		return err
	}
	hosts, err := s.SSHHosts(cmd.Context(), caller.account)
	if err != nil {
		return err
	}
	name, region, err = chooseInstance(hosts, name, region)
	if err != nil {
		return err
	}
	access, err := caller.access(cmd.Context(), name, region)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(hosts, func(h sshconfig.Host) bool { return h.Name == name && h.Region == region })
	if at < 0 {
		return fmt.Errorf("the instance %s in %s has no SSH server", name, region)
	}
	// Another program may have answered. So the user and the host keys are those of the store, and
	// the certificate has to be one that the instance issued.
	certificate, err := s.ConnectCertificate(cmd.Context(), hosts[at], aws.ToString(access.PrivateKey), aws.ToString(access.CertKey))
	if err != nil {
		return err
	}
	return runSSH(cmd, ssh, hosts[at], loginKey{aws.ToString(access.PrivateKey), certificate}, command)
}

// chooseInstance returns the name and the region of an instance. If the store does not have
// it, the server's answer is the error.
func chooseInstance(hosts []sshconfig.Host, name, region string) (string, string, error) {
	found := sshconfig.Find(hosts, name, region)
	switch {
	case len(found) == 1:
		return found[0].Name, found[0].Region, nil
	case len(found) > 1:
		return "", "", fmt.Errorf("there are %d instances %s: name one as %s, or give --region", len(found), name, found[0].FullName())
	case region == "":
		region = home.DefaultRegion
	}
	return name, region, nil
}

// loginKey is a private key in PEM, and the certificate of its public half.
type loginKey struct{ private, certificate string }

// runSSH runs ssh with a key and a certificate, which are on disk only until it ends.
func runSSH(cmd *cobra.Command, ssh string, host sshconfig.Host, login loginKey, command []string) (err error) {
	if err := safefile.Path(filepath.Join(os.TempDir(), "lanyard-ssh-")); err != nil {
		return fmt.Errorf("temporary files would not be safe: %w: set TMPDIR to another directory", err)
	}
	dir, err := os.MkdirTemp("", "lanyard-ssh-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	config, err := sshconfig.Write(dir, "config", host.Region, []sshconfig.Host{host})
	if err != nil {
		return err
	}
	key, certificate := filepath.Join(dir, "key"), filepath.Join(dir, "key-cert.pub")
	for path, text := range map[string]string{key: login.private, certificate: login.certificate} {
		if err := os.WriteFile(path, []byte(text+"\n"), 0o600); err != nil {
			return err
		}
	}
	args := []string{"-F", config, "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none", "-i", key, "-o", "CertificateFile=" + certificate, host.FullName()}
	if len(command) > 0 {
		args = append(append(args, "--"), command...)
	}
	run := exec.CommandContext(cmd.Context(), ssh, args...) //nolint:gosec // the system's ssh, with the user's command for another machine
	// Without a filter: ssh needs the terminal, and input and output are the instance's own.
	run.Stdin, run.Stdout, run.Stderr = cmd.InOrStdin(), terminal.Raw(cmd.OutOrStdout()), terminal.Raw(cmd.ErrOrStderr())
	run.Cancel = func() error { return run.Process.Signal(os.Interrupt) }
	run.WaitDelay = 5 * time.Second
	err = run.Run()
	if ended, ok := errors.AsType[*exec.ExitError](err); ok && ended.ExitCode() >= 0 {
		return statusError(ended.ExitCode())
	}
	return err
}

// access calls GetInstanceAccessDetails.
func (c *caller) access(ctx context.Context, name, region string) (*types.InstanceAccessDetails, error) {
	out, err := c.lightsail(region).GetInstanceAccessDetails(ctx, &lightsail.GetInstanceAccessDetailsInput{
		InstanceName: &name, Protocol: types.InstanceAccessProtocolSsh,
	})
	if err == nil {
		return out.AccessDetails, nil
	}
	if _, ok := errors.AsType[*types.NotFoundException](err); ok {
		return nil, fmt.Errorf("there is no instance %s in %s", name, region)
	}
	return nil, c.explain(err)
}
