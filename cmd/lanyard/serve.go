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

	"github.com/lanyard-cloud/lanyard/internal/safefile"
	"github.com/lanyard-cloud/lanyard/internal/server"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

const serveName = "serve"

func serveCommand() *cobra.Command {
	o := server.Options{}
	var level slog.Level
	var format, secretFile, addresses string
	var quotas []string
	var connections int
	scale := timeScale(defaultTimeScale)
	cmd := &cobra.Command{
		Use:   serveName,
		Short: "Serve the Lightsail API",
		Long:  "Serve the Lightsail API. Each flag has a variable: --data-dir can also be given as LANYARD_DATA_DIR.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			o.Database = database(cmd)
			o.Connections = connections
			if o.Log, err = newLog(cmd.ErrOrStderr(), level, format); err != nil {
				return err
			}
			if err := readSecret(&o.Root.SecretAccessKey, secretFile); err != nil {
				return err
			}
			if err := readInstanceSettings(&o, scale, quotas, addresses); err != nil {
				return err
			}
			notDefault(&o.KeyPool, &o.Connections)
			return serve(cmd, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Listen, "listen", server.DefaultListen, "address to listen on")
	f.BoolVar(&o.InsecureListen, "insecure-listen", false, "allow an address other than loopback without TLS")
	f.StringVar(&o.TLSCert, "tls-cert", "", "PEM file of the TLS certificate")
	f.StringVar(&o.TLSKey, "tls-key", "", "PEM file of the TLS certificate's key")
	f.IntVar(&connections, "store-connections", store.DefaultConnections, "most connections to PostgreSQL")
	f.StringVar(&o.Root.AccountID, "account-id", "", "account id of a new store (default: random)")
	f.StringVar(&o.Root.AccessKeyID, "access-key-id", "", "root access key id of a new store (default: random)")
	f.StringVar(&o.Root.SecretAccessKey, "secret-access-key", "", "root secret access key of a new store (default: random)")
	f.StringVar(&secretFile, "secret-access-key-file", "", "file that holds the root secret access key of a new store")
	f.StringVar(&o.Identities, "identities", "", "identities file, in force from the start on and read again at SIGHUP")
	f.IntVar(&o.KeyPool, "key-pool", server.DefaultKeyPool, "RSA keys made ahead; 0 switches it off")
	f.IntVar(&o.PageSize, "page-size", 0, "elements in a page of a list, at most 200 (default: 20 resources, 200 operations, as on AWS)")
	f.IntVar(&o.MaxRequests, "max-requests", server.DefaultMaxRequests, "calls that run at one time; more are answered ThrottlingException")
	f.IntVar(&o.MaxConnections, "max-connections", server.DefaultMaxConnections,
		"open connections, a quarter of them for one other address; more take the place of those that waited longest")
	f.Var(&scale, "time-scale", "how long changes of state take: realistic (as on AWS), instant, or a part of that such as 0.5")
	f.StringSliceVar(&quotas, "quota", nil, "service quota, such as instances=100; may be repeated")
	f.StringVar(&addresses, "instance-addresses", "", "range such as 127.64.0.0/16 of which each instance has an address of its own (Linux)")
	f.StringSliceVar(&o.CORSOrigins, "cors-origin", nil, "web origin that may call from a browser, or *; may be repeated")
	f.BoolVar(&o.PublicMetrics, "public-metrics", false, "answer /metrics to others than loopback")
	f.TextVar(&level, "log-level", slog.LevelInfo, "debug, info, warn or error")
	f.StringVar(&format, "log-format", "text", "text or json")
	return cmd
}

// notDefault makes a zero that was given -1: the options' zero value means the default.
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
	case o.Identities != "": // from here on, so that a reload amid the start does not end it
		reloads = make(chan os.Signal, 1)
		signal.Notify(reloads, syscall.SIGHUP)
		defer signal.Stop(reloads)
	case !signal.Ignored(syscall.SIGHUP):
		ctx = endAtHangUp(ctx)
	}
	s, err := server.New(ctx, o)
	if err != nil {
		return err
	}
	env := os.Args[0] + " env"
	if cmd.Flags().Changed("data-dir") {
		env += " --data-dir " + o.DataDir
	}
	fmt.Fprintf(cmd.OutOrStdout(), "Lightsail is served at %s\nPoint your tools at it:  eval \"$(%s)\"\n", s.Endpoint(), env)
	if reloads != nil {
		defer reloadAtSIGHUP(ctx, s, o.Log, reloads)()
	}
	go boundMemory(ctx)
	return s.Serve(ctx)
}

// reloadAtSIGHUP reads the identities file again at each signal, until the returned
// function is called. A bad file changes nothing.
func reloadAtSIGHUP(ctx context.Context, s *server.Server, log *slog.Logger, signals chan os.Signal) (stop func()) {
	var running sync.WaitGroup
	running.Go(func() {
		for range signals {
			if err := s.ReloadIdentities(ctx); err != nil {
				log.Error("identities file is refused, nothing has changed", "error", err)
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

// readSecret reads the secret from its file, where one is given.
func readSecret(secret *string, path string) error {
	if path == "" {
		return nil
	}
	if *secret != "" {
		return errors.New("give --secret-access-key or --secret-access-key-file, not both")
	}
	text, err := safefile.ReadSecret(path)
	if err != nil {
		return fmt.Errorf("read the secret access key: %w", err)
	}
	*secret = strings.TrimSpace(string(text))
	return nil
}
