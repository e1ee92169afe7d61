package api_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/lanyard-cloud/lanyard/internal/identity"
)

// BenchmarkPipeline is the cost of a signed GetKeyPair inside the server, without
// network and client: for a root, and for users under policies.
func BenchmarkPipeline(b *testing.B) {
	w := newWorld(b)
	root := w.root(ours)
	importKey(b, root, "there")
	statements := func(n int) string {
		list := make([]string, n)
		for i := range list {
			list[i] = fmt.Sprintf(`{"Effect":"Allow","Action":"lightsail:Get*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"t%d"}}}`, i)
		}
		return `{"Version":"2012-10-17","Statement":[` + strings.Join(list, ",") + `]}`
	}
	many := identity.Doc{Tags: []identity.Tag{{Key: "team", Value: "t19"}}}
	for i := range 10 {
		many.Inline = append(many.Inline, identity.InlinePolicy{Name: fmt.Sprint("p", i), Document: statements(20)})
	}
	for _, bench := range []struct {
		name   string
		signer aws.CredentialsProvider
	}{
		{"root", root.Options().Credentials},
		{"user/1 policy", w.user("one", allow("lightsail:Get*", "*")).Options().Credentials},
		{"user/10 policies of 20 statements", w.keyFor(ours, w.add(identity.User, "many", many)).Options().Credentials},
	} {
		b.Run(bench.name, func(b *testing.B) {
			key, err := bench.signer.Retrieve(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			const body = `{"keyPairName":"there"}`
			r := httptest.NewRequest(http.MethodPost, w.endpoint+"/", nil)
			r.Header.Set("Content-Type", "application/x-amz-json-1.1")
			r.Header.Set("X-Amz-Target", "Lightsail_20161128.GetKeyPair")
			sum := sha256.Sum256([]byte(body))
			if err := v4.NewSigner().SignHTTP(b.Context(), key, r, hex.EncodeToString(sum[:]), "lightsail", "us-east-1", time.Now()); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				r.Body = io.NopCloser(strings.NewReader(body))
				answer := httptest.NewRecorder()
				if w.pipeline.ServeHTTP(answer, r); answer.Code != http.StatusOK {
					b.Fatal(answer.Body)
				}
			}
		})
	}
}
