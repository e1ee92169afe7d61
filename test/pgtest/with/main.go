// Command with runs a command while a PostgreSQL server of its own is there, and
// hands it over as LANYARD_TEST_STORE:
//
//	go run ./test/pgtest/with go test -tags clients ./test/...
//
// It does not install PostgreSQL.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"

	"github.com/lanyard-cloud/lanyard/test/pgtest"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "with:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return errors.New("usage: with COMMAND [ARG …]")
	}
	pg, err := pgtest.New()
	if err != nil {
		return err
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), "LANYARD_TEST_STORE="+pg.DSN("{id}"))
	return errors.Join(cmd.Run(), pg.Close())
}
