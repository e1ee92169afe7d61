package sim_test

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine"
	"github.com/lanyard-cloud/lanyard/internal/driver/machine/sim"
)

func TestDriver_lifecycle(t *testing.T) {
	d := sim.New(sim.Options{})
	defer func() { _ = d.Close() }()
	a := machine.Instance{ID: "a"}
	ctx := t.Context()
	steps := []struct {
		name string
		do   func() error
		err  error
		want []machine.Status
	}{
		{"start an unknown machine", func() error { return d.Start(ctx, a) }, machine.ErrNotFound, nil},
		{"stop an unknown machine", func() error { return d.Stop(ctx, "a") }, machine.ErrNotFound, nil},
		{"reboot an unknown machine", func() error { return d.Reboot(ctx, a) }, machine.ErrNotFound, nil},
		{"delete an unknown machine", func() error { return d.Delete(ctx, "a") }, nil, nil},
		{"create", func() error { return d.Create(ctx, a) }, nil, []machine.Status{{ID: "a"}}},
		{"create again", func() error { return d.Create(ctx, a) }, nil, []machine.Status{{ID: "a"}}},
		{"stop a stopped machine", func() error { return d.Stop(ctx, "a") }, nil, []machine.Status{{ID: "a"}}},
		{"reboot a stopped machine", func() error { return d.Reboot(ctx, a) }, machine.ErrNotRunning, []machine.Status{{ID: "a"}}},
		{"start", func() error { return d.Start(ctx, a) }, nil, []machine.Status{{ID: "a", Running: true}}},
		{"start again", func() error { return d.Start(ctx, a) }, nil, []machine.Status{{ID: "a", Running: true}}},
		{"create a running machine", func() error { return d.Create(ctx, a) }, nil, []machine.Status{{ID: "a", Running: true}}},
		{"reboot", func() error { return d.Reboot(ctx, a) }, nil, []machine.Status{{ID: "a", Running: true}}},
		{"stop", func() error { return d.Stop(ctx, "a") }, nil, []machine.Status{{ID: "a"}}},
		{"delete", func() error { return d.Delete(ctx, "a") }, nil, nil},
	}
	for _, step := range steps {
		t.Run(step.name, func(t *testing.T) {
			if err := step.do(); !errors.Is(err, step.err) {
				t.Errorf("got the error %v, want %v", err, step.err)
			}
			if got, err := d.List(ctx); err != nil || !slices.Equal(got, step.want) {
				t.Errorf("List = %v, %v; want %v", got, err, step.want)
			}
		})
	}
}

func TestDial_errors(t *testing.T) {
	w := newWorld(t, sim.Limits{})
	windows := machine.Instance{ID: "windows", Windows: true}
	keyless := machine.Instance{ID: "keyless"}
	optioned := w.instance
	optioned.ID, optioned.AuthorizedKeys = "optioned", []string{`from="10.0.0.1" ` + w.key.line}
	stopped := machine.Instance{ID: "stopped"}
	for _, instance := range []machine.Instance{windows, keyless, optioned} {
		if err := errors.Join(w.driver.Create(t.Context(), instance), w.driver.Start(t.Context(), instance)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.driver.Create(t.Context(), stopped); err != nil {
		t.Fatal(err)
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	tests := map[string]struct {
		ctx    context.Context
		id     string
		target machine.Target
		want   error // nil stands for any
	}{
		"unknown machine":     {t.Context(), "unknown", port22, machine.ErrNotFound},
		"stopped machine":     {t.Context(), "stopped", port22, machine.ErrNotRunning},
		"port 80":             {t.Context(), w.instance.ID, machine.Target{Network: "tcp", Port: 80}, machine.ErrRefused},
		"udp":                 {t.Context(), w.instance.ID, machine.Target{Network: "udp", Port: 22}, machine.ErrRefused},
		"Windows":             {t.Context(), "windows", port22, machine.ErrRefused},
		"no host keys":        {t.Context(), "keyless", port22, nil},
		"a key with options":  {t.Context(), "optioned", port22, nil},
		"context is canceled": {canceled, w.instance.ID, port22, context.Canceled},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			conn, err := w.driver.Dial(test.ctx, test.id, test.target)
			if conn != nil || err == nil || test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("Dial = %v, %v; want %v", conn, err, test.want)
			}
		})
	}
}

func TestDriver_endOfARunClosesItsConnections(t *testing.T) {
	ends := map[string]func(w *world) error{
		"stop":   func(w *world) error { return w.driver.Stop(context.Background(), w.instance.ID) },
		"reboot": func(w *world) error { return w.driver.Reboot(context.Background(), w.instance) },
		"delete": func(w *world) error { return w.driver.Delete(context.Background(), w.instance.ID) },
		"close":  func(w *world) error { return w.driver.Close() },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, sim.Limits{})
			c := w.mustLogin(t)
			session, err := c.NewSession()
			if err != nil {
				t.Fatal(err)
			}
			input, err := session.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = input.Close() }()
			if err := session.Start("cat"); err != nil {
				t.Fatal(err)
			}
			silent := w.dial(t)

			if err := end(w); err != nil {
				t.Fatal(err)
			}
			var missing *ssh.ExitMissingError
			if err := session.Wait(); !errors.As(err, &missing) {
				t.Errorf("the session ended with %v, want no exit status", err)
			}
			if _, err := io.Copy(io.Discard, silent); err != nil && !errors.Is(err, io.ErrClosedPipe) {
				t.Errorf("reading the silent connection ended with %v, want its end", err)
			}
			if _, err := silent.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
				t.Errorf("writing to the silent connection returned %v, want %v", err, io.ErrClosedPipe)
			}
		})
	}
}

func TestReboot_keepsHostKeys(t *testing.T) {
	w := newWorld(t, sim.Limits{})
	if out, _, _ := run(t, w.mustLogin(t), "uptime -p", nil); out != "up 60 minutes\n" {
		t.Errorf("uptime shows %q, want 60 minutes", out)
	}
	w.instance.BootedAt = w.instance.BootedAt.Add(time.Hour)
	if err := w.driver.Reboot(t.Context(), w.instance); err != nil {
		t.Fatal(err)
	}
	if out, _, _ := run(t, w.mustLogin(t), "uptime -p", nil); out != "up 0 minutes\n" {
		t.Errorf("after the reboot uptime shows %q, want 0 minutes", out)
	}
	if err := w.driver.Stop(t.Context(), w.instance.ID); err != nil {
		t.Fatal(err)
	}
	w.start(t)
	w.mustLogin(t)
}

func TestDriver_closed(t *testing.T) {
	w := newWorld(t, sim.Limits{})
	if err := w.driver.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.driver.Create(t.Context(), w.instance); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Create returned %v, want %v", err, net.ErrClosed)
	}
	if _, err := w.driver.Dial(t.Context(), w.instance.ID, port22); !errors.Is(err, machine.ErrNotFound) {
		t.Errorf("Dial returned %v, want %v", err, machine.ErrNotFound)
	}
}
