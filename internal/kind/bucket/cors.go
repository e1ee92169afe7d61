package bucket

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/codec"
	"github.com/lanyard-cloud/lanyard/internal/kind/audit"
)

// maxCORS is how large a CORS configuration may be, in bytes (developer guide). It is measured
// in the API's form.
const maxCORS = 64 << 10

// CORS is the CORS configuration as the API shows it: without rules if there is none.
func (b *Bucket) CORS() *types.BucketCorsConfig {
	if b.Doc.Cors == nil {
		return &types.BucketCorsConfig{Rules: []types.BucketCorsRule{}}
	}
	return b.Doc.Cors
}

// SetCORS replaces the CORS configuration; nil changes nothing, and an empty list of rules removes
// it. It returns why that cannot be, or "".
func (b *Bucket) SetCORS(to *types.BucketCorsConfig) (refusal string) {
	switch {
	case to == nil:
		return ""
	case len(to.Rules) == 0:
		b.Doc.Cors = nil
		return ""
	}
	if refusal = refuseCORS(to); refusal == "" {
		b.Doc.Cors = to
	}
	return refusal
}

// refuseCORS holds a configuration to what the API model does not say.
func refuseCORS(c *types.BucketCorsConfig) string {
	ids := map[string]bool{}
	for n, rule := range c.Rules {
		if refusal := refuseRule(n+1, rule); refusal != "" {
			return refusal
		}
		if rule.Id != nil && ids[*rule.Id] {
			return fmt.Sprintf("Two CORS rules have the ID %q.", audit.Shorten(*rule.Id))
		}
		ids[aws.ToString(rule.Id)] = true
	}
	if size := len(codec.Encode(&types.Bucket{Cors: c})); size > maxCORS {
		return fmt.Sprintf("The CORS configuration has %d bytes. It can have at most %d.", size, maxCORS)
	}
	return ""
}

// refuseRule is refuseCORS for the rule of a number. The texts about wildcards are S3's.
func refuseRule(n int, rule types.BucketCorsRule) string {
	const oneWildcard, noWildcard = "%s %q can not have more than one wildcard.", "%s %q contains wildcard. We currently do not support wildcard for %[1]s."
	switch {
	case len(rule.AllowedMethods) == 0 || len(rule.AllowedOrigins) == 0:
		return fmt.Sprintf("The CORS rule %d must have at least one allowed method and one allowed origin.", n)
	case rule.MaxAgeSeconds != nil && *rule.MaxAgeSeconds < 0:
		return fmt.Sprintf("The maxAgeSeconds of the CORS rule %d must be 0 or more.", n)
	}
	return cmp.Or(
		refuseTexts(rule.AllowedOrigins, 1, oneWildcard, "AllowedOrigin"),
		refuseTexts(rule.AllowedHeaders, 1, oneWildcard, "AllowedHeader"),
		refuseTexts(rule.ExposeHeaders, 0, noWildcard, "ExposeHeader"))
}

// refuseTexts refuses the first text that cannot be in a header of HTTP, or that has more wildcards
// than it may have.
func refuseTexts(texts []string, most int, tooMany, what string) string {
	for _, text := range texts {
		switch {
		case text == "" || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }):
			return fmt.Sprintf("%s %q must have printable ASCII characters without spaces.", what, audit.Shorten(text))
		case strings.Count(text, "*") > most:
			return fmt.Sprintf(tooMany, what, audit.Shorten(text))
		}
	}
	return ""
}
