package sim_test

import (
	"encoding/json"
	"errors"
	"log/slog"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine/sim"
	"github.com/lanyard-cloud/lanyard/test/syncbuffer"
)

// journal is a log in JSON.
type journal struct{ syncbuffer.Buffer }

// find returns the first entry with a message.
func (j *journal) find(message string) map[string]any {
	for line := range strings.Lines(j.String()) {
		var entry map[string]any
		if json.Unmarshal([]byte(line), &entry) == nil && entry["msg"] == message {
			return entry
		}
	}
	return nil
}

func TestDriver_logsLogins(t *testing.T) {
	w := newWorld(t, sim.Limits{})
	var log journal
	w.run(t, sim.Options{Logger: slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	_ = w.mustLogin(t).Close()
	if _, err := w.login(t, "root", ssh.PublicKeys(w.key.signer)); err == nil {
		t.Fatal("the login as root succeeded, want it refused")
	}
	if err := w.driver.Stop(t.Context(), w.instance.ID); err != nil {
		t.Fatal(err)
	}
	for message, want := range map[string]map[string]string{
		"ssh login":        {"user": "admin", "with": "key " + ssh.FingerprintSHA256(w.key.signer.PublicKey())},
		"ssh logout":       {"user": "admin"},
		"ssh login failed": {},
	} {
		want["instance"], want["instance_id"], want["client"] = "web", "5b1c", client.String()
		entry := log.find(message)
		for key, value := range want {
			if entry[key] != value {
				t.Errorf("the entry %q has %s=%v, want %s", message, key, entry[key], value)
			}
		}
	}
}

// A panic ends its connection, and not the process.
func TestConnection_endsWithAPanic(t *testing.T) {
	w := newWorld(t, sim.Limits{})
	var log journal
	w.run(t, sim.Options{Logger: slog.New(slog.NewJSONHandler(&log, nil)), Clock: func() time.Time { panic("the clock is broken") }})
	c := w.mustLogin(t)
	session, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	var missing *ssh.ExitMissingError
	if err := session.Run("uptime"); !errors.As(err, &missing) {
		t.Errorf("the session ended with %v, want no exit status", err)
	}
	_ = c.Wait()
	if out, _, _ := run(t, w.mustLogin(t), "whoami", nil); out != "admin\n" {
		t.Errorf("afterwards whoami shows %q, want admin", out)
	}
	if entry := log.find("ssh connection panicked"); entry["reason"] != "the clock is broken" || entry["level"] != "ERROR" {
		t.Errorf("the log has the entry %v, want an error with the reason", entry)
	}
}

func TestStart_usesNoGoroutines(t *testing.T) {
	w := newWorld(t, sim.Limits{})
	before := runtime.NumGoroutine()
	for i := range 100 {
		w.instance.ID = string(rune('a' + i))
		w.start(t)
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("100 machines use %d goroutines, want none", after-before)
	}
}
