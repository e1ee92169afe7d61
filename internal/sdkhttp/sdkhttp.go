// Package sdkhttp is an HTTP client for clients of the AWS SDK for Go that must get
// each answer: those of tests, and of commands. It imports nothing of ours.
//
// The SDK closes a request's body when it has the answer, while net/http may still
// be sending it. Then net/http closes the connection, and the rest of a good answer is lost (aws-sdk-go-v2 issue 2737). With the SDK's retries a call is then
// made twice, and one that creates something finds its own result.
package sdkhttp

import (
	"bytes"
	"errors"
	"io"
	"net/http"
)

// Client returns an HTTP client with connections of its own.
func Client() *http.Client {
	transport, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		transport = &http.Transport{}
	}
	return Over(transport.Clone())
}

// Over returns an HTTP client over a transport.
func Over(transport *http.Transport) *http.Client {
	return &http.Client{Transport: copier{transport}}
}

// copier sends a copy of the body, which no other code uses.
type copier struct{ base *http.Transport }

// RoundTrip implements http.RoundTripper.
func (c copier) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return c.base.RoundTrip(r)
	}
	body, err := io.ReadAll(r.Body)
	if err = errors.Join(err, r.Body.Close()); err != nil {
		return nil, err
	}
	own := r.WithContext(r.Context())
	own.Body = io.NopCloser(bytes.NewReader(body))
	return c.base.RoundTrip(own)
}

// CloseIdleConnections is for http.Client.
func (c copier) CloseIdleConnections() { c.base.CloseIdleConnections() }
