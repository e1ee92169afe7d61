package server

import (
	"context"
	"errors"

	"github.com/lanyard-cloud/lanyard/internal/identity"
)

// loadIdentities reads the identities file. It returns nil if the server has none.
func (o Options) loadIdentities() (*identity.File, error) {
	if o.Identities == "" {
		return nil, nil //nolint:nilnil // no file is an ordinary case
	}
	return identity.LoadTrustedFile(o.Identities)
}

// ReloadIdentities reads the identities file again and applies it. After an error, nothing
// has changed.
func (s *Server) ReloadIdentities(ctx context.Context) error {
	file, err := s.o.loadIdentities()
	if err != nil {
		return err
	}
	if file == nil {
		return errors.New("the server has no identities file: start it with --identities")
	}
	err = s.store.Update(ctx, file.Apply)
	if err == nil {
		s.logIdentities(file)
	}
	return err
}

func (s *Server) logIdentities(file *identity.File) {
	if file == nil {
		return
	}
	accounts, entities, keys := file.Counts()
	s.o.Log.Info("identities file applied", "file", s.o.Identities, "accounts", accounts, "identities", entities, "access_keys", keys)
}
