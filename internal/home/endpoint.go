package home

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
	// Former is true while an earlier server's endpoint is in the file: the server that
	// holds the lock does not listen yet.
	Former bool `json:"former,omitempty"`
}

// WriteEndpoint says where the server of the directory listens, and which certificate to
// trust; caBundle is "" without TLS.
func (d *Dir) WriteEndpoint(url, caBundle string) error {
	return d.writeEndpoint(endpoint{URL: url, CABundle: caBundle})
}

func (d *Dir) writeEndpoint(e endpoint) error {
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

// disownEndpoint marks the endpoint that an earlier server left, if there is one: until
// this server listens, another user's program may listen there.
func (d *Dir) disownEndpoint() error {
	e, err := readEndpoint(d.path)
	if err != nil { // no endpoint, or an invalid one that is replaced when the server listens
		return nil //nolint:nilerr // see above
	}
	disowned := e
	disowned.Former = true
	if err := d.writeEndpoint(disowned); err != nil {
		return err
	}
	e.Former = false // it is true after a start that was killed
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
		err = errors.New("it holds no endpoint of a server")
	}
	if err != nil {
		return endpoint{}, fmt.Errorf("cannot read %s: %w: restart the server, which writes the file anew", path, err)
	}
	return e, nil
}

var hostPattern = regexp.MustCompile(`\A[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?\z`)

// isEndpointURL reports whether a text is a URL of the form that servers write: scheme, host
// and port, and nothing else.
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
// credentials. The server may have stopped. Then any program may listen there.
func Endpoint(dataDir string) (awsenv.Connection, error) {
	e, err := readEndpoint(dataDir)
	return e.connection(), err
}

// connection is what clients need to reach the endpoint, without any credentials.
func (e endpoint) connection() awsenv.Connection {
	return awsenv.Connection{Endpoint: e.URL, CABundle: e.CABundle, Region: DefaultRegion}
}

// RunningEndpoint is Endpoint for callers that send requests to the server themselves. It
// returns an error if no server runs on the data directory: another user's program may
// then listen on its port.
func RunningEndpoint(dataDir string) (awsenv.Connection, error) {
	// Ask for the lock first: the server that holds it has marked an endpoint that is not its own.
	running, err := isRunning(dataDir)
	if err != nil {
		return awsenv.Connection{}, err
	}
	e, err := readEndpoint(dataDir)
	if err != nil {
		return awsenv.Connection{}, err
	}
	if !running || e.Former {
		return awsenv.Connection{}, fmt.Errorf("no server runs on the data directory %s, so another program may listen at %s: "+
			"start the server with lanyard serve", dataDir, e.URL)
	}
	return e.connection(), nil
}

// isRunning reports whether a server holds the lock of a data directory. It takes a shared
// lock for a moment to find out. A server that starts at that moment retries.
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
		return false, fmt.Errorf("cannot check whether a server runs on the data directory: %w", err)
	}
	return !free, lock.Unlock()
}
