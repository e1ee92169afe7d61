// Package mailbox hands mails over to a folder on disk, a Maildir, which mail programs and people
// can read. It does not deliver them to anyone.
package mailbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	driver "github.com/lanyard-cloud/lanyard/internal/driver/mail"
	"github.com/lanyard-cloud/lanyard/internal/newfile"
	"github.com/lanyard-cloud/lanyard/internal/safefile"
)

const (
	// limit is how many unread mails the folder has, and age how old they become. A mail that is written
	// removes older ones that are too many or too old.
	limit = 1000
	age   = 30 * 24 * time.Hour
	// suffix is the end of the names of our files.
	suffix = ".lanyard"
)

// From is the sender of mails that go to a folder.
var From = &mail.Address{Name: driver.Sender, Address: "no-reply@lanyard.invalid"}

// Driver writes mails to a folder.
type Driver struct{ path string }

// New returns a Driver for a folder, which is made when there is a mail.
func New(path string) *Driver { return &Driver{path} }

// Send writes a mail. If the folder has it already, it stays as it is.
func (d *Driver) Send(_ context.Context, m driver.Message) error {
	if err := d.make(); err != nil {
		return err
	}
	msg, err := driver.Compose(From, m)
	if err != nil {
		return err
	}
	name := strconv.FormatInt(m.At.Unix(), 10) + "." + m.ID + suffix
	err = newfile.Write(filepath.Join(d.unread(), name), func(f *os.File) error {
		_, err := msg.WriteTo(f)
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("mailbox: %w", err)
	}
	return d.trim()
}

// unread is where the mails are that no program has seen.
func (d *Driver) unread() string { return filepath.Join(d.path, "new") }

// make makes the folder if it is missing. It returns an error if another user could write in it.
func (d *Driver) make() error {
	for _, dir := range []string{"cur", "tmp", "new"} {
		if err := os.MkdirAll(filepath.Join(d.path, dir), 0o700); err != nil {
			return fmt.Errorf("mailbox: %w", err)
		}
	}
	if err := safefile.Directory(d.unread()); err != nil {
		return fmt.Errorf("mailbox: %w", err)
	}
	return nil
}

// trim removes unread mails that are too many or too old. What is not ours stays.
func (d *Driver) trim() error {
	entries, err := os.ReadDir(d.unread())
	if err != nil {
		return fmt.Errorf("mailbox: %w", err)
	}
	var all []fs.FileInfo
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && strings.HasSuffix(e.Name(), suffix) {
			all = append(all, info)
		}
	}
	slices.SortFunc(all, func(a, b fs.FileInfo) int {
		return cmp.Or(b.ModTime().Compare(a.ModTime()), strings.Compare(b.Name(), a.Name()))
	})
	for n, info := range all {
		if n < limit && time.Since(info.ModTime()) < age {
			continue
		}
		if err := os.Remove(filepath.Join(d.unread(), info.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("mailbox: %w", err)
		}
	}
	return nil
}
