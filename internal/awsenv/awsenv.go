// Package awsenv points AWS clients at a running Lanyard: it prints the variables
// for a shell, writes a profile into the AWS config files, and knows which AWS CLI
// is too old to honor either.
//
// It starts no server, makes no call, and reads no variable itself; it stays off
// everything in the config files that it did not write.
package awsenv

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
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
	CABundle        string // absolute path of the certificates to trust, empty where the system's will do
}

// check refuses what no shell or config file can carry, and what clients would
// fill from elsewhere when it is missing. Errors never show a value: it may be
// the secret.
func (c Connection) check() error {
	for _, v := range c.values() {
		if strings.ContainsFunc(v.text, unicode.IsControl) {
			return fmt.Errorf("%s contains a control character", v.name)
		}
		if !utf8.ValidString(v.text) {
			return fmt.Errorf("%s is not UTF-8", v.name)
		}
		if v.text == "" && v.required {
			return fmt.Errorf("%s is missing", v.name)
		}
	}
	u, err := url.Parse(c.Endpoint)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return errors.New("the endpoint is not an http or https URL")
	}
	if c.CABundle != "" && !filepath.IsAbs(c.CABundle) {
		return errors.New("the CA bundle is not an absolute path")
	}
	return nil
}

// checkForFile refuses values that the clients' parsers of the config files would
// read differently from one another: some of them strip surrounding quotes and
// whatever follows white space and a comment sign.
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
}

func (c Connection) values() []value {
	return []value{
		{"the endpoint", c.Endpoint, true},
		{"the region", c.Region, true},
		{"the access key id", c.AccessKeyID, true},
		{"the secret access key", c.SecretAccessKey, true},
		{"the session token", c.SessionToken, false},
		{"the CA bundle", c.CABundle, false},
	}
}
