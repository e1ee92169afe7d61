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

func TestLifecycle(t *testing.T) {
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
		{"start what is not there", func() error { return d.Start(ctx, a) }, machine.ErrNotFound, nil},
		{"stop what is not there", func() error { return d.Stop(ctx, "a") }, machine.ErrNotFound, nil},
		{"reboot what is not there", func() error { return d.Reboot(ctx, a) }, machine.ErrNotFound, nil},
		{"delete what is not there", func() error { return d.Delete(ctx, "a") }, nil, nil},
		{"create", func() error { return d.Create(ctx, a) }, nil, []machine.Status{{ID: "a"}}},
		{"create again", func() error { return d.Create(ctx, a) }, nil, []machine.Status{{ID: "a"}}},
		{"stop what is stopped", func() error { return d.Stop(ctx, "a") }, nil, []machine.Status{{ID: "a"}}},
		{"reboot what is stopped", func() error { return d.Reboot(ctx, a) }, machine.ErrNotRunning, []machine.Status{{ID: "a"}}},
		{"start", func() error { return d.Start(ctx, a) }, nil, []machine.Status{{ID: "a", Running: true}}},
		{"start again", func() error { return d.Start(ctx, a) }, nil, []machine.Status{{ID: "a", Running: true}}},
		{"create what runs", func() error { return d.Create(ctx, a) }, nil, []machine.Status{{ID: "a", Running: true}}},
		{"reboot", func() error { return d.Reboot(ctx, a) }, nil, []machine.Status{{ID: "a", Running: true}}},
		{"stop", func() error { return d.Stop(ctx, "a") }, nil, []machine.Status{{ID: "a"}}},
		{"delete", func() error { return d.Delete(ctx, "a") }, nil, nil},
	}
	for _, step := range steps {
		t.Run(step.name, func(t *testing.T) {
			if err := step.do(); !errors.Is(err, step.err) {
				t.Errorf("error %v, want %v", err, step.err)
			}
			if got, err := d.List(ctx); err != nil || !slices.Equal(got, step.want) {
				t.Errorf("list is %v, %v; want %v", got, err, step.want)
			}
		})
	}
}

func TestDialErrors(t *testing.T) {
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
		"unknown machine":     {t.Context(), "nobody", port22, machine.ErrNotFound},
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
				t.Errorf("got %v, %v; want %v", conn, err, test.want)
			}
		})
	}
}

func TestEndsOfARunCloseItsConnections(t *testing.T) {
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
				t.Errorf("the session ended with %v", err)
			}
			if _, err := io.Copy(io.Discard, silent); err != nil && !errors.Is(err, io.ErrClosedPipe) {
				t.Errorf("the silent connection ended with %v", err)
			}
			if _, err := silent.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
				t.Errorf("writing to the silent connection gives %v", err)
			}
		})
	}
}

func TestHostKeysAndUptimeOverRuns(t *testing.T) {
	w := newWorld(t, sim.Limits{})
	if out, _, _ := run(t, w.mustLogin(t), "uptime -p", nil); out != "up 60 minutes\n" {
		t.Errorf("uptime is %q", out)
	}
	w.instance.BootedAt = w.instance.BootedAt.Add(time.Hour)
	if err := w.driver.Reboot(t.Context(), w.instance); err != nil {
		t.Fatal(err)
	}
	if out, _, _ := run(t, w.mustLogin(t), "uptime -p", nil); out != "up 0 minutes\n" {
		t.Errorf("after the reboot uptime is %q", out)
	}
	if err := w.driver.Stop(t.Context(), w.instance.ID); err != nil {
		t.Fatal(err)
	}
	w.start(t)
	w.mustLogin(t)
}

func TestClosedDriver(t *testing.T) {
	w := newWorld(t, sim.Limits{})
	if err := w.driver.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.driver.Create(t.Context(), w.instance); !errors.Is(err, net.ErrClosed) {
		t.Errorf("create gives %v", err)
	}
	if _, err := w.driver.Dial(t.Context(), w.instance.ID, port22); !errors.Is(err, machine.ErrNotFound) {
		t.Errorf("dial gives %v", err)
	}
}
