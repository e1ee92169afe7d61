package sshconfig_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/sshconfig"
)

// TestWrite_refusesFieldsThatOpenSSHReadsAsMore changes one field of a good host at a
// time. Nothing may be written, and the error names the field.
func TestWrite_refusesFieldsThatOpenSSHReadsAsMore(t *testing.T) {
	const command = "\n    ProxyCommand touch /tmp/owned #"
	for _, tc := range []struct {
		field  string
		values []string
		set    func(*sshconfig.Host, string)
	}{
		{"id", []string{"", "*", "@cert-authority *", "00000001-0000-4000-8000-00000000000A", "x" + command}, func(h *sshconfig.Host, v string) { h.ID = v }},
		{"name", []string{"", "*", "!web", "w?b", "web *", "-oProxyCommand=x", "web" + command, `w"b`, "wëb"}, func(h *sshconfig.Host, v string) { h.Name = v }},
		{"region", []string{"", "*", "us-east-1 *", "us-east-1\nHost *", "US-EAST-1"}, func(h *sshconfig.Host, v string) { h.Region = v }},
		{"user name", []string{"", "admin" + command, "admin\r", "admin x", "-l", "%u", "Admin", strings.Repeat("a", 33)}, func(h *sshconfig.Host, v string) { h.User = v }},
		{"address", []string{"", "localhost", "127.0.0.1" + command, "fe80::1%eth0"}, func(h *sshconfig.Host, v string) { h.Address = v }},
		{"public address", []string{"*", "198.18.0.5 *", "web.example"}, func(h *sshconfig.Host, v string) { h.PublicAddress = v }},
		{
			"host key",
			[]string{"", "ssh-rsa", "ssh-rsa AAAA", "ssh-rsa AAAAB3NzaC1yc2EA\n* ssh-rsa AAAAB3NzaC1yc2EA", "ssh-rsa AAAAB3NzaC1yc2EA comment", "# AAAAB3NzaC1yc2EAAAAA"},
			func(h *sshconfig.Host, v string) { h.Keys = []string{v} },
		},
	} {
		for _, value := range tc.values {
			dir := filepath.Join(t.TempDir(), "ssh")
			h := host("00000001-0000-4000-8000-000000000000", "us-east-1", "web", "198.18.0.5")
			tc.set(&h, value)
			_, err := sshconfig.Write(dir, "config", "us-east-1", []sshconfig.Host{h})
			if err == nil || !strings.Contains(err.Error(), "an invalid "+tc.field+":") || strings.ContainsAny(err.Error(), "\n\r") {
				t.Errorf("error for the %s %q: got %v, want one line that names the field", tc.field, value, err)
			}
			if _, err := os.Stat(dir); err == nil {
				t.Errorf("the %s %q: a directory was made", tc.field, value)
			}
		}
	}
	for _, name := range []string{"../config", "", ".", "a/b", "a\nb"} {
		if _, err := sshconfig.Write(t.TempDir(), name, "", nil); err == nil {
			t.Errorf("the file name %q was accepted", name)
		}
	}
}
