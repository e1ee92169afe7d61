// Package httpcall is what the APIs on the endpoint share around a call: its id, its
// body within bounds, how panics and errors end it, how its answer is sent, logged and
// measured. It knows nothing of their protocols: each gives its errors their form.
package httpcall

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime/debug"
	"strconv"

	"github.com/google/uuid"
)

// MaxBody bounds a request's body, in bytes.
const MaxBody = 1 << 20

// Why a body could not be read. In all three cases the connection is closed.
var (
	errTooLarge   = errors.New("the body is too large")
	errSlow       = errors.New("the body did not arrive in time")
	errUnreadable = errors.New("the body could not be read")
)

// newID makes a request's id from a source of randomness: a version 4 UUID, as AWS's are.
func newID(random io.Reader) string {
	return uuid.Must(uuid.NewRandomFromReader(random)).String()
}

// bodyWaiter is a ResponseWriter that has to know when its request's body was read.
type bodyWaiter interface{ BodyRead() }

// readBody reads the whole body of a request: errTooLarge, errSlow, errUnreadable.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength > MaxBody {
		return nil, errTooLarge
	}
	inner := w
	if u, ok := w.(interface{ Unwrap() http.ResponseWriter }); ok {
		inner = u.Unwrap() // MaxBytesReader tells net/http's own of a body that is too large
	}
	body, err := io.ReadAll(http.MaxBytesReader(inner, r.Body, MaxBody))
	if waiter, ok := w.(bodyWaiter); ok {
		waiter.BodyRead()
	}
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return body, nil
	case errors.As(err, &tooLarge):
		return nil, errTooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, errSlow
	}
	return nil, errUnreadable
}

// Guard runs fn. A panic becomes an error that holds the stack.
func Guard(fn func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	return fn()
}

// Answer is what goes back to the client.
type Answer struct {
	Status      int
	ContentType string
	Body        []byte
	// Code is the error's name for log and metrics; "" for success.
	Code string
	// HangUp closes the connection afterwards: the rest of the request is not worth
	// reading.
	HangUp bool
}

// clientBuffer is how many bytes of an answer fit beside its header into the 4 KB buffer of Go's HTTP client.
const clientBuffer = 3 << 10

// send sends the answer to the request that has the id.
//
// The AWS SDK for Go closes a request's body when the answer's header is there. If net/http has sent the request but has
// not come to the end of its body by then, it gives up the connection, and all of the answer that is not in its buffer
// yet is lost (aws-sdk-go-v2 issues 1825 and 2737). So before an answer that does not fit there, a client that waits for
// a core of this machine gets one.
func (a Answer) send(w http.ResponseWriter, id string) {
	if len(a.Body) > clientBuffer {
		yield()
	}
	h := w.Header()
	// The header goes out as AWS spells it; Set would make it X-Amzn-Requestid.
	h["x-amzn-RequestId"] = []string{id}
	h.Set("Content-Type", a.ContentType)
	h.Set("Content-Length", strconv.Itoa(len(a.Body)))
	if a.HangUp {
		h.Set("Connection", "close")
	}
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body) // a client that is gone cannot be told
}
