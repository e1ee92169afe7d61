package sshconfig

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/lanyard-cloud/lanyard/internal/pattern"
)

// What each field may look like. OpenSSH has no quoting that holds for all of its
// keywords, so a text that could be anything else than the field is never written. The patterns
// are compiled when they are first needed: most commands and the server's start do not.
var patterns = sync.OnceValue(func() *fieldPatterns {
	return &fieldPatterns{
		id:     regexp.MustCompile(`\A` + pattern.ID + `\z`),
		name:   regexp.MustCompile(`\A` + pattern.ResourceName + `\z`),
		region: regexp.MustCompile(`\A[a-z]{2}(?:-[a-z]{1,16}){1,3}-[0-9]{1,2}\z`),
		user:   regexp.MustCompile(`\A[a-z_][a-z0-9_-]{0,31}\z`),
		key:    regexp.MustCompile(`\A[a-z0-9][a-z0-9@.-]{0,63} [A-Za-z0-9+/]{16,}={0,2}\z`),
		file:   regexp.MustCompile(`\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\z`),
	}
})

type fieldPatterns struct {
	id, name, region, user, key, file *regexp.Regexp
}

// check returns an error that names the field if a host has one that OpenSSH could
// read as something else.
func (h Host) check() error {
	for _, f := range []struct {
		name, text string
		form       *regexp.Regexp
	}{
		{"id", h.ID, patterns().id},
		{"name", h.Name, patterns().name},
		{"region", h.Region, patterns().region},
		{"user name", h.User, patterns().user},
	} {
		if !f.form.MatchString(f.text) {
			return h.invalid(f.name, f.text)
		}
	}
	if !isAddress(h.Address) || h.Port == 0 {
		return h.invalid("address", h.Address+":"+strconv.Itoa(int(h.Port)))
	}
	if h.PublicAddress != "" && !isAddress(h.PublicAddress) {
		return h.invalid("public address", h.PublicAddress)
	}
	for _, key := range h.Keys {
		if !patterns().key.MatchString(key) {
			return h.invalid("host key", key)
		}
	}
	return nil
}

func (h Host) invalid(field, value string) error {
	return fmt.Errorf("the stored instance %q in %q has an invalid %s: %q: delete the instance, or restore the store from a backup that is not damaged",
		h.Name, h.Region, field, value)
}

func isAddress(text string) bool {
	a, err := netip.ParseAddr(text)
	return err == nil && a.Zone() == ""
}

// quote writes a path for a configuration, in which percent signs begin a token and
// backslashes an escape.
func quote(path string) (string, error) {
	if strings.ContainsFunc(path, func(r rune) bool { return !unicode.IsPrint(r) }) || strings.ContainsAny(path, `"$\`) {
		return "", errors.New("OpenSSH cannot read the path " + strconv.Quote(path) +
			": a quote, a dollar sign, a backslash or a control character is in it")
	}
	return `"` + strings.ReplaceAll(path, "%", "%%") + `"`, nil
}
