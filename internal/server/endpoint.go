package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"

	"github.com/gofrs/flock"

	"github.com/lanyard-cloud/lanyard/internal/awsenv"
	"github.com/lanyard-cloud/lanyard/internal/newfile"
	"github.com/lanyard-cloud/lanyard/internal/safefile"
)

// endpoint is what a server leaves for the commands that talk to it.
type endpoint struct {
	URL string `json:"url"`
	// CABundle is the certificate to trust, "" without TLS.
	CABundle string `json:"caBundle,omitempty"`
	// Former says that an earlier server listened there, and that the one that holds the
	// lock does not listen yet.
	Former bool `json:"former,omitempty"`
}

func (d *dataDir) writeEndpoint(e endpoint) error {
	if e.CABundle != "" {
		abs, err := filepath.Abs(e.CABundle)
		if err != nil {
			return err
		}
		e.CABundle = abs
	}
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	d.former = endpoint{}
	return newfile.Replace(d.file(endpointFile), append(text, '\n'))
}

// disownEndpoint marks what an earlier server left, if there is something: until this
// one listens, another user's program may listen there.
func (d *dataDir) disownEndpoint() error {
	e, err := readEndpoint(d.path)
	if err != nil { // there is none, or it is replaced as soon as the server listens
		return nil //nolint:nilerr // see above
	}
	disowned := e
	disowned.Former = true
	if err := d.writeEndpoint(disowned); err != nil {
		return err
	}
	e.Former = false // of a start that was killed
	d.former = e
	return nil
}

// readEndpoint returns where the directory's server listens, or listened last.
func readEndpoint(dir string) (e endpoint, err error) {
	path := filepath.Join(dir, endpointFile)
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return e, noServer(dir)
	}
	if err := safefile.Directory(dir); err != nil {
		return e, err
	}
	if err := safefile.Regular(path); err != nil {
		return e, err
	}
	text, err := safefile.Read(path)
	if err == nil {
		err = json.Unmarshal(text, &e)
	}
	if err == nil && (!isEndpointURL(e.URL) || e.CABundle != "" && !filepath.IsAbs(e.CABundle)) {
		err = errors.New("it does not say where a server listens")
	}
	if err != nil {
		return endpoint{}, fmt.Errorf("cannot read %s: %w: start the server again, which writes it", path, err)
	}
	return e, nil
}

var hostPattern = regexp.MustCompile(`\A[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?\z`)

// isEndpointURL reports whether a text is a URL as Endpoint makes them: a scheme, a host
// and a port.
func isEndpointURL(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	host, port, err := net.SplitHostPort(u.Host)
	if err != nil {
		return false
	}
	if _, err := netip.ParseAddr(host); err != nil && !hostPattern.MatchString(host) {
		return false
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0 && text == u.Scheme+"://"+net.JoinHostPort(host, port)
}

// Endpoint returns where clients reach the server of a data directory, without any
// credentials. The server may have been stopped, and then anything may listen there.
func Endpoint(dataDir string) (awsenv.Connection, error) {
	e, err := readEndpoint(dataDir)
	return e.connection(), err
}

// connection is what clients need to reach the endpoint, without any credentials.
func (e endpoint) connection() awsenv.Connection {
	return awsenv.Connection{Endpoint: e.URL, CABundle: e.CABundle, Region: DefaultRegion}
}

// RunningEndpoint is Endpoint for those who call the server themselves. It returns an
// error if no server runs on the data directory: any user's program may then have taken
// its port.
func RunningEndpoint(dataDir string) (awsenv.Connection, error) {
	// The lock first: the server that holds it has marked what another one left.
	running, err := isRunning(dataDir)
	if err != nil {
		return awsenv.Connection{}, err
	}
	e, err := readEndpoint(dataDir)
	if err != nil {
		return awsenv.Connection{}, err
	}
	if !running || e.Former {
		return awsenv.Connection{}, fmt.Errorf("no server runs on the data directory %s, so what listens at %s is not its own: "+
			"start it with lanyard serve", dataDir, e.URL)
	}
	return e.connection(), nil
}

// isRunning reports whether a server holds the lock of a data directory. It holds the
// lock itself for a moment, in a way that others may at the same time; a server that
// starts just then tries again.
func isRunning(dataDir string) (bool, error) {
	path := filepath.Join(dataDir, lockFile)
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err := errors.Join(safefile.Directory(dataDir), safefile.Regular(path)); err != nil {
		return false, err
	}
	lock := flock.New(path, flock.SetFlag(os.O_RDONLY|safefile.NoFollow))
	free, err := lock.TryRLock()
	if err != nil {
		return false, fmt.Errorf("cannot tell whether a server runs: %w", err)
	}
	return !free, lock.Unlock()
}
