package awsenv

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"time"
)

// cliTimeout is how long the AWS CLI has to print its version.
var cliTimeout = 5 * time.Second

const (
	cliGrace     = time.Second // for the pipes of programs that the AWS CLI started
	maxCLIOutput = 4 << 10
)

// CLIVersionWarning returns one line if the AWS CLI on the PATH is too old to
// honor the endpoint variables and the services sections of profiles, so that its
// calls would go to the real AWS. It returns the empty string otherwise, and if there is no
// AWS CLI or it does not print its version within five seconds.
//
// The first versions that honor them are 1.29.0 and 2.13.0, from the AWS CLI's
// change logs.
func CLIVersionWarning(ctx context.Context, endpoint string) string {
	ctx, cancel := context.WithTimeout(ctx, cliTimeout)
	defer cancel()
	var out head
	cmd := exec.CommandContext(ctx, "aws", "--version")
	cmd.Stdout = &out
	cmd.Stderr = &out // Python 2 prints the version there
	cmd.WaitDelay = cliGrace
	if err := cmd.Run(); err != nil {
		return ""
	}
	version, old := oldCLI(string(out))
	if !old {
		return ""
	}
	return fmt.Sprintf("warning: the installed AWS CLI %s (%s) ignores endpoint settings (1.29 and 2.13 brought them): "+
		"its calls would go to the real AWS; upgrade it, or give every call --endpoint-url %s", version, cmd.Path, endpoint)
}

var cliVersion = regexp.MustCompile(`(?m)^aws-cli/((\d{1,6})\.(\d{1,6})[^\s/]*)`)

// oldCLI finds the version in what `aws --version` prints.
func oldCLI(output string) (version string, old bool) {
	m := cliVersion.FindStringSubmatch(output)
	if m == nil {
		return "", false
	}
	major, errMajor := strconv.Atoi(m[2])
	minor, errMinor := strconv.Atoi(m[3])
	if errMajor != nil || errMinor != nil {
		return "", false
	}
	switch major {
	case 0:
		return m[1], true
	case 1:
		return m[1], minor < 29
	case 2:
		return m[1], minor < 13
	default:
		return m[1], false
	}
}

// head keeps the first maxCLIOutput bytes that are written to it.
type head []byte

func (h *head) Write(p []byte) (int, error) {
	room := maxCLIOutput - len(*h)
	*h = append(*h, p[:min(len(p), room)]...)
	return len(p), nil
}
