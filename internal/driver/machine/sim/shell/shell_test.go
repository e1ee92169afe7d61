package shell_test

import (
	"bufio"
	"bytes"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine"
	"github.com/lanyard-cloud/lanyard/internal/driver/machine/sim/shell"
)

var bootedAt = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func web() machine.Instance {
	return machine.Instance{
		ID: "5b1c", Name: "web", Hostname: "ip-172-26-10-39", Username: "admin", PrivateIP: netip.MustParseAddr("172.26.10.39"),
		Region: "us-east-1", Zone: "us-east-1a", Blueprint: "debian_12", BlueprintName: "Debian 12", Bundle: "nano_3_0",
		CPUs: 2, RAMGiB: 0.5, DiskGiB: 20, UserData: "#!/bin/sh\necho hello\n",
		AuthorizedKeys: []string{"ssh-rsa AAAA"}, CertAuthority: "ssh-ed25519 BBBB", BootedAt: bootedAt,
	}
}

// after is the clock of an instance that was started that long ago.
func after(up time.Duration) func() time.Time {
	return func() time.Time { return bootedAt.Add(up) }
}

// lineReader is an input without a terminal.
type lineReader struct{ *bufio.Reader }

func lineInput(text string) lineReader {
	return lineReader{bufio.NewReaderSize(strings.NewReader(text), shell.MaxText)}
}

func (r lineReader) ReadLine(string) (string, error) {
	line, err := r.ReadSlice('\n')
	if len(line) > 0 {
		return string(line), nil
	}
	return "", err
}

// run runs a command that reads an input, and returns what it wrote and its status.
func run(t *testing.T, command, input string) (out, errOut string, status int) {
	t.Helper()
	var o, e bytes.Buffer
	s := shell.New(web(), after(3*time.Minute), shell.Streams{In: lineInput(input), Out: &o, Err: &e})
	status = s.Exec(command)
	return o.String(), e.String(), status
}

func TestExec_showsTheInstance(t *testing.T) {
	tests := []struct{ command, want string }{
		{"hostname", "ip-172-26-10-39\n"},
		{"hostname -f", "ip-172-26-10-39.ec2.internal\n"},
		{"hostname -I", "172.26.10.39\n"},
		{"whoami", "admin\n"},
		{"sudo whoami", "root\n"},
		{"sudo -n whoami; whoami", "root\nadmin\n"},
		{"id", "uid=1000(admin) gid=1000(admin) groups=1000(admin)\n"},
		{"id -u; sudo id -u; id -un", "1000\n0\nadmin\n"},
		{"uname", "Linux\n"},
		{"uname -n", "ip-172-26-10-39\n"},
		{"uname -a", "Linux ip-172-26-10-39 6.1.0-lanyard #1 SMP simulated x86_64 GNU/Linux\n"},
		{"uname -s -m", "Linux x86_64\n"},
		{"uptime", " 12:03:00 up 3 min,  1 user,  load average: 0.00, 0.00, 0.00\n"},
		{"uptime -p", "up 3 minutes\n"},
		{"uptime -s", "2026-03-01 12:00:00\n"},
		{"pwd", "/home/admin\n"},
		{"cd /etc && pwd; cd; pwd", "/etc\n/home/admin\n"},
		{"cd .ssh; cat authorized_keys", "ssh-rsa AAAA\n"},
		{"cat /etc/hostname", "ip-172-26-10-39\n"},
		{"/bin/cat /etc/hostname", "ip-172-26-10-39\n"},
		{"cat ~/.ssh/authorized_keys", "ssh-rsa AAAA\n"},
		{"cat /etc/ssh/lightsail_instance_ca.pub", "ssh-ed25519 BBBB\n"},
		{"sudo cat /var/lib/cloud/instance/user-data.txt", "#!/bin/sh\necho hello\n"},
		{"cat /proc/uptime", "180.00 360.00\n"},
		{"cat /etc/hosts", "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n172.26.10.39 ip-172-26-10-39.ec2.internal ip-172-26-10-39\n"},
		{"cat /etc/os-release", "PRETTY_NAME=\"Debian 12\"\nNAME=\"Debian 12\"\nID=debian\nVERSION_ID=\"12\"\nVARIANT=\"simulated instance\"\nVARIANT_ID=simulated\n"},
		{"ls /", "etc\nhome\nproc\nroot\nvar\n"},
		{"ls", ""},
		{"ls -a", ".ssh\n"},
		{"ls -l /etc/hostname", "-rw-r--r-- root root     16 Mar  1 12:00 /etc/hostname\n"},
		{"ls -la /var/lib/cloud/instance", "-rw------- root root     21 Mar  1 12:00 user-data.txt\n"},
		{"ls /home /proc", "/home:\nadmin\n/proc:\nloadavg\nuptime\n"},
		{"date", "Sun Mar  1 12:03:00 UTC 2026\n"},
		{"date -u +%Y-%m-%dT%H:%M:%SZ", "2026-03-01T12:03:00Z\n"},
		{"date +%s%%%q", "1772366580%%q\n"},
		{"nproc", "2\n"},
		{"free -m", "                total        used        free   available\nMem:              512          64         448         448\nSwap:               0           0           0\n"},
		{"df -h", "Filesystem      Size  Used Avail Use% Mounted on\n/dev/xvda1       20G    2G   18G  10% /\n"},
		{"printenv HOME; echo $SHELL", "/home/admin\n/bin/bash\n"},
		{"env", "HOME=/home/admin\nLANG=C.UTF-8\nLOGNAME=admin\nPATH=/usr/local/bin:/usr/bin:/bin\nPWD=/home/admin\nSHELL=/bin/bash\nUSER=admin\n"},
	}
	for _, test := range tests {
		t.Run(test.command, func(t *testing.T) {
			out, errOut, status := run(t, test.command, "")
			if out != test.want || errOut != "" || status != 0 {
				t.Errorf("got %q, %q, status %d; want %q", out, errOut, status, test.want)
			}
		})
	}
}

func TestExec_uptime(t *testing.T) {
	tests := map[time.Duration]string{
		-time.Hour:                   " 11:00:00 up 0 min,",
		59 * time.Minute:             " 12:59:00 up 59 min,",
		125 * time.Minute:            " 14:05:00 up 2:05,",
		24 * time.Hour:               " 12:00:00 up 1 day, 0 min,",
		4*24*time.Hour + 2*time.Hour: " 14:00:00 up 4 days, 2:00,",
	}
	for up, want := range tests {
		var out bytes.Buffer
		shell.New(web(), after(up), shell.Streams{In: lineInput(""), Out: &out, Err: io.Discard}).Exec("uptime")
		if !strings.HasPrefix(out.String(), want) {
			t.Errorf("after %v uptime shows %q, want %q", up, out.String(), want)
		}
	}
}

func TestExec_language(t *testing.T) {
	tests := []struct {
		command, out, errOut string
		status               int
	}{
		{command: "", status: 0},
		{command: "  # a comment", status: 0},
		{command: "echo a#b # c", out: "a#b\n"},
		{command: `echo 'a  b' "c  d" e   f`, out: "a  b c  d e f\n"},
		{command: `echo a"b"'c'\d`, out: "abcd\n"},
		{command: `echo "a\"b\\c\d\$HOME"`, out: "a\"b\\c\\d$HOME\n"},
		{command: `echo '$HOME' "$HOME" ${USER}x $`, out: "$HOME /home/admin adminx $\n"},
		{command: `echo "" '' $NOTHING | true`},
		{command: `echo "" $NOTHING x`, out: " x\n"},
		{command: "echo ä\\ö \"ü\"", out: "äö ü\n"},
		{command: "echo ~ ~/x '~' a~ ~b", out: "/home/admin /home/admin/x ~ a~ ~b\n"},
		{command: "echo -n a; echo b", out: "ab\n"},
		{command: "echo a\\\nb", out: "ab\n"},
		{command: "echo a &&\n\n echo b", out: "a\nb\n"},
		{command: "true && echo yes || echo no", out: "yes\n"},
		{command: "false && echo yes || echo no", out: "no\n"},
		{command: "false || false; echo $?", out: "1\n"},
		{command: "true\nfalse\n", status: 1},
		{command: "exit 7; echo never", status: 7},
		{command: "exit 300", status: 44},
		{command: "exit -1", status: 255},
		{command: "false; exit", status: 1},
		{command: "exit x", errOut: "exit: x: numeric argument required\n", status: 2},
		{command: "foo", errOut: "bash: foo: command not found\n", status: 127},
		{command: "foo; echo $?", out: "127\n", errOut: "bash: foo: command not found\n"},
		{command: "/usr/bin/python3", errOut: "bash: /usr/bin/python3: No such file or directory\n", status: 127},
		{command: "sudo foo", errOut: "sudo: foo: command not found\n", status: 1},
		{command: "sudo", errOut: "sudo: usage: sudo [-n] command, or sudo -i\n", status: 1},
		{command: "bash -c 'echo in; exit 3'; echo $?", out: "in\n3\n"},
		{command: "sh -lc 'exit 4'", status: 4},
		{command: "sudo sh -c whoami", out: "root\n"},
		{command: "bash -c", errOut: "bash: -c: option requires an argument\n", status: 2},
		{command: "bash install.sh", errOut: "bash: install.sh: No such file or directory\n", status: 127},
		{command: "cat /etc/shadow", errOut: "cat: /etc/shadow: No such file or directory\n", status: 1},
		{command: "cat /etc/../../../etc/passwd", errOut: "cat: /etc/../../../etc/passwd: No such file or directory\n", status: 1},
		{command: "cat /etc", errOut: "cat: /etc: Is a directory\n", status: 1},
		{command: "cat /var/lib/cloud/instance/user-data.txt", errOut: "cat: /var/lib/cloud/instance/user-data.txt: Permission denied\n", status: 1},
		{command: "ls /root", errOut: "ls: cannot access '/root': Permission denied\n", status: 2},
		{command: "cd /root || cd /etc/hostname", errOut: "cd: /root: Permission denied\ncd: /etc/hostname: Not a directory\n", status: 1},
		{command: "echo 'open", errOut: "bash: syntax error: unexpected end of file\n", status: 2},
		{command: "echo a &&", errOut: "bash: syntax error: unexpected end of file\n", status: 2},
		{command: "; echo a", errOut: "bash: syntax error near unexpected token `;'\n", status: 2},
		{command: "&& echo a", errOut: "bash: syntax error near unexpected token `&&'\n", status: 2},
	}
	for _, test := range tests {
		t.Run(test.command, func(t *testing.T) {
			out, errOut, status := run(t, test.command, "")
			if out != test.out || errOut != test.errOut || status != test.status {
				t.Errorf("got %q, %q, status %d; want %q, %q, %d", out, errOut, status, test.out, test.errOut, test.status)
			}
		})
	}
}

func TestScript(t *testing.T) {
	tests := map[string]struct {
		command, input, out, errOut string
		status                      int
	}{
		"lines":                  {"bash -s", "hostname\nwhoami", "ip-172-26-10-39\nadmin\n", "", 0},
		"exit":                   {"bash", "echo a\nexit 9\necho b\n", "a\n", "", 9},
		"status of the last":     {"sh", "false\n", "", "", 1},
		"text over lines":        {"sh", "echo 'a\nb' &&\necho c\n", "a\nb\nc\n", "", 0},
		"continues after errors": {"sh", "foo\n;\necho a\n", "a\n", "bash: foo: command not found\nbash: syntax error near unexpected token `;'\n", 0},
		"ends in a quote":        {"sh", "echo 'a\n", "", "bash: syntax error: unexpected end of file\n", 2},
		"reads its own text":     {"sh", "cat\nwhoami\n", "whoami\n", "", 0},
		"cat":                    {"cat", "one\ntwo", "one\ntwo", "", 0},
		"cat without end":        {"cat - /etc/hostname", "x", "xip-172-26-10-39\n", "", 0},
		"as root":                {"sudo bash", "whoami\n", "root\n", "", 0},
		"shells in shells":       {"bash", strings.Repeat("bash\n", 20), "", strings.Repeat("bash: too many shells within one another\n", 13), 1},
		"one endless line":       {"sh", "echo " + strings.Repeat("a", 2*shell.MaxText), "", "bash: the command is too long\n", 2},
		"endless lines":          {"sh", "echo '" + strings.Repeat("x\n", 1000), "", "bash: the command is too long\n", 2},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			out, errOut, status := run(t, test.command, test.input)
			if out != test.out || errOut != test.errOut || status != test.status {
				t.Errorf("got %q, %q, status %d; want %q, %q, %d", out, errOut, status, test.out, test.errOut, test.status)
			}
		})
	}
}

func TestExec_boundsOutput(t *testing.T) {
	instance := web()
	instance.UserData = strings.Repeat("x", 16<<10)
	var out, errOut bytes.Buffer
	s := shell.New(instance, after(0), shell.Streams{In: lineInput(""), Out: &out, Err: &errOut})
	status := s.Exec("cd /var/lib/cloud/instance;" + strings.Repeat("sudo cat user-data.txt;", 1000))
	if status != 1 || out.Len() > 4<<20 || errOut.String() != "bash: the output of a command is limited to 4 MiB\n" {
		t.Errorf("got status %d after %d bytes, %q; want 1 after at most 4 MiB", status, out.Len(), errOut.String())
	}
}

// closedWriter is a client that has closed the connection.
type closedWriter struct{}

func (closedWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestScript_endsWithoutAReader(t *testing.T) {
	s := shell.New(web(), after(0), shell.Streams{In: lineInput("id\nexit 5\n"), Out: closedWriter{}, Err: closedWriter{}})
	if status := s.Script(); status != 1 {
		t.Errorf("got status %d, want 1 from the first command", status)
	}
}

// typed is an input that shows its prompts, as a terminal does. A line "^C" is
// Ctrl-C.
type typed struct {
	lines []string
	to    io.Writer
}

func (in *typed) ReadLine(prompt string) (string, error) {
	_, _ = io.WriteString(in.to, prompt)
	if len(in.lines) == 0 {
		return "", io.EOF
	}
	line := in.lines[0]
	in.lines = in.lines[1:]
	_, _ = io.WriteString(in.to, line+"\n")
	if line == "^C" {
		return "", shell.ErrInterrupted
	}
	return line + "\n", nil
}

func TestInteractive(t *testing.T) {
	var screen bytes.Buffer
	in := &typed{to: &screen, lines: []string{"hostname", "cd .ssh", "echo 'a", "b'", "sudo -i", "cat <<< $USER", "whoami", "bash", "exit", "exit", "foo", "cat", "^C", "echo $?"}}
	s := shell.New(web(), after(0), shell.Streams{In: in, Out: &screen, Err: &screen, Terminal: true})
	if status := s.Interactive(); status != 0 {
		t.Errorf("got status %d, want 0", status)
	}
	want := `This is web, a simulated instance (Debian 12). Nothing here runs on a real machine.
Type help for what it can do.
admin@ip-172-26-10-39:~$ hostname
ip-172-26-10-39
admin@ip-172-26-10-39:~$ cd .ssh
admin@ip-172-26-10-39:~/.ssh$ echo 'a
> b'
a
b
admin@ip-172-26-10-39:~/.ssh$ sudo -i
root@ip-172-26-10-39:/home/admin/.ssh# cat <<< $USER
root
root@ip-172-26-10-39:/home/admin/.ssh# whoami
root
root@ip-172-26-10-39:/home/admin/.ssh# bash
root@ip-172-26-10-39:/home/admin/.ssh# exit
root@ip-172-26-10-39:/home/admin/.ssh# exit
admin@ip-172-26-10-39:~/.ssh$ foo
bash: foo: command not found
admin@ip-172-26-10-39:~/.ssh$ cat
^C
admin@ip-172-26-10-39:~/.ssh$ echo $?
130
admin@ip-172-26-10-39:~/.ssh$ exit
`
	if screen.String() != want {
		t.Errorf("the screen shows\n%s\nwant\n%s", screen.String(), want)
	}
}
