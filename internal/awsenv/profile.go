package awsenv

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// Paths names the two config files that AWS clients share.
type Paths struct {
	Config      string // profiles and service endpoints
	Credentials string // access keys
}

// FindPaths tells where AWS clients look for their config files: AWS_CONFIG_FILE
// and AWS_SHARED_CREDENTIALS_FILE, else the folder .aws in the home directory. A
// leading ~ stands for the home directory, as the AWS CLI reads it.
func FindPaths(getenv func(string) string) (Paths, error) {
	home := getenv("HOME")
	if home == "" && runtime.GOOS == "windows" {
		home = getenv("USERPROFILE")
	}
	config, err := findPath(getenv("AWS_CONFIG_FILE"), home, "config")
	if err != nil {
		return Paths{}, err
	}
	credentials, err := findPath(getenv("AWS_SHARED_CREDENTIALS_FILE"), home, "credentials")
	return Paths{config, credentials}, err
}

func findPath(set, home, name string) (string, error) {
	inHome, tilde := strings.CutPrefix(filepath.ToSlash(set), "~/")
	switch {
	case set != "" && !tilde:
		return set, nil
	case home == "":
		return "", errors.New("there is no home directory: set HOME, or AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE")
	case tilde:
		return filepath.Join(home, inHome), nil
	default:
		return filepath.Join(home, ".aws", name), nil
	}
}

// WriteProfile writes a profile for the connection into the AWS config files and
// returns the files that hold it, symbolic links followed.
//
// A profile, services section or credentials of that name that Lanyard did not
// write is an error that names file and line, and nothing is changed; what Lanyard
// wrote before is updated in place. Both files change or none, except where the
// machine fails in the midst: the credentials come second, so that no profile ever
// has a key and no endpoint.
//
// New files get mode 0600 and new directories 0700. The credentials file always
// ends up with 0600; an existing config file holds no secret and keeps its mode.
func WriteProfile(c Connection, name string, paths Paths) (Paths, error) {
	if err := cmp.Or(checkProfileName(name), c.check(), c.checkForFile()); err != nil {
		return Paths{}, err
	}
	paths, err := resolvePaths(paths)
	if err != nil {
		return Paths{}, err
	}
	unlock, err := lock(paths)
	if err != nil {
		return Paths{}, err
	}
	defer unlock()
	config, err := prepare(paths.Config, false, c.configSections(name))
	if err != nil {
		return Paths{}, err
	}
	credentials, err := prepare(paths.Credentials, true, c.credentialsSections(name))
	if err != nil {
		return Paths{}, err
	}
	if err := replace(config, credentials); err != nil {
		return Paths{}, fmt.Errorf("write profile %s: %w", name, err)
	}
	return paths, nil
}

// profileName is what all clients can read unquoted; from AWS's description of the
// config file format. The set leaves out what ends a section header.
var profileName = regexp.MustCompile(`^[A-Za-z0-9_./%@:+-]{1,64}$`)

func checkProfileName(name string) error {
	if !profileName.MatchString(name) {
		return fmt.Errorf("profile name %q: want 1 to 64 letters, digits or characters of _./%%@:+-", name)
	}
	if name != "default" && strings.EqualFold(name, "default") {
		return fmt.Errorf("profile name %q: clients disagree about it; the default profile is called default", name)
	}
	return nil
}

func (c Connection) configSections(profile string) []section {
	services := section{kind: "services", name: "lanyard-" + profile, settings: []setting{
		{key: "lightsail", sub: "endpoint_url", value: c.Endpoint},
		{key: "sts", sub: "endpoint_url", value: c.Endpoint},
	}}
	kind := "profile"
	if profile == "default" {
		kind = ""
	}
	return []section{
		{kind: kind, name: profile, settings: []setting{
			{key: "region", value: c.Region},
			{key: "services", value: services.name},
			{key: "ca_bundle", value: c.CABundle},
		}},
		services,
	}
}

func (c Connection) credentialsSections(profile string) []section {
	return []section{{name: profile, stamp: "aws_access_key_id", settings: []setting{
		{key: "aws_access_key_id", value: c.AccessKeyID},
		{key: "aws_secret_access_key", value: c.SecretAccessKey},
		{key: "aws_session_token", value: c.SessionToken},
		{key: "aws_security_token"}, // botocore prefers this old name
	}}}
}

// prepare reads a config file and works out what it is to become. Nothing is
// written yet.
func prepare(path string, secret bool, sections []section) (edit, error) {
	f, err := readFile(path)
	if err != nil {
		return edit{}, err
	}
	e := edit{file: f, next: f.text, mode: f.mode}
	if secret {
		e.mode = newFileMode
	}
	for _, s := range sections {
		if e.next, err = s.put(e.next); err != nil {
			return edit{}, fmt.Errorf("%s: %w", path, err)
		}
	}
	return e, nil
}
