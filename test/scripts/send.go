package scripts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// Signer is who calls, and in which region.
type Signer struct {
	Key    aws.Credentials
	Region string
}

// Send signs a call and sends it to an endpoint, a URL. The input is JSON, and so is the answer.
func (s Signer) Send(client *http.Client, endpoint, action, input string) (status int, answer []byte, err error) {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, endpoint+"/", strings.NewReader(input))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "Lightsail_20161128."+action)
	sum := sha256.Sum256([]byte(input))
	if err := v4.NewSigner().SignHTTP(r.Context(), s.Key, r, hex.EncodeToString(sum[:]), "lightsail", s.Region, time.Now()); err != nil {
		return 0, nil, err
	}
	resp, err := client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err = io.ReadAll(resp.Body)
	return resp.StatusCode, answer, err
}
