// Package acm says what AWS Certificate Manager, which issues the certificates of Lightsail, makes of
// the names of one: which names it takes, the records that validate them, and what an issued
// certificate has.
//
// It issues nothing, and knows neither how a certificate is stored nor what it is attached to.
package acm

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// What all certificates of Lightsail have (observed).
const (
	KeyAlgorithm = "RSA-2048"
	Issuer       = "Amazon"
)

// MaxAlternatives is how many names a certificate has besides its first one (API reference).
const MaxAlternatives = 9

const (
	maxName = 253
	// maxFirst is how long the first name can be: it is the common name (user guide of AWS
	// Certificate Manager).
	maxFirst = 64
)

// target is the end of the names that validation records lead to.
const target = ".acm-validations.aws"

// host is compiled when the first name is looked at.
var host = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\A(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\z`)
})

// Names are the names of a certificate in their normal form, each once, the first one first. It
// returns a resource.RefusalError if one of them is invalid, or if there are too many.
func Names(first string, alternatives []string) ([]string, error) {
	var names []string
	for _, given := range append([]string{first}, alternatives...) {
		name := resource.Domain.Normal(given)
		switch {
		case strings.Contains(name, "*"): // the API reference has it so
			return nil, resource.Refuse("Wildcard domain names are not supported: %s", given)
		case len(name) > maxName || !host().MatchString(name):
			return nil, resource.Refuse("The domain name is invalid: %s", given)
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	switch {
	case len(names[0]) > maxFirst:
		return nil, resource.Refuse("The domain name is longer than %d characters: %s", maxFirst, first)
	case len(names) > MaxAlternatives+1:
		return nil, resource.Refuse("A certificate can have at most %d alternative domain names, not %d", MaxAlternatives, len(names)-1)
	}
	return names, nil
}

// Reasons for which a certificate fails (API reference, requestFailureReason).
const (
	additionalVerification = "ADDITIONAL_VERIFICATION_REQUIRED"
	invalidPublicDomain    = "INVALID_PUBLIC_DOMAIN"
)

// reserved are the top-level domains that are never public (IANA's registry of special-use names,
// and ICANN for internal).
var reserved = []string{"alt", "example", "internal", "invalid", "local", "localhost", "onion", "test"}

// amazons are Amazon's own domains, for which it issues no certificate (API reference).
var amazons = []string{"amazonaws.com", "cloudfront.net", "elasticbeanstalk.com"}

// Refusal is the reason for which a certificate of a name fails; "" if it does not.
func Refusal(name string) string {
	top := name[strings.LastIndexByte(name, '.')+1:]
	switch {
	case slices.Contains(reserved, top) || top[0] <= '9':
		return invalidPublicDomain
	case slices.ContainsFunc(amazons, func(a string) bool { return name == a || strings.HasSuffix(name, "."+a) }):
		return additionalVerification
	}
	return ""
}

// Record is a CNAME record that proves that an account controls a domain. Both names end with a dot.
type Record struct{ Name, Value string }

// RecordOf is the record for a name. It follows from the account and the name, so that all
// certificates of an account for a name have the same one (user guide of AWS Certificate Manager).
func RecordOf(account, name string) Record {
	sum := sha256.Sum256([]byte("validation record\x00" + account + "\x00" + name))
	letters := sha256.Sum256(sum[:])
	for i := range letters {
		letters[i] = 'a' + letters[i]%26
	}
	return Record{
		Name:  "_" + hex.EncodeToString(sum[:16]) + "." + name + ".",
		Value: "_" + hex.EncodeToString(sum[16:]) + "." + string(letters[:10]) + target + ".",
	}
}

// IsTarget reports whether a CNAME record with such a target may be a validation record.
func IsTarget(name string) bool {
	return strings.HasSuffix(strings.ToLower(strings.TrimSuffix(name, ".")), target)
}

// renewal is how long before its end a certificate is renewed (user guide of AWS Certificate Manager).
const renewal = 60 * 24 * time.Hour

// Validity is what an issued certificate says of itself. Serial is its number, in hexadecimal, and
// Renewed is when it was renewed last; zero if it was not.
type Validity struct {
	NotBefore, NotAfter, Renewed time.Time
	Serial                       string
}

// ValidityAt is that of the certificate with an id that was issued at one moment, at another one: it
// is valid from the beginning of a day on for 13 months, until noon (observed), and renewed in time.
func ValidityAt(id string, issued, now time.Time) Validity {
	from, renewed := day(issued), time.Time{}
	for to := end(from); !now.Before(to.Add(-renewal)); to = end(from) {
		renewed = to.Add(-renewal)
		from = day(renewed)
	}
	sum := sha256.Sum256([]byte("serial\x00" + id + "\x00" + from.Format(time.DateOnly)))
	return Validity{NotBefore: from, NotAfter: end(from), Renewed: renewed, Serial: serial(sum[:16])}
}

func day(at time.Time) time.Time { return at.UTC().Truncate(24 * time.Hour) }

func end(from time.Time) time.Time { return from.AddDate(0, 13, 0).Add(12 * time.Hour) }

// serial is a number as the API shows it: 16 bytes with colons (observed). It is positive.
func serial(number []byte) string {
	number[0] &= 0x7f
	text := make([]string, len(number))
	for i, b := range number {
		text[i] = hex.EncodeToString([]byte{b})
	}
	return strings.Join(text, ":")
}

// ARN is that of the certificate which AWS Certificate Manager has for one of Lightsail: in an account
// of AWS, and with an id of its own (observed in support codes).
func ARN(region, account, id string) string {
	sum := sha256.Sum256([]byte("acm\x00" + id))
	return fmt.Sprintf("arn:aws:acm:%s:%s:certificate/%x-%x-%x-%x-%x", region, account, sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}
