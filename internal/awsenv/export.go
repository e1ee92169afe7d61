package awsenv

import (
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strings"
)

// Shell is a family of shells that read the same syntax.
type Shell string

// The shells that Export can write for.
const (
	Sh         Shell = "sh" // POSIX: sh, bash, zsh, dash, ksh
	Fish       Shell = "fish"
	PowerShell Shell = "powershell"
)

// ParseShell reads the name of a shell as --shell takes it.
func ParseShell(name string) (Shell, error) {
	switch s := Shell(name); s {
	case Sh, Fish, PowerShell:
		return s, nil
	default:
		return "", fmt.Errorf("unknown shell %q: want sh, fish or powershell", name)
	}
}

// DetectShell guesses the shell from the value of $SHELL. An unknown shell counts as sh.
// Without a value it is the system's own shell.
func DetectShell(path string) Shell {
	if path == "" && runtime.GOOS == "windows" {
		return PowerShell
	}
	switch strings.TrimSuffix(filepath.Base(path), ".exe") {
	case "fish":
		return Fish
	case "pwsh", "powershell":
		return PowerShell
	default:
		return Sh
	}
}

// Export writes the commands that make AWS clients started from a shell talk to
// Lanyard, to be evaluated by that shell. Nothing is written if the connection
// is incomplete.
//
// Variables for the real AWS that would redirect a call or mix with its credentials are
// unset. AWS_CA_BUNDLE is left alone unless
// the connection has one.
func (c Connection) Export(w io.Writer, shell Shell) error {
	if err := c.check(); err != nil {
		return err
	}
	syn, ok := syntaxes[shell]
	if !ok {
		return fmt.Errorf("unknown shell %q", shell)
	}
	var out strings.Builder
	for _, v := range c.variables() {
		if v.value == "" {
			fmt.Fprintf(&out, syn.unset, v.name)
		} else {
			fmt.Fprintf(&out, syn.set, v.name, syn.quote(v.value))
		}
	}
	out.WriteString(syn.usage)
	_, err := io.WriteString(w, out.String())
	return err
}

// variable is one environment variable; an empty value means that it must not be set.
type variable struct{ name, value string }

func (c Connection) variables() []variable {
	vars := []variable{
		{"AWS_ENDPOINT_URL_LIGHTSAIL", c.Endpoint},
		{"AWS_ENDPOINT_URL_STS", c.Endpoint},
		// Set because the profile in the config file may say true. Then the calls
		// would go to the real AWS.
		{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false"},
		{"AWS_ACCESS_KEY_ID", c.AccessKeyID},
		{"AWS_SECRET_ACCESS_KEY", c.SecretAccessKey},
		{"AWS_SESSION_TOKEN", c.SessionToken},
		{"AWS_SECURITY_TOKEN", ""},        // botocore prefers this old name to AWS_SESSION_TOKEN
		{"AWS_CREDENTIAL_EXPIRATION", ""}, // botocore would take our key for an expired one
		{"AWS_REGION", c.Region},
		{"AWS_DEFAULT_REGION", c.Region},
		{"AWS_PROFILE", ""},
		{"AWS_DEFAULT_PROFILE", ""},
	}
	if c.CABundle != "" {
		vars = append(vars, variable{"AWS_CA_BUNDLE", c.CABundle})
	}
	return vars
}

// syntax is how a shell sets, unsets and quotes. Every statement ends with a
// semicolon and the comment comes last, so that the commands still work when an
// unquoted eval joins the lines into one: a comment before them would
// make all of them part of the comment, and the next call would go to the real AWS.
type syntax struct {
	set, unset string // formats
	quote      func(string) string
	usage      string
}

var syntaxes = map[Shell]syntax{
	Sh: {
		set:   "export %s=%s;\n",
		unset: "unset %s;\n",
		quote: quoter(`'`, `'\''`),
		usage: `# Point the AWS tools of this shell at Lanyard: eval "$(lanyard env)"` + "\n",
	},
	Fish: {
		set:   "set -gx %s %s;\n",
		unset: "set -e %s;\n",
		quote: quoter(`\`, `\\`, `'`, `\'`),
		usage: "# Point the AWS tools of this shell at Lanyard: lanyard env --shell fish | source\n",
	},
	PowerShell: {
		set:   "$env:%s = %s;\n",
		unset: "$env:%s = $null;\n",
		// PowerShell takes typographic quotes for the plain one.
		quote: quoter(`'`, `''`, "\u2018", "\u2018\u2018", "\u2019", "\u2019\u2019", "\u201a", "\u201a\u201a", "\u201b", "\u201b\u201b"),
		usage: "# Point the AWS tools of this shell at Lanyard: lanyard env --shell powershell | Out-String | Invoke-Expression\n",
	},
}

// quoter puts a text in single quotes, with what would end them replaced.
func quoter(oldnew ...string) func(string) string {
	r := strings.NewReplacer(oldnew...)
	return func(s string) string { return "'" + r.Replace(s) + "'" }
}
