package pgtest

import (
	"bytes"
	"fmt"
)

// Dump returns a database of the server as SQL, of INSERT statements.
func (s *Server) Dump(dsn string) ([]byte, error) {
	var stderr bytes.Buffer
	cmd := s.command("pg_dump", "--inserts", "--no-owner", "--no-privileges", "--dbname", dsn)
	cmd.Stderr = &stderr
	text, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("pg_dump: %w: %s", err, stderr.Bytes())
	}
	return text, nil
}

// Load runs SQL that Dump returned, in an empty database.
func (s *Server) Load(dsn string, text []byte) error {
	cmd := s.command("psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", dsn)
	cmd.Stdin = bytes.NewReader(text)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("psql: %w: %s", err, out)
	}
	return nil
}
