package home

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/awsenv"
	"github.com/lanyard-cloud/lanyard/internal/safefile"
)

// CheckHealth asks a server whether it is ready, and returns its answer. If url is "", that is
// the server of the data directory. It must be running: CheckHealth does not ask another
// program that listens at its address.
func CheckHealth(ctx context.Context, dataDir, url string) (string, error) {
	c := awsenv.Connection{Endpoint: url}
	if url == "" {
		var err error
		if c, err = RunningEndpoint(dataDir); err != nil {
			return "", err
		}
	}
	client, err := healthClient(c.CABundle)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.Endpoint+"/readyz", nil)
	if err != nil {
		return "", err
	}
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, text)
	}
	return string(text), err
}

// healthClient trusts the certificates of a file, and those of the system.
func healthClient(bundle string) (*http.Client, error) {
	if bundle == "" {
		return &http.Client{}, nil
	}
	pem, err := safefile.Read(bundle)
	if err != nil {
		return nil, err
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	pool.AppendCertsFromPEM(pem)
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}}, nil
}
