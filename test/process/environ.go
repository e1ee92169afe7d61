package process

import (
	"path/filepath"
	"testing"
)

// isolation keeps AWS clients from looking for credentials elsewhere, and any call that is not for this machine from
// leaving it: nothing listens on the discard port. The locale makes their output the same everywhere.
var isolation = []string{
	"AWS_EC2_METADATA_DISABLED=true",
	"AWS_PAGER=",
	"LC_ALL=C.UTF-8",
	"HTTP_PROXY=http://127.0.0.1:9",
	"HTTPS_PROXY=http://127.0.0.1:9",
	"NO_PROXY=127.0.0.1,localhost",
	"http_proxy=http://127.0.0.1:9",
	"https_proxy=http://127.0.0.1:9",
	"no_proxy=127.0.0.1,localhost",
}

// Isolated is Environ for an AWS client, which has no way out of this machine and no credentials.
func Isolated() []string { return append(Environ(), isolation...) }

// ClientEnviron is Isolated with the root's key, and no config files of anybody's.
func ClientEnviron(t testing.TB, more ...string) []string {
	t.Helper()
	dir := t.TempDir()
	env := append(Isolated(),
		"AWS_ACCESS_KEY_ID="+AccessKeyID,
		"AWS_SECRET_ACCESS_KEY="+SecretAccessKey,
		"AWS_CONFIG_FILE="+filepath.Join(dir, "config"),
		"AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(dir, "credentials"),
	)
	return append(env, more...)
}
