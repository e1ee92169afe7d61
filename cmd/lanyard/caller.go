package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/spf13/cobra"

	"github.com/lanyard-cloud/lanyard/internal/awsenv"
	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/safefile"
	"github.com/lanyard-cloud/lanyard/internal/sdkhttp"
)

// caller calls the running server.
type caller struct {
	endpoint    string
	account     string
	credentials aws.CredentialsProvider
	http        *http.Client
}

// newCaller returns a caller that signs with the AWS_* variables if they are for the server,
// and otherwise as its root.
func newCaller(cmd *cobra.Command) (*caller, error) {
	d := database(cmd)
	connection, err := home.RunningEndpoint(d.DataDir)
	if err != nil {
		return nil, err
	}
	own := fromVariables(connection.Endpoint)
	if own == nil {
		root, err := home.Connection(cmd.Context(), d)
		if err != nil {
			return nil, err
		}
		own = credentials.NewStaticCredentialsProvider(root.AccessKeyID, root.SecretAccessKey, "")
	}
	c := &caller{endpoint: connection.Endpoint, credentials: own}
	if c.http, err = newHTTPClient(connection); err != nil {
		return nil, err
	}
	c.account, err = c.callerAccount(cmd.Context())
	return c, err
}

// fromVariables returns nil if the AWS_* variables are for another server.
func fromVariables(endpoint string) aws.CredentialsProvider {
	points := func(name string) bool { return strings.TrimRight(os.Getenv(name), "/") == endpoint }
	id, secret := os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY")
	if id == "" || secret == "" || !points("AWS_ENDPOINT_URL_LIGHTSAIL") && !points("AWS_ENDPOINT_URL") {
		return nil
	}
	return credentials.NewStaticCredentialsProvider(id, secret, os.Getenv("AWS_SESSION_TOKEN"))
}

// newHTTPClient returns a client that trusts the server's own certificate, if it has one.
func newHTTPClient(c awsenv.Connection) (*http.Client, error) {
	transport := &http.Transport{}
	if c.CABundle != "" {
		text, err := safefile.Read(c.CABundle)
		if err != nil {
			return nil, fmt.Errorf("read the server's certificate: %w", err)
		}
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("%s has no certificate: restart the server with a valid --tls-cert", c.CABundle)
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
	return sdkhttp.Over(transport), nil
}

func (c *caller) lightsail(region string) *lightsail.Client {
	return lightsail.New(lightsail.Options{
		Region: region, BaseEndpoint: &c.endpoint, Credentials: c.credentials, HTTPClient: c.http, RetryMaxAttempts: 1,
	})
}

// callerAccount returns the account that signs. GetCallerIdentity needs no rights.
func (c *caller) callerAccount(ctx context.Context) (string, error) {
	client := sts.New(sts.Options{
		Region: home.DefaultRegion, BaseEndpoint: &c.endpoint, Credentials: c.credentials, HTTPClient: c.http, RetryMaxAttempts: 1,
	})
	out, err := client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return "", c.explain(err)
	}
	return aws.ToString(out.Account), nil
}

// explain turns an error of the SDK into a message with a remedy.
func (c *caller) explain(err error) error {
	if refused, ok := errors.AsType[smithy.APIError](err); ok {
		return fmt.Errorf("%s: %s", refused.ErrorCode(), refused.ErrorMessage())
	}
	if unreached, ok := errors.AsType[*url.Error](err); ok {
		return fmt.Errorf("no server answers at %s (%w): start it with lanyard serve", c.endpoint, unreached.Err)
	}
	return err
}
