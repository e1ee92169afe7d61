package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lanyard-cloud/lanyard/internal/quota"
	"github.com/lanyard-cloud/lanyard/internal/safefile"
	"github.com/lanyard-cloud/lanyard/internal/server"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

const serveName = "serve"

func serveCommand() *cobra.Command {
	o := &serveOptions{scale: defaultTimeScale}
	cmd := &cobra.Command{
		Use:   serveName,
		Short: "Serve the Lightsail API",
		Long:  "Serve the Lightsail API. Each flag has a variable: --data-dir can also be given as LANYARD_DATA_DIR.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			options, err := o.read(cmd)
			if err != nil {
				return err
			}
			return serve(cmd, options)
		},
	}
	o.networkFlags(cmd.Flags())
	o.storeFlags(cmd.Flags())
	o.instanceFlags(cmd.Flags())
	o.mailFlags(cmd.Flags())
	return cmd
}

// serveOptions are the flags of serve: the server's options, and settings that are parsed
// before they become one.
type serveOptions struct {
	server.Options

	connections int
	secretFile  string
	scale       timeScale
	quotas      []string
	addresses   string
	level       slog.Level
	format      string
}

func (o *serveOptions) networkFlags(f *pflag.FlagSet) {
	f.StringVar(&o.Listen, "listen", server.DefaultListen, "address to listen on")
	f.BoolVar(&o.InsecureListen, "insecure-listen", false, "allow an address other than loopback without TLS")
	f.StringVar(&o.TLSCert, "tls-cert", "", "PEM file of the TLS certificate")
	f.StringVar(&o.TLSKey, "tls-key", "", "PEM file of the TLS certificate's key")
	f.IntVar(&o.MaxRequests, "max-requests", server.DefaultMaxRequests, "calls that run at one time; further calls get ThrottlingException")
	f.IntVar(&o.MaxConnections, "max-connections", server.DefaultMaxConnections,
		"open connections, a quarter of them for one other address; at the limit the one that has waited longest is closed")
	f.StringSliceVar(&o.CORSOrigins, "cors-origin", nil, "web origin that may call from a browser, or *; may be repeated")
	f.BoolVar(&o.PublicMetrics, "public-metrics", false, "answer /metrics to clients of other machines, too")
	f.TextVar(&o.level, "log-level", slog.LevelInfo, "debug, info, warn or error")
	f.StringVar(&o.format, "log-format", "text", "text or json")
}

func (o *serveOptions) storeFlags(f *pflag.FlagSet) {
	f.IntVar(&o.connections, "store-connections", store.DefaultConnections, "most connections to PostgreSQL")
	f.StringVar(&o.Root.AccountID, "account-id", "", "account id of a new store (default: random)")
	f.StringVar(&o.Root.AccessKeyID, "access-key-id", "", "root access key id of a new store (default: random)")
	f.StringVar(&o.Root.SecretAccessKey, "secret-access-key", "", "root secret access key of a new store (default: random)")
	f.StringVar(&o.secretFile, "secret-access-key-file", "", "file of the root secret access key of a new store")
	f.StringVar(&o.Identities, "identities", "", "identities file, applied at the start and again at SIGHUP")
}

func (o *serveOptions) instanceFlags(f *pflag.FlagSet) {
	f.IntVar(&o.KeyPool, "key-pool", server.DefaultKeyPool, "RSA keys made ahead; 0 switches the pool off")
	f.IntVar(&o.PageSize, "page-size", 0, "elements in a page of a list, at most 200 (default: 20 resources, 200 operations, as on AWS)")
	f.Var(&o.scale, "time-scale", "how long changes of state take: realistic (as on AWS), instant, or a fraction of that such as 0.5")
	f.StringSliceVar(&o.quotas, "quota", nil, "service quota, such as instances=100; may be repeated")
	f.StringVar(&o.addresses, "instance-addresses", "", "range such as 127.64.0.0/16 of which each instance has an address of its own (Linux)")
}

func (o *serveOptions) mailFlags(f *pflag.FlagSet) {
	f.StringVar(&o.Mail.SMTP, "smtp", "", "host:port of the SMTP server for mails (default: mails go to the folder mail in the data directory)")
	f.StringVar(&o.Mail.Security, "smtp-security", "", "starttls (the default), tls, or none for an SMTP server on this machine")
	f.StringVar(&o.Mail.User, "smtp-user", "", "user at the SMTP server")
	f.StringVar(&o.Mail.PasswordFile, "smtp-password-file", "", "file of the user's password at the SMTP server")
	f.StringVar(&o.Mail.From, "smtp-from", "", "address that mails come from")
	f.StringVar(&o.Mail.URL, "public-url", "", "URL of this server in the links of mails (default: the endpoint)")
}

// read returns the server's options once the flags are set.
func (o *serveOptions) read(cmd *cobra.Command) (server.Options, error) {
	s := o.Options
	s.Database = database(cmd)
	s.Connections = o.connections
	var err error
	if s.Log, err = newLog(cmd.ErrOrStderr(), o.level, o.format); err != nil {
		return s, err
	}
	if s.Root.SecretAccessKey, err = readSecret(s.Root.SecretAccessKey, o.secretFile); err != nil {
		return s, err
	}
	s.TimeScale = float64(o.scale)
	if s.Quotas, err = quota.Parse(o.quotas); err != nil {
		return s, fmt.Errorf("--quota %w", err)
	}
	if s.InstanceAddresses, err = parseRange(o.addresses); err != nil {
		return s, err
	}
	notDefault(&s.KeyPool, &s.Connections)
	return s, nil
}

// notDefault turns a zero that was given into -1, since zero means the default in server.Options.
func notDefault(settings ...*int) {
	for _, n := range settings {
		if *n == 0 {
			*n = -1
		}
	}
}

func serve(cmd *cobra.Command, o server.Options) error {
	ctx := cmd.Context()
	var reloads chan os.Signal
	switch {
	case o.Identities != "": // before the start, so that a signal during the start does not end the process
		reloads = make(chan os.Signal, 1)
		signal.Notify(reloads, syscall.SIGHUP)
		defer signal.Stop(reloads)
	case !signal.Ignored(syscall.SIGHUP):
		ctx = endAtHangUp(ctx)
	}
	env := os.Args[0] + " env"
	if cmd.Flags().Changed("data-dir") {
		env += " --data-dir " + o.DataDir
	}
	o.Started = func(endpoint string) { // a script that reads it may log in to an instance at once
		fmt.Fprintf(cmd.OutOrStdout(), "Lightsail is served at %s\nPoint your tools at it:  eval \"$(%s)\"\n", endpoint, env)
	}
	s, err := server.New(ctx, o)
	if err != nil {
		return err
	}
	if reloads != nil {
		defer reloadAtSIGHUP(ctx, s, o.Log, reloads)()
	}
	go boundMemory(ctx)
	return s.Serve(ctx)
}

// reloadAtSIGHUP reads the identities file again at each signal, until stop is called. A bad
// file changes nothing.
func reloadAtSIGHUP(ctx context.Context, s *server.Server, log *slog.Logger, signals chan os.Signal) (stop func()) {
	var running sync.WaitGroup
	running.Go(func() {
		for range signals {
			if err := s.ReloadIdentities(ctx); err != nil {
				log.Error("identities file not applied, nothing has changed", "error", err)
			}
		}
	})
	return func() {
		signal.Stop(signals)
		close(signals)
		running.Wait()
	}
}

func newLog(w io.Writer, level slog.Level, format string) (*slog.Logger, error) {
	o := &slog.HandlerOptions{Level: level}
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(w, o)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, o)), nil
	}
	return nil, fmt.Errorf("unknown log format %q: give text or json", format)
}

// readSecret returns the secret that is given, or that of a file.
func readSecret(secret, path string) (string, error) {
	if path == "" {
		return secret, nil
	}
	if secret != "" {
		return "", errors.New("give --secret-access-key or --secret-access-key-file, not both")
	}
	text, err := safefile.ReadSecret(path)
	if err != nil {
		return "", fmt.Errorf("--secret-access-key-file: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}
