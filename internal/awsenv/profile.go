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

// FindPaths returns the config files that AWS clients use: AWS_CONFIG_FILE
// and AWS_SHARED_CREDENTIALS_FILE, else the folder .aws in the home directory. A
// leading ~ means the home directory, as the AWS CLI reads it.
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

// WriteProfile writes a profile for the connection into the AWS config files, between two
// lines that begin with "# BEGIN lanyard" and "# END lanyard". It returns the files, with
// symbolic links followed. What is outside of these lines stays as it is, byte for byte.
//
// It changes no file and returns an error that names file and line if a profile, services
// section or credentials of that name are outside of the two lines, or if settings or keys of
// the user's would be lost. Sections that an earlier version wrote without the two lines are
// replaced. Both files change or none, unless the machine fails between them. The credentials
// come second, so that no profile ever has a key and no endpoint.
//
// New files get mode 0600 and new directories 0700. The credentials file always gets
// 0600. An existing config file holds no secret and keeps its mode.
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
	config, err := prepare(paths.Config, false, c.configBlock(name))
	if err != nil {
		return Paths{}, err
	}
	credentials, err := prepare(paths.Credentials, true, c.credentialsBlock(name))
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

func (c Connection) configBlock(profile string) block {
	services := section{kind: "services", name: "lanyard-" + profile}
	own := section{kind: "profile", name: profile}
	if profile == "default" {
		own.kind = ""
	}
	endpoint := "  endpoint_url = " + c.Endpoint
	settings := []setting{{"region", c.Region}, {"services", services.name}, {"ca_bundle", c.CABundle}}
	return block{
		sections: []section{services, own},
		lines: append([]string{
			services.header(), "lightsail =", endpoint, "sts =", endpoint, "", own.header(),
		}, settingLines(settings...)...),
		keys: keysOf(settings),
	}
}

func (c Connection) credentialsBlock(profile string) block {
	own := section{name: profile}
	settings := []setting{
		{"aws_access_key_id", c.AccessKeyID},
		{"aws_secret_access_key", c.SecretAccessKey},
		{"aws_session_token", c.SessionToken},
		{"aws_security_token", ""}, // botocore prefers this old name
	}
	return block{
		sections: []section{own},
		lines:    append([]string{own.header()}, settingLines(settings...)...),
		keys:     keysOf(settings),
		stamp:    settings[0],
	}
}

// prepare reads a config file and returns what it is to become. It writes nothing.
func prepare(path string, secret bool, b block) (edit, error) {
	f, err := readFile(path)
	if err != nil {
		return edit{}, err
	}
	e := edit{file: f, mode: f.mode}
	if secret {
		e.mode = newFileMode
	}
	if e.next, err = b.put(f.text); err != nil {
		return edit{}, fmt.Errorf("%s: %w", path, err)
	}
	return e, nil
}
