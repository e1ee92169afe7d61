package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/identity"
)

// admin is what the commands about identities share: their flags, and access to the store of
// a running or stopped server.
type admin struct{ account, output string }

// noun returns the parent of all commands about one kind of thing.
func (a *admin) noun(use, short string, commands ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use:   use,
		Short: short,
		Long:  short + ".\n\nThe server may be running: changes take effect from its next request on.",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.PersistentFlags().StringVar(&a.output, "output", "text", "text or json")
	cmd.AddCommand(commands...)
	return cmd
}

// inAccount adds the flag --account to the commands of a noun.
func (a *admin) inAccount(cmd *cobra.Command) *cobra.Command {
	cmd.PersistentFlags().StringVar(&a.account, "account", "", "account id (default: the server's root account)")
	return cmd
}

// command returns one command with a positional argument for each word after the first one
// of its use.
func (a *admin) command(use, short string, run func(cmd *cobra.Command, args []string) error) *cobra.Command {
	return &cobra.Command{
		Use:   use,
		Short: short,
		Args:  cobra.ExactArgs(len(strings.Fields(use)) - 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if a.output != "text" && a.output != "json" {
				return fmt.Errorf("--output %q: must be text or json", a.output)
			}
			return run(cmd, args)
		},
	}
}

// require makes flags mandatory.
func require(cmd *cobra.Command, flags ...string) {
	for _, name := range flags {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err)
		}
	}
}

// open opens the store that the command's flags name.
func (a *admin) open(cmd *cobra.Command, fn func(*home.Store) error) error {
	s, err := home.Open(cmd.Context(), database(cmd))
	if err != nil {
		return err
	}
	return errors.Join(fn(s), s.Close())
}

// update runs fn in one write transaction over all accounts. fn may run more than
// once.
func (a *admin) update(cmd *cobra.Command, fn func(*identity.Accounts) error) error {
	return a.open(cmd, func(s *home.Store) error { return s.Update(cmd.Context(), fn) })
}

func (a *admin) view(cmd *cobra.Command, fn func(*identity.Accounts) error) error {
	return a.open(cmd, func(s *home.Store) error { return s.View(cmd.Context(), fn) })
}

// change is update for one account's identities.
func (a *admin) change(cmd *cobra.Command, fn func(*identity.Directory) error) error {
	return a.update(cmd, a.directory(fn))
}

// read is view for one account's identities.
func (a *admin) read(cmd *cobra.Command, fn func(*identity.Directory) error) error {
	return a.view(cmd, a.directory(fn))
}

func (a *admin) directory(fn func(*identity.Directory) error) func(*identity.Accounts) error {
	return func(accounts *identity.Accounts) error {
		d, err := accounts.Directory(a.account)
		if err != nil {
			return err
		}
		return fn(d)
	}
}

// policyFile is the policy document of a file. The path "-" is the standard input.
type policyFile struct{ path, name, text string }

const maxPolicyFile = 128 << 10

func readPolicyFile(cmd *cobra.Command, path string) (policyFile, error) {
	p := policyFile{path: path, name: strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))}
	in := cmd.InOrStdin()
	if path != "-" {
		f, err := os.Open(path) //nolint:gosec // the path is the operator's own setting
		if err != nil {
			return p, fmt.Errorf("read the policy: %w", err)
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, maxPolicyFile+1))
	switch {
	case err != nil:
		return p, fmt.Errorf("read the policy: %w", err)
	case len(text) > maxPolicyFile:
		return p, fmt.Errorf("the policy %s is larger than %d bytes", path, maxPolicyFile)
	}
	p.text = string(text)
	return p, nil
}

func readPolicyFiles(cmd *cobra.Command, paths []string) ([]policyFile, error) {
	var policies []policyFile
	for _, path := range paths {
		p, err := readPolicyFile(cmd, path)
		if err != nil {
			return nil, err
		}
		policies = append(policies, p)
	}
	return policies, nil
}

// explain adds the path of the file to an error about its content.
func (p policyFile) explain(err error) error {
	if e, ok := errors.AsType[*identity.Error](err); ok && e.Code == identity.CodeMalformedPolicy {
		return fmt.Errorf("%s: %w", p.path, err)
	}
	return err
}

// readTags parses KEY=VALUE settings. A key alone has the value "".
func readTags(settings []string) []identity.Tag {
	var tags []identity.Tag
	for _, s := range settings {
		key, value, _ := strings.Cut(s, "=")
		tags = append(tags, identity.Tag{Key: key, Value: value})
	}
	return tags
}
