package sshconfig_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/sshconfig"
)

func host(id, region, name, public string) sshconfig.Host {
	return sshconfig.Host{
		ID: id, Account: "111122223333", Region: region, Name: name, PublicAddress: public,
		User: "admin", Address: "127.0.0.1", Port: 22001, Keys: []string{"ssh-ed25519 AAAAC3NzaC1lZDI1" + id[:8], "ssh-rsa AAAAB3NzaC1yc2EA" + id[:8]},
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "100% new", "ssh")
	path, err := sshconfig.Write(dir, "config", "us-east-1", []sshconfig.Host{
		host("00000002-0000-4000-8000-000000000000", "us-east-1", "web", "198.18.0.5"), host("00000001-0000-4000-8000-000000000000", "eu-west-1", "Mail", ""),
	})
	if err != nil || path != filepath.Join(dir, "config") {
		t.Fatalf("%s, %v", path, err)
	}
	known := strings.ReplaceAll(filepath.ToSlash(path), "%", "%%") + ".known_hosts"
	want := `# Made by lanyard ssh-config, which makes it anew each time.

Host Mail.eu-west-1 Mail
    HostName 127.0.0.1
    Port 22001
    User admin
    HostKeyAlias 00000001-0000-4000-8000-000000000000
    UserKnownHostsFile "` + known + `"
    StrictHostKeyChecking yes

Host web.us-east-1 web 198.18.0.5
    HostName 127.0.0.1
    Port 22001
    User admin
    HostKeyAlias 00000002-0000-4000-8000-000000000000
    UserKnownHostsFile "` + known + `"
    StrictHostKeyChecking yes
`
	if diff := cmp.Diff(want, read(t, path)); diff != "" {
		t.Errorf("config (-want +got):\n%s", diff)
	}
	one, two := "00000001-0000-4000-8000-000000000000", "00000002-0000-4000-8000-000000000000"
	wantKnown := one + " ssh-ed25519 AAAAC3NzaC1lZDI100000001\n" + one + " ssh-rsa AAAAB3NzaC1yc2EA00000001\n" +
		two + " ssh-ed25519 AAAAC3NzaC1lZDI100000002\n" + two + " ssh-rsa AAAAB3NzaC1yc2EA00000002\n"
	if diff := cmp.Diff(wantKnown, read(t, path+".known_hosts")); diff != "" {
		t.Errorf("known hosts (-want +got):\n%s", diff)
	}
	wantPrivate(t, dir, path)
	if _, err := sshconfig.Write(dir, "config", "", nil); err != nil || strings.Contains(read(t, path), "Host") {
		t.Errorf("written anew without hosts: %v, %s", err, read(t, path))
	}
}

// wantPrivate wants no other user to read the files, and none to be left over.
func wantPrivate(t *testing.T, dir, path string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("the directory holds %v, %v", entries, err)
	}
	if runtime.GOOS == "windows" {
		return
	}
	for file, want := range map[string]os.FileMode{dir: 0o700, path: 0o600, path + ".known_hosts": 0o600} {
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != want {
			t.Errorf("mode of %s: got %v, %v, want %v", file, info.Mode(), err, want)
		}
	}
}

// TestWrite_isReadByOpenSSH asks the client which host it would connect to as whom.
func TestWrite_isReadByOpenSSH(t *testing.T) {
	one, two := host("00000001-0000-4000-8000-000000000000", "us-east-1", "web", "198.18.0.5"), host("00000002-0000-4000-8000-000000000000", "eu-west-1", "web", "198.18.0.6")
	// An instance may be called like another one with its region.
	trap := host("00000003-0000-4000-8000-000000000000", "us-east-1", "web.eu-west-1", "")
	only := host("00000004-0000-4000-8000-000000000000", "ap-south-1", "Only-One", "")
	path, err := sshconfig.Write(filepath.Join(t.TempDir(), "a b"), "config", "eu-west-1", []sshconfig.Host{trap, one, two, only})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"web": "00000002-0000-4000-8000-000000000000", "web.us-east-1": "00000001-0000-4000-8000-000000000000", "web.eu-west-1": "00000002-0000-4000-8000-000000000000", "web.eu-west-1.us-east-1": "00000003-0000-4000-8000-000000000000",
		"198.18.0.5": "00000001-0000-4000-8000-000000000000", "198.18.0.6": "00000002-0000-4000-8000-000000000000", "Only-One": "00000004-0000-4000-8000-000000000000",
	} {
		out, err := exec.CommandContext(t.Context(), "ssh", "-G", "-F", path, name).CombinedOutput()
		if err != nil {
			t.Fatalf("ssh -G: %v: %s", err, out)
		}
		for _, line := range []string{"hostkeyalias " + want, "hostname 127.0.0.1", "port 22001", "user admin", "userknownhostsfile " + path + ".known_hosts", "stricthostkeychecking true"} {
			if !strings.Contains("\n"+string(out), "\n"+line+"\n") {
				t.Errorf("configuration of %s: got no line %q in\n%s", name, line, out)
			}
		}
	}
}

func TestWrite_refusesPaths(t *testing.T) {
	for _, name := range []string{`a"b`, "a\nb", "${HOME}"} {
		dir := filepath.Join(t.TempDir(), name)
		if _, err := sshconfig.Write(dir, "config", "", nil); err == nil {
			t.Errorf("error for the name %q: got none", name)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("file of the name %q: got one, want none", name)
		}
	}
}

func TestFind(t *testing.T) {
	hosts := []sshconfig.Host{host("00000001-0000-4000-8000-000000000000", "us-east-1", "web", ""), host("00000002-0000-4000-8000-000000000000", "eu-west-1", "web", ""), host("00000003-0000-4000-8000-000000000000", "eu-west-1", "mail", "")}
	for _, tc := range []struct {
		name, region string
		want         []string
	}{
		{"web", "", []string{"00000002-0000-4000-8000-000000000000", "00000001-0000-4000-8000-000000000000"}},
		{"web", "us-east-1", []string{"00000001-0000-4000-8000-000000000000"}},
		{"web.eu-west-1", "", []string{"00000002-0000-4000-8000-000000000000"}},
		{"web.eu-west-1", "us-east-1", []string{"00000002-0000-4000-8000-000000000000"}},
		{"mail", "", []string{"00000003-0000-4000-8000-000000000000"}},
		{"mail", "us-east-1", nil},
	} {
		var got []string
		for _, h := range sshconfig.Find(hosts, tc.name, tc.region) {
			got = append(got, h.ID)
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("hosts %s in %q (-want +got):\n%s", tc.name, tc.region, diff)
		}
	}
}
