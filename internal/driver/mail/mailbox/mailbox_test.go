package mailbox_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	driver "github.com/lanyard-cloud/lanyard/internal/driver/mail"
	"github.com/lanyard-cloud/lanyard/internal/driver/mail/mailbox"
)

var message = driver.Message{
	ID: "0f4c-7", At: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC), To: "ops@example.com",
	Subject: "ALARM: web", Text: "CPUUtilization is high.\nhttp://127.0.0.1:2016/" + strings.Repeat("x", 400) + "\n",
}

func send(t *testing.T, d *mailbox.Driver, m driver.Message) {
	t.Helper()
	if err := d.Send(t.Context(), m); err != nil {
		t.Fatalf("Send: %v", err)
	}
}

// unread lists the mails that no program has seen.
func unread(t *testing.T, box string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(box, "new", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestSend_writesWhatMailProgramsRead sends one mail twice, as after a failure: there is one.
func TestSend_writesWhatMailProgramsRead(t *testing.T) {
	box := filepath.Join(t.TempDir(), "mail")
	d := mailbox.New(box)
	send(t, d, message)
	send(t, d, message)
	all := unread(t, box)
	if len(all) != 1 || filepath.Base(all[0]) != "1795338000.0f4c-7.lanyard" {
		t.Fatalf("the mailbox has %v, want one mail", all)
	}
	info, err := os.Stat(all[0])
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the mail's mode is %v (%v), want 0600", info.Mode(), err)
	}
	for _, dir := range []string{"new", "cur", "tmp"} {
		if info, err := os.Stat(filepath.Join(box, dir)); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("the folder %s: %v, %v, want mode 0700", dir, info, err)
		}
	}
	raw, err := os.ReadFile(all[0])
	if err != nil {
		t.Fatal(err)
	}
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(m.Body)
	if got := strings.ReplaceAll(string(text), "\r\n", "\n"); err != nil || got != message.Text {
		t.Errorf("the text is %q (%v), want it as it was, on lines of its own", got, err)
	}
	if got := m.Header.Get("From"); got != `"AWS Notifications" <no-reply@lanyard.invalid>` {
		t.Errorf("the mail is from %s", got)
	}
}

// TestSend_boundsTheMailbox has old mails, too many, and some that are not ours or that were read.
func TestSend_boundsTheMailbox(t *testing.T) {
	box := filepath.Join(t.TempDir(), "mail")
	d := mailbox.New(box)
	send(t, d, message)
	put := func(folder, name string, old time.Duration) {
		path := filepath.Join(box, folder, name)
		if err := os.WriteFile(path, []byte("Subject: x\n\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if at := time.Now().Add(-old); os.Chtimes(path, at, at) != nil {
			t.Fatal("cannot set the time of a file")
		}
	}
	const month = 31 * 24 * time.Hour
	put("new", "1.old.lanyard", month)
	put("new", "1.old.other", month)
	put("cur", "1.old.lanyard:2,S", month)
	for n := range 1000 {
		put("new", fmt.Sprintf("2.%04d.lanyard", n), time.Hour)
	}
	m := message
	m.ID = "0f4c-8"
	send(t, d, m)
	if got := len(unread(t, box)); got != 1001 {
		t.Errorf("the mailbox has %d files, want 1000 mails and a file of another program", got)
	}
	for path, want := range map[string]bool{
		"new/1.old.lanyard": false, "new/2.0000.lanyard": false, "new/1.old.other": true, "cur/1.old.lanyard:2,S": true,
		"new/1795338000.0f4c-8.lanyard": true, "new/1795338000.0f4c-7.lanyard": true,
	} {
		if _, err := os.Stat(filepath.Join(box, path)); (err == nil) != want {
			t.Errorf("%s: %v, want it there: %t", path, err, want)
		}
	}
}

// TestSend_failures has a list of addresses, and a folder that others can write in.
func TestSend_failures(t *testing.T) {
	box := filepath.Join(t.TempDir(), "mail")
	m := message
	m.To = "a@example.com, b@example.com"
	if err := mailbox.New(box).Send(t.Context(), m); !errors.Is(err, driver.ErrRefused) {
		t.Errorf("Send to two addresses: error %v, want ErrRefused", err)
	}
	if err := os.Chmod(filepath.Join(box, "new"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := mailbox.New(box).Send(t.Context(), message); err == nil || errors.Is(err, driver.ErrRefused) {
		t.Errorf("Send to a folder that others can write in: error %v, want one after which it is sent again", err)
	}
	if all := unread(t, box); len(all) > 0 {
		t.Errorf("the mailbox has %v, want nothing", all)
	}
}
