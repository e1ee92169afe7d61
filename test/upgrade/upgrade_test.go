package upgrade

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"

	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/server"
	"github.com/lanyard-cloud/lanyard/internal/server/servertest"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

const fixture = "testdata/schema4/"

// secretText is what is nowhere in a store after the upgrade.
const secretText = "hunter2-in-the-open"

func goldenAnswers(t *testing.T) (g Golden) {
	t.Helper()
	if err := json.Unmarshal(contents(t, fixture+"answers.json"), &g); err != nil {
		t.Fatal(err)
	}
	return g
}

func contents(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// oldData makes a data directory with a copy of the old master key, and of the SQLite store.
func oldData(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"master.key", "lanyard.db"} {
		if err := os.WriteFile(filepath.Join(dir, name), contents(t, fixture+name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// serve starts a server at the time at which the old one gave its answers.
func serve(t *testing.T, d home.Database, now time.Time) (s *server.Server, stop func()) {
	t.Helper()
	o := servertest.Options(d.DataDir)
	o.Database, o.Clock = d, func() time.Time { return now }
	return servertest.Start(t, o)
}

// wantUpgraded wants a server on the old store to answer as the old one did, its secrets to open, and user data to
// reach the machine.
func wantUpgraded(t *testing.T, d home.Database) {
	t.Helper()
	golden := goldenAnswers(t)
	s, stop := serve(t, d, golden.Now)
	got := readAll(t, s.Endpoint(), golden.Keys)
	for name, want := range golden.Answers {
		if diff := cmp.Diff(present(t, want), decoded(t, got[name])); diff != "" {
			t.Errorf("%s (-old +new):\n%s", name, diff)
		}
	}
	if len(got) != len(golden.Answers) {
		t.Errorf("%d answers, want %d", len(got), len(golden.Answers))
	}
	wantLogin(t, s, golden.Keys)
	stop()
	wantSameExport(t, d)
	again, _ := serve(t, d, golden.Now)
	wantLogin(t, again, golden.Keys)
}

// wantLogin logs in to an instance with the default key, and reads its user data.
func wantLogin(t *testing.T, s *server.Server, keys map[string]Key) {
	t.Helper()
	c := connect(s.Endpoint(), "us-east-1", keys["root"])
	key, err := c.DownloadDefaultKeyPair(t.Context(), &lightsail.DownloadDefaultKeyPairInput{})
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.ParsePrivateKey([]byte(*key.PrivateKeyBase64))
	if err != nil {
		t.Fatal(err)
	}
	client, err := ssh.Dial("tcp", s.SSHAddress("us-east-1", "web"), &ssh.ClientConfig{
		User: "admin", Auth: []ssh.AuthMethod{ssh.PublicKeys(signer)},
		HostKeyCallback: ssh.InsecureIgnoreHostKey(),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	session, err := client.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	out, err := session.Output("sudo cat /var/lib/cloud/instance/user-data.txt")
	if string(out) != userData || err != nil {
		t.Errorf("user data in the instance: %q, %v, want %q", out, err, userData)
	}
	alice := connect(s.Endpoint(), "us-east-1", keys["alice"])
	if _, err := alice.GetInstances(t.Context(), &lightsail.GetInstancesInput{}); err != nil {
		t.Errorf("alice may not read any more: %v", err)
	}
	if _, err := alice.DeleteDisk(t.Context(), &lightsail.DeleteDiskInput{DiskName: new("vault")}); err == nil || !strings.Contains(err.Error(), "AccessDenied") {
		t.Errorf("alice deletes a disk: %v, want AccessDeniedException", err)
	}
}

// encryptedPassword is a password of Windows as old exports have it.
var encryptedPassword = regexp.MustCompile(`"encryptedPassword":"[^"]*",`)

// wantSameExport wants the rows that a client does not see, too: an export of the upgraded store differs from that of
// the old one by the header, by user data and encrypted passwords, by attachments, which are links now, and by the download's operations alone.
func wantSameExport(t *testing.T, d home.Database) {
	t.Helper()
	s, err := home.Open(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	var out bytes.Buffer
	if _, err := s.Export(t.Context(), export.Options{}, &out); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), secretText) {
		t.Error("an export without secrets has user data")
	}
	if encryptedPassword.MatchString(out.String()) {
		t.Error("an export without secrets has a password of Windows")
	}
	old, _ := json.Marshal(userData)
	before := strings.ReplaceAll(string(contents(t, fixture+"without-secrets.jsonl")), `,"userData":`+string(old), "")
	before = encryptedPassword.ReplaceAllLiteralString(before, "")
	if diff := cmp.Diff(unlinked(t, before, 3), unlinked(t, out.String(), 0)); diff != "" {
		t.Errorf("export without attachments (-old +new):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"data {\"path\":\"/dev/xvdf\"} web", "front {} web", "restored-xvdf {\"path\":\"/dev/xvdf\"} restored"}, links(t, out.String())); diff != "" {
		t.Errorf("links in the export (-want +got):\n%s", diff)
	}
}

// present is an old answer as it is today. What differs on purpose:
//
//   - a tag without a value, or with an empty one, has no value; it was shown with an empty one.
func present(t *testing.T, old json.RawMessage) any {
	t.Helper()
	answer := decoded(t, old)
	clearEmptyTags(answer)
	return answer
}

func clearEmptyTags(answer any) {
	switch answer := answer.(type) {
	case []any:
		for _, element := range answer {
			clearEmptyTags(element)
		}
	case map[string]any:
		if _, tag := answer["Key"]; tag && answer["Value"] == "" {
			answer["Value"] = nil
		}
		for _, member := range answer {
			clearEmptyTags(member)
		}
	}
}

func decoded(t *testing.T, text json.RawMessage) (v any) {
	t.Helper()
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestUpgrade_sqlite opens an SQLite store of an earlier version.
func TestUpgrade_sqlite(t *testing.T) {
	dir := oldData(t)
	if !inFiles(t, dir, secretText) {
		t.Fatal("the old store has no user data in the open")
	}
	wantUpgraded(t, home.Database{DataDir: dir})
	if inFiles(t, dir, secretText) {
		t.Error("a file of the upgraded store has user data in the open")
	}
	wantNothingPending(t, filepath.Join(dir, "lanyard.db"))
}

// wantNothingPending wants the upgrade to be over: the next start does not look for what it sealed.
func wantNothingPending(t *testing.T, path string) {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{DSN: path})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	err = db.View(t.Context(), func(tx *store.Tx) error {
		pending, err := tx.PendingSteps()
		if len(pending) > 0 {
			t.Errorf("steps that are pending after the upgrade: %q", pending)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// inFiles reports whether a text is in any file of a directory, unused parts of databases included.
func inFiles(t *testing.T, dir, text string) bool {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range found {
		if bytes.Contains(contents(t, path), []byte(text)) {
			return true
		}
	}
	return false
}

// TestUpgrade_commandsWaitForTheServer wants commands to leave a store alone that the server has not upgraded.
func TestUpgrade_commandsWaitForTheServer(t *testing.T) {
	_, err := home.Open(t.Context(), home.Database{DataDir: oldData(t)})
	if err == nil || !strings.Contains(err.Error(), "was made by an older version of lanyard: start the server once") {
		t.Errorf("OpenStore = %v", err)
	}
}

// TestUpgrade_importOfAnExport reads what the earlier version exported: the user data in it is sealed as well.
func TestUpgrade_importOfAnExport(t *testing.T) {
	d := home.Database{DataDir: filepath.Join(t.TempDir(), "new")}
	file := bytes.NewReader(contents(t, fixture+"export.jsonl"))
	o := export.ImportOptions{Passphrase: []byte("correct horse battery staple")}
	if _, err := home.Import(t.Context(), d, o, file); err != nil {
		t.Fatal(err)
	}
	if inFiles(t, d.DataDir, secretText) {
		t.Error("a file of the store has user data in the open")
	}
	wantUpgraded(t, d)
}
