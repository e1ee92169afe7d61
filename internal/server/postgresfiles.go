package server

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"

	"github.com/lanyard-cloud/lanyard/internal/safefile"
)

// postgresFiles are the parameters of a PostgreSQL URL that name files, with the variables
// that stand in for them.
var postgresFiles = []struct {
	parameter, variable string
	read                func(path string) ([]byte, error)
}{
	{"sslkey", "PGSSLKEY", safefile.ReadSecret},
	{"passfile", "PGPASSFILE", safefile.ReadSecret},
	{"sslcert", "PGSSLCERT", safefile.Read},
	{"sslrootcert", "PGSSLROOTCERT", safefile.Read},
}

// checkPostgresFiles holds the files that a PostgreSQL URL or its variables name to what
// --tls-key and --tls-cert have to be: the driver reads them as they are. What is missing
// is for the driver to say.
func checkPostgresFiles(dsn string) error {
	u, err := url.Parse(dsn)
	if err != nil {
		return nil //nolint:nilerr // its text may hold a password, and the driver has an error of its own
	}
	for _, f := range postgresFiles {
		path := cmp.Or(u.Query().Get(f.parameter), os.Getenv(f.variable))
		if path == "" || path == "system" { // the system's own certificates
			continue
		}
		if _, err := f.read(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s of the PostgreSQL URL: %w", f.parameter, err)
		}
	}
	return nil
}
