// Package pgtest starts real PostgreSQL servers for tests: each in a directory of
// its own, on a random loopback port, with fsync on, and with TLS for who asks for it.
// They can be stopped, killed and started again. The package does not install PostgreSQL.
package pgtest

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// Server is a PostgreSQL server with its data directory.
type Server struct {
	dir, bin string
	port     int
	owner    *syscall.Credential
	process  *exec.Cmd
	next     atomic.Int64
}

// startTime bounds how long a server may take to answer.
const startTime = 30 * time.Second

// New makes a data directory and starts a server on it. The caller must Close it.
func New() (s *Server, err error) {
	s = &Server{}
	if s.bin, err = findBinaries(); err != nil {
		return nil, err
	}
	if s.owner, err = findOwner(); err != nil {
		return nil, err
	}
	if s.port, err = freePort(); err != nil {
		return nil, err
	}
	if s.dir, err = os.MkdirTemp("", "lanyard-postgres"); err != nil {
		return nil, err
	}
	if err := s.give(s.dir); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	init := s.command("initdb", "--pgdata", s.dir, "--username", "lanyard", "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8")
	if out, err := init.CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("initdb: %w: %s", err, out), s.Close())
	}
	if err := s.makeCertificate(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := s.Start(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// findBinaries looks where Debian and others install the server's programs.
func findBinaries() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	if len(found) > 0 {
		return filepath.Dir(newest(found)), nil
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return "", errors.New("PostgreSQL is missing: apt-get install -y postgresql")
	}
	return filepath.Dir(path), nil
}

// newest returns the path of the highest version: 9.6 is older than 15.
func newest(paths []string) string {
	version := func(path string) float64 {
		v, _ := strconv.ParseFloat(filepath.Base(filepath.Dir(filepath.Dir(path))), 64)
		return v
	}
	return slices.MaxFunc(paths, func(a, b string) int { return cmp.Compare(version(a), version(b)) })
}

// findOwner returns the user that runs the server: PostgreSQL refuses to run as root.
func findOwner() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil //nolint:nilnil // nil is "as ourselves"
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("%w: apt-get install -y postgresql", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, err
}

func freePort() (int, error) {
	var config net.ListenConfig
	l, err := config.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil //nolint:forcetypeassert // a TCP listener has a TCP address
}

func (s *Server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(context.Background(), filepath.Join(s.bin, name), args...)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.owner, Pdeathsig: syscall.SIGKILL}
	return cmd
}

// Start starts the server and waits until it answers.
func (s *Server) Start() error {
	var out bytes.Buffer
	s.process = s.command("postgres", "-D", s.dir, "-k", s.dir, "-h", "127.0.0.1", "-p", strconv.Itoa(s.port),
		"-c", "max_connections=800", "-c", "ssl=on")
	s.process.Stdout, s.process.Stderr = &out, &out
	if err := s.process.Start(); err != nil {
		return err
	}
	deadline := time.Now().Add(startTime)
	for {
		err := s.exec("SELECT 1")
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("PostgreSQL does not answer: %w", err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// Stop lets running transactions end and stops the server.
func (s *Server) Stop() error { return s.end(syscall.SIGINT) }

func (s *Server) end(signal syscall.Signal) error {
	if s.process == nil {
		return nil
	}
	if err := s.process.Process.Signal(signal); err != nil {
		return err
	}
	_ = s.process.Wait() // its exit code says only that it was signalled
	s.process = nil
	return nil
}

// Close ends the server and removes its data. It does not wait until all that is on disk, as Stop does: with many
// databases that takes longer than their tests.
func (s *Server) Close() error {
	return errors.Join(s.end(syscall.SIGQUIT), os.RemoveAll(s.dir))
}

// NewDatabase makes an empty database and returns its DSN.
func (s *Server) NewDatabase() (string, error) {
	name := fmt.Sprintf("test%d", s.next.Add(1))
	return s.DSN(name), s.exec("CREATE DATABASE " + name)
}

// DSN names a database of the server.
func (s *Server) DSN(database string) string {
	return fmt.Sprintf("postgres://lanyard@127.0.0.1:%d/%s?sslmode=disable", s.port, database)
}

func (s *Server) exec(query string) error {
	db, err := sql.Open("pgx", s.DSN("postgres"))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_, err = db.ExecContext(ctx, query)
	return errors.Join(err, db.Close())
}
