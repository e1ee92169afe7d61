package home

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
// that are read if the URL does not have them.
var postgresFiles = []struct {
	parameter, variable string
	read                func(path string) ([]byte, error)
}{
	{"sslkey", "PGSSLKEY", safefile.ReadSecret},
	{"passfile", "PGPASSFILE", safefile.ReadSecret},
	{"sslcert", "PGSSLCERT", safefile.Read},
	{"sslrootcert", "PGSSLROOTCERT", safefile.Read},
}

// checkPostgresFiles checks the files that a PostgreSQL URL or its variables name, as is done for
// --tls-key and --tls-cert: the driver does not check them. The driver itself reports a
// missing file.
func checkPostgresFiles(dsn string) error {
	u, err := url.Parse(dsn)
	if err != nil {
		return nil //nolint:nilerr // its text may hold a password, and the driver reports its own error
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
