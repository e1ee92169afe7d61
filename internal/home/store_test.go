package home_test

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/server/servertest"
)

// TestUpdate_besideRunningServer updates the store of a running server as commands of other
// processes do, while clients write. The next call may use each new access key.
func TestUpdate_besideRunningServer(t *testing.T) {
	o := servertest.Options(t.TempDir())
	s, _ := servertest.Start(t, o)
	endpoint := s.Endpoint()
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			db, err := home.Open(t.Context(), o.Database)
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = db.Close() }()
			for j := range 10 {
				if err := createAndCall(t, db, endpoint, fmt.Sprintf("user-%d-%d", i, j)); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			for j := range 3 {
				_, err := servertest.Client(s, endpoint).CreateKeyPair(t.Context(), &lightsail.CreateKeyPairInput{KeyPairName: new(fmt.Sprintf("key-%d-%d", i, j))})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// createAndCall makes a user with all rights, and calls an action as that user.
func createAndCall(t *testing.T, db *home.Store, endpoint, name string) error {
	var key *identity.AccessKey
	err := db.Update(t.Context(), func(a *identity.Accounts) error {
		d, err := a.Directory("")
		if err != nil {
			return err
		}
		_, err = d.Create(identity.User, name, identity.Doc{Inline: []identity.InlinePolicy{{
			Name: "all", Document: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`,
		}}})
		if err != nil {
			return err
		}
		key, err = d.CreateAccessKey(name)
		return err
	})
	if err != nil {
		return err
	}
	c := servertest.ClientOf(endpoint, key.ID, key.Secret, servertest.Once)
	_, err = c.GetKeyPairs(t.Context(), &lightsail.GetKeyPairsInput{})
	return err
}

// TestOpen_requiresCurrentSchema: commands do not migrate a store. A server does.
func TestOpen_requiresCurrentSchema(t *testing.T) {
	o := servertest.Options(t.TempDir())
	_, stop := servertest.Start(t, o)
	stop()
	raw, err := sql.Open("sqlite", filepath.Join(o.DataDir, "lanyard.db"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = raw.ExecContext(t.Context(), `DELETE FROM goose_db_version WHERE version_id > 1`)
	if err := errors.Join(err, raw.Close()); err != nil {
		t.Fatal(err)
	}
	_, err = home.Open(t.Context(), o.Database)
	if err == nil || !strings.HasSuffix(err.Error(), "was made by an older version of lanyard: start the server once to bring the database up to date") {
		t.Errorf("Open: got %v, want that the server has to start once", err)
	}
}

func TestConnection_withoutServer(t *testing.T) {
	if _, err := home.Connection(t.Context(), home.Database{DataDir: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "lanyard serve") {
		t.Errorf("Connection: got %v, want an error that names lanyard serve", err)
	}
}
