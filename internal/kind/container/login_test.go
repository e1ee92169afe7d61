package container_test

import (
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/kind/container"
	"github.com/lanyard-cloud/lanyard/internal/seal"
)

// now is the time of the tests.
var now = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// TestOpenLogin takes the password of a login until it expires, and no other one.
func TestOpenLogin(t *testing.T) {
	sealer, err := seal.New(seal.NewMasterKey())
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := seal.New(seal.NewMasterKey())
	if err != nil {
		t.Fatal(err)
	}
	want := container.Login{Account: "111122223333", Generation: "2", Region: "us-east-1", ExpiresAt: now.Add(container.LoginLasts)}
	login, err := want.Show(sealer)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := container.OpenLogin(sealer, "AWS", *login.Password, want.ExpiresAt.Add(-time.Millisecond)); err != nil || got != want {
		t.Errorf("OpenLogin = %+v, %v, want %+v", got, err, want)
	}
	for name, tc := range map[string]struct {
		sealer         *seal.Sealer
		user, password string
		at             time.Time
	}{
		"expired":            {sealer, "AWS", *login.Password, want.ExpiresAt},
		"another user":       {sealer, "root", *login.Password, now},
		"another master key": {stranger, "AWS", *login.Password, now},
		"no password":        {sealer, "AWS", "", now},
		"a changed password": {sealer, "AWS", "A" + (*login.Password)[1:] + "A", now},
	} {
		if got, err := container.OpenLogin(tc.sealer, tc.user, tc.password, tc.at); err == nil || got != (container.Login{}) {
			t.Errorf("%s: OpenLogin = %+v, %v, want an error alone", name, got, err)
		}
	}
}
