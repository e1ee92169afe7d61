// Package awsenv points AWS clients at a running Lanyard: it prints the variables
// for a shell, writes a profile into the AWS config files, and knows which AWS CLI
// is too old to honor either.
//
// It starts no server, makes no call, and reads no variable itself. It changes nothing
// in the config files that it did not write.
package awsenv

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Connection is what a client needs to reach a running Lanyard.
type Connection struct {
	Endpoint        string // the base URL, http://127.0.0.1:2016
	Region          string
	AccessKeyID     string
	SecretAccessKey string
	SessionToken    string // empty for a long-lived key
	CABundle        string // absolute path of the certificates to trust, empty for the system's
}

// check returns an error if no shell or config file can hold a value, or if one is missing
// that clients would take from elsewhere. Errors never show a value: it may be the secret.
func (c Connection) check() error {
	for _, v := range c.values() {
		if err := v.check(); err != nil {
			return err
		}
	}
	u, err := url.Parse(c.Endpoint)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || !endpointPattern.MatchString(c.Endpoint) {
		return errors.New("the endpoint is not an http or https URL")
	}
	if c.CABundle != "" && !filepath.IsAbs(c.CABundle) {
		return errors.New("the CA bundle is not an absolute path")
	}
	return nil
}

// checkForFile returns an error if the clients' parsers of config files would read a value
// in different ways. Some of them strip quotes around it, and the text after white space and
// a comment sign.
func (c Connection) checkForFile() error {
	for _, v := range c.values() {
		commented := strings.Contains(" "+v.text, " #") || strings.Contains(" "+v.text, " ;")
		quoted := strings.HasPrefix(v.text, `"`) || strings.HasPrefix(v.text, `'`)
		if commented || quoted || v.text != strings.TrimSpace(v.text) {
			return fmt.Errorf("%s has a quote, a comment sign or a space that clients would not all read from a config file", v.name)
		}
	}
	return nil
}

type value struct {
	name, text string
	required   bool
	pattern    *regexp.Regexp // nil for values that are parsed
}

func (v value) check() error {
	obeyed := func(r rune) bool { return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) }
	switch {
	case strings.ContainsFunc(v.text, obeyed):
		return fmt.Errorf("%s contains a control character", v.name)
	case !utf8.ValidString(v.text):
		return fmt.Errorf("%s is not UTF-8", v.name)
	case v.text == "" && v.required:
		return fmt.Errorf("%s is missing", v.name)
	case v.text != "" && v.pattern != nil && !v.pattern.MatchString(v.text):
		return fmt.Errorf("%s is invalid", v.name)
	}
	return nil
}

// The forms of the values. No shell or client can read anything else in them.
var (
	endpointPattern = regexp.MustCompile(`\Ahttps?://[A-Za-z0-9.:\[\]-]+\z`)

	regionPattern = regexp.MustCompile(`\A[a-z0-9][a-z0-9-]{0,63}\z`)
	keyIDPattern  = regexp.MustCompile(`\A[A-Za-z0-9_]{4,128}\z`)
	secretPattern = regexp.MustCompile(`\A[!-~]{1,128}\z`)
	tokenPattern  = regexp.MustCompile(`\A[!-~]+\z`)
)

func (c Connection) values() []value {
	return []value{
		{"the endpoint", c.Endpoint, true, nil},
		{"the region", c.Region, true, regionPattern},
		{"the access key id", c.AccessKeyID, true, keyIDPattern},
		{"the secret access key", c.SecretAccessKey, true, secretPattern},
		{"the session token", c.SessionToken, false, tokenPattern},
		{"the CA bundle", c.CABundle, false, nil},
	}
}
