//go:build clients

package clients

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/test/process"
)

// TestAnsible runs playbooks with the Lightsail modules of the collection community.aws: a site, that it is left alone
// the second time, the states of an instance, a snapshot, and the end of all.
func TestAnsible(t *testing.T) {
	need(t, "ansible-playbook", "apt-get install ansible")
	need(t, "aws", "apt-get install awscli")
	t.Parallel()
	checker := startChecked(t, quick...)
	a := &ansible{endpoint: checker.URL, dir: t.TempDir()}
	snapshot := "snapshot.yml"
	if !a.hasModule(t, "community.aws.lightsail_snapshot") { // it came with version 6 of the collection
		snapshot = "snapshot_by_cli.yml"
	}
	for _, play := range []struct {
		file    string
		changed string
	}{
		{"site.yml", "2"},
		{"site.yml", "0"},
		{"life.yml", "4"},
		{snapshot, "2"},
		{"remove.yml", "2"},
		{"remove.yml", "0"},
	} {
		if got := a.play(t, play.file); got != play.changed {
			t.Errorf("%s changed %s things, want %s", play.file, got, play.changed)
		}
	}
	for _, action := range []string{
		"AllocateStaticIp", "CreateInstances", "StopInstance", "StartInstance", "RebootInstance", "CreateInstanceSnapshot",
		"DeleteInstanceSnapshot", "DeleteInstance", "ReleaseStaticIp",
	} {
		if !checker.Saw(action, "") {
			t.Errorf("%s was never answered with success", action)
		}
	}
}

// ansible is Ansible with a server: its modules know the variable AWS_URL.
type ansible struct{ endpoint, dir string }

// run runs a program of Ansible's, with no configuration of anybody's.
func (a *ansible) run(t *testing.T, program string, args ...string) (string, error) {
	t.Helper()
	config := filepath.Join(a.dir, "ansible.cfg")
	if err := os.WriteFile(config, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Env = slices.DeleteFunc(process.ClientEnviron(t, "AWS_URL="+a.endpoint, "AWS_REGION="+journeyRegion, "AWS_DEFAULT_REGION="+journeyRegion),
		func(v string) bool {
			return strings.HasPrefix(v, "ANSIBLE_") && !strings.HasPrefix(v, "ANSIBLE_COLLECTIONS_PATH")
		})
	cmd.Env = append(cmd.Env, "ANSIBLE_CONFIG="+config, "ANSIBLE_LOCAL_TEMP="+a.dir, "ANSIBLE_REMOTE_TEMP="+a.dir,
		"ANSIBLE_LOCALHOST_WARNING=false", "ANSIBLE_NOCOLOR=true")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// hasModule reports whether the installed collections have a module.
func (a *ansible) hasModule(t *testing.T, name string) bool {
	t.Helper()
	out, err := a.run(t, "ansible-doc", "--type", "module", "--list", "community.aws")
	if err != nil {
		t.Fatalf("ansible-doc: %v\n%s", err, out)
	}
	return strings.Contains(out, name+" ")
}

var changed = regexp.MustCompile(`localhost +: ok=\d+ +changed=(\d+) `)

// play runs a playbook and returns how many things it changed.
func (a *ansible) play(t *testing.T, file string) string {
	t.Helper()
	out, err := a.run(t, "ansible-playbook", "--extra-vars", "zone="+journeyRegion+"a", filepath.Join("testdata", "ansible", file))
	recap := changed.FindStringSubmatch(out)
	if err != nil || recap == nil {
		t.Fatalf("%s: %v\n%s", file, err, out)
	}
	return recap[1]
}
