//go:build unix

package safefile

import (
	"os"
	"path/filepath"
	"testing"
)

// TestDirectory_trustedOnDemand takes the volumes of Kubernetes, which all may write in,
// when the operator says that there are no other users. Files are still judged.
func TestDirectory_trustedOnDemand(t *testing.T) {
	mount := mkdir(t, filepath.Join(t.TempDir(), "emptyDir"), 0o777)
	give(t, mount)
	below := mkdir(t, filepath.Join(mount, "data"), 0o700)
	key := write(t, filepath.Join(below, "key"), 0o644)
	for setting, refused := range map[string]bool{"": true, "false": true, "no": true, "true": false, "1": false} {
		t.Setenv(trustVariable, setting)
		for _, dir := range []string{mount, below} {
			if err := Directory(dir); (err != nil) != refused {
				t.Errorf("Directory %s with %s=%s: got %v, want refused %t", dir, trustVariable, setting, err, refused)
			}
		}
	}
	t.Setenv(trustVariable, "true")
	_, err := ReadSecret(key)
	want(t, "a secret in a trusted directory", err, "can be read by other users (mode 0644)")
}

func TestIsSudoUser(t *testing.T) {
	for setting, want := range map[string]bool{"": false, "12345": true, "1234": false, "-1": false, "x": false} {
		if got := isSudoUser(12345, setting); got != want {
			t.Errorf("isSudoUser(12345, %q): got %t, want %t", setting, got, want)
		}
	}
}

// TestIsUnmapped has the maps of a machine, of a sandbox, and of a rootless container.
func TestIsUnmapped(t *testing.T) {
	for _, tc := range []struct {
		id    int
		users string
		want  bool
	}{
		{65534, "         0          0 4294967295\n", false},
		{65534, "      1000       1000          1\n", true},
		{1000, "      1000       1000          1\n", false},
		{65534, "         0       1000          1\n         1     100000      65536\n", true},
	} {
		if got := isUnmapped(tc.id, "65534\n", tc.users); got != tc.want {
			t.Errorf("isUnmapped(%d) with the map %q: got %t, want %t", tc.id, tc.users, got, tc.want)
		}
	}
}

// TestDirectory_belowAnotherUsers: root keeps its data in the home of the user who called
// sudo, and a container's root in any.
func TestDirectory_belowAnotherUsers(t *testing.T) {
	home := mkdir(t, filepath.Join(t.TempDir(), "home"), 0o755)
	ours := mkdir(t, filepath.Join(home, "ours"), 0o700)
	text := ""
	if given := give(t, home); given && !inContainer() {
		text = "belongs to the user 12345"
	}
	want(t, "without sudo", Directory(ours), text)
	t.Setenv("SUDO_UID", "12345")
	want(t, "with sudo", Directory(ours), "")
	chmod(t, home, 0o777)
	want(t, "where all may write", Directory(ours), "all users can replace what is in ")
}

func TestTightenEmpty(t *testing.T) {
	for _, tc := range []struct {
		mode os.FileMode
		file bool
		want os.FileMode
	}{{0o775, false, 0o700}, {0o777, false, 0o700}, {0o755, false, 0o755}, {0o775, true, 0o775}} {
		dir := mkdir(t, filepath.Join(t.TempDir(), "data"), tc.mode)
		if tc.file {
			write(t, filepath.Join(dir, "planted"), 0o600)
		}
		TightenEmpty(dir)
		info, err := os.Stat(dir)
		if err != nil || info.Mode().Perm() != tc.want {
			t.Errorf("mode of a directory %v, with a file %t: got %v, %v, want %v", tc.mode, tc.file, info.Mode(), err, tc.want)
		}
	}
	theirs := mkdir(t, filepath.Join(t.TempDir(), "theirs"), 0o777)
	if !give(t, theirs) {
		return
	}
	TightenEmpty(theirs)
	if info, err := os.Stat(theirs); err != nil || info.Mode().Perm() != 0o777 {
		t.Errorf("mode of another user's directory: got %v, %v, want 0777", info.Mode(), err)
	}
}

// TestJudge_ofComposesSecrets: Docker Compose mounts a secret's file with the owner and
// the mode that it has on the host.
func TestJudge_ofComposesSecrets(t *testing.T) {
	file := write(t, filepath.Join(t.TempDir(), "key"), 0o644)
	give(t, file)
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "in /run/secrets", judge("/run/secrets/key", "/run/secrets/key", info, true), "")
	if err := judge(file, file, info, true); err == nil {
		t.Error("elsewhere: got no error, want one")
	}
	if info, err = os.Stat(chmod(t, file, 0o666)); err != nil {
		t.Fatal(err)
	}
	want(t, "that all may change", judge("/run/secrets/key", "/run/secrets/key", info, true), "can be changed by other users")
}

// TestRead_ofCheckouts reads a file that is no secret as continuous integration's root has
// it, or a user whose umask is 002.
func TestRead_ofCheckouts(t *testing.T) {
	file := write(t, filepath.Join(t.TempDir(), "identities.yaml"), 0o664)
	text := ""
	if os.Geteuid() != os.Getegid() {
		text = "can be changed by other users"
	}
	_, err := Read(file)
	want(t, "with the umask 002", err, text)
	_, err = ReadSecret(file)
	want(t, "a secret with the umask 002", err, "can be changed by other users (mode 0664)")
	if !give(t, file) {
		return
	}
	t.Setenv("SUDO_UID", "12345")
	_, err = Read(file)
	want(t, "of the user who called sudo", err, "")
	_, err = ReadSecret(file)
	want(t, "a secret of the user who called sudo", err, "belongs to the user 12345")
}
