//go:build sdks

package sdks

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

var changed = regexp.MustCompile(`localhost +: ok=\d+ +changed=(\d+) `)

// playBooks has Ansible play the playbooks of the suite of clients, which an older Ansible plays there, and one about what
// the older collection does not have. They say by themselves what each step has to find.
func playBooks(t *testing.T, a application, w *world) {
	const older = "../../clients/testdata/ansible/"
	dir := t.TempDir()
	env := slices.DeleteFunc(a.environ(t, w), func(v string) bool { return strings.HasPrefix(v, "ANSIBLE_") })
	env = append(env, "ANSIBLE_CONFIG=ansible/ansible.cfg", "ANSIBLE_LOCAL_TEMP="+dir, "ANSIBLE_REMOTE_TEMP="+dir)
	for _, play := range []struct{ file, changed string }{
		{"ansible/firewall.yml", "2"},
		{older + "site.yml", "2"},
		{older + "site.yml", "0"},
		{older + "life.yml", "4"},
		{older + "snapshot.yml", "2"},
		{older + "remove.yml", "2"},
		{older + "remove.yml", "0"},
	} {
		out := a.run(t, env, "--extra-vars", "zone=us-east-1a", play.file)
		if recap := changed.FindStringSubmatch(out); recap == nil || recap[1] != play.changed {
			t.Errorf("%s changed %q things, want %s:\n%s", play.file, recap, play.changed, out)
		}
	}
}
