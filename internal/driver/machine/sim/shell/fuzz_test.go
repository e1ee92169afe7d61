package shell_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine/sim/shell"
)

// FuzzShell runs any text as a command and as a script. Neither may panic, hang, write
// without bound, or return a status that no process has.
func FuzzShell(f *testing.F) {
	for _, seed := range []string{
		"hostname -f; whoami && id || uname -a", "echo 'a' \"b $HOME ${USER} $?\" \\c # d", "sudo bash -c 'exit 3'",
		"for i in {1..3} $(seq 3); do echo $((i ** 2)) | cat; done", "f() { case $1 in a*) f b;; esac; }; f a", "while read x; do [[ $x == a? ]] && break; done",
		"x=${HOME##*/} y=${x:-b}; echo \"$x\" 'a'$'\\t' >/dev/null 2>&1 <<<a", "cat <<E\n$x $(id)\nE\n", "printf '%s|%5d\\n' a 1 | sort | head -n1", "echo /*/[!a]*",
		"cat /etc/os-release - ~/.ssh/authorized_keys", "ls -la / /home", "date +%Y%%%s%", "a | b", "echo $(id) `id`",
		"'", "\"", "\\", "$", "${", "${}", "&&", "||", ";", "a&&\n\nb", "\x00\xff\n", strings.Repeat("bash\n", 20), "exit 99999999999999999999",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, command := range []string{text, "bash -s"} {
			var out, errOut bytes.Buffer
			s := shell.New(web(), after(0), shell.Streams{In: lineInput(text), Out: &out, Err: &errOut})
			if status := s.Exec(command); status < 0 || status > 255 {
				t.Errorf("the command ended with the status %d, want one of a process", status)
			}
			if len(text) <= shell.MaxText && out.Len() > (4<<20)*(1+strings.Count(text, "\n")) {
				t.Errorf("the command wrote %d bytes, want at most 4 MiB for each line", out.Len())
			}
		}
	})
}
