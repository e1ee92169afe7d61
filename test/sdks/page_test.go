//go:build sdks

package sdks

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"
)

// done is what the clients of this run did: the actions that they called with success, by the client's name.
var done = deeds{actions: map[string][]string{}}

type deeds struct {
	mu      sync.Mutex
	actions map[string][]string
}

func (d *deeds) add(client string, actions []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.actions[client] = slices.Compact(slices.Sorted(slices.Values(append(d.actions[client], actions...))))
}

// checkPage writes docs/clients.md anew with -update. It returns an exit code.
func checkPage() int {
	if !*update {
		return 0
	}
	commit, err := exec.Command("git", "rev-parse", "--short=12", "HEAD").Output()
	if err == nil {
		var table string
		if table, err = tableLine(); err == nil {
			err = os.WriteFile(pageFile, []byte(page(strings.TrimSpace(string(commit)), table, time.Now().UTC())), 0o644)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func page(commit, table string, now time.Time) string {
	var b strings.Builder
	fmt.Fprintf(&b, `# Clients

Each client here was run against the build of commit %s on %s: `+"`make sdks`"+` wrote this page. Every one of them took the same journey in the
idioms of its language. It was pointed at the server by environment variables, or in its code, and by a profile that `+"`lanyard env --profile`"+`
wrote; made a key pair, saved its file, with which OpenSSH then logged in to an instance that it had made; set tags; met a bad name, a missing
resource, a denied call and throttling, each as the exception of its language, and got through throttling by its own retries; read pages;
waited for a state; read a time to the millisecond; and made, read, listed and deleted one resource of each other kind. The actions are those
that it called with success. Clients that called almost all of them were given an input for each action of the API, with all its members, and
compared what they had read of each answer with its JSON.

%s

| name | language | client | version | pointed by | actions called |
|---|---|---|---|---|---|
`, commit, now.Format(time.DateOnly), table)
	for _, c := range clients {
		pointed := "`" + string(c.pointed) + "`"
		if c.profile {
			pointed += ", a profile"
		}
		version := c.version
		if c.codes {
			version += " ¹"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %d |\n", c.name, c.language, c.product, version, pointed, len(done.actions[c.name]))
	}
	b.WriteString("\n¹ It takes an exception's class from the body's member `code`, with the real Lightsail, too.\n\n")
	writePrograms(&b)
	fmt.Fprintf(&b, "%s\n\n", outOfReach)
	writeActions(&b)
	return b.String()
}

// writeActions writes the section that has the clients of each action.
func writeActions(b *strings.Builder) {
	b.WriteString("## Actions\n\nThe clients by their names above. Programs are not among them.\n\n| action | clients |\n|---|---|\n")
	by := map[string][]string{}
	for _, c := range clients {
		for _, action := range done.actions[c.name] {
			by[action] = append(by[action], c.name)
		}
	}
	for _, action := range slices.SortedFunc(maps.Keys(by), cmp.Compare) {
		names := strings.Join(by[action], ", ")
		if len(by[action]) == len(clients) {
			names = "all"
		}
		fmt.Fprintf(b, "| %s | %s |\n", action, names)
	}
}

// writePrograms writes the section about programs that people run.
func writePrograms(b *strings.Builder) {
	b.WriteString(`## Programs

These programs were run as they are released, by their own commands or, for the two that set records of challenges, by the calls that they make
for that. A test compared what they found with what was there, and what they left. "endpoint" and "endpoints" are keys of their configurations.
Calls of other services are refused with 400, except those of AWS STS: see [divergences.md](divergences.md#sts).

| program | version | pointed by | what it did | actions called | calls of other services |
|---|---|---|---|---|---|
`)
	for _, a := range applications {
		fmt.Fprintf(b, "| %s | %s | `%s` | It %s. | %s | %s |\n", a.product, a.version, a.pointed, a.does,
			strings.Join(done.actions[a.name], ", "), cmp.Or(strings.Join(a.asks, ", "), "none"))
	}
	b.WriteString("\n")
}

// outOfReach says which clients were not run, and why.
const outOfReach = `## Not run

| client | why |
|---|---|
| .NET | It comes from NuGet, where a test of this project cannot get it. Debian does not package it. |
| PHP | It comes from Packagist, where a test of this project cannot get it. Debian has AsyncAws for SES, SNS and SQS only. |
| Ruby | It comes from RubyGems, where a test of this project cannot get it. Debian has the core of version 3 with S3, KMS and CloudFormation, and version 1, which has no Lightsail. |
| Kotlin | The Maven repository of the tests has no version of it. |
| Java, later versions | The Maven repository of the tests has no later one of its Lightsail module. |
| C++ | It is built from sources that a test of this project cannot get. Debian does not package it. |
| Perl, Haskell | AWS has no SDK for them. Debian has signers for Perl, with clients for EC2, S3 and SQS, and a library for Haskell without Lightsail. |
| Ansible 13 and later | They need Python 3.12; Debian 12 has 3.11. |`
