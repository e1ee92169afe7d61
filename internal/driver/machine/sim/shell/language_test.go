package shell_test

import (
	"strings"
	"testing"
)

// The wanted outputs are those of bash 5.2, without the line numbers in its errors.
func TestExec_runsBashLanguage(t *testing.T) {
	tests := []struct {
		command, out, errOut string
		status               int
	}{
		{command: "echo a b | cat | wc -l", out: "1\n"},
		{command: "cat /etc/os-release | grep ^ID= | cut -d= -f2", out: "debian\n"},
		{command: "false | true; echo $?; true | false; echo $?", out: "0\n1\n"},
		{command: "exit 3 | cat; echo here", out: "here\n"},
		{command: "! true | false", status: 0},
		{command: "foo |& cat", out: "bash: foo: command not found\n"},
		{command: "echo $(hostname) `whoami` \"$(echo a; echo b)\"", out: "ip-172-26-10-39 admin a\nb\n"},
		{command: "x=$(exit 4); echo $?; x=5; echo $?", out: "4\n0\n"},
		{command: "false; echo $? $(true) $?", out: "1 0\n"},
		{command: "for i in a 'b c' $(echo d e); do echo \"[$i]\"; done", out: "[a]\n[b c]\n[d]\n[e]\n"},
		{command: "for i in {1..3} {c..a} x{1,2}y; do echo -n \"$i \"; done", out: "1 2 3 c b a x1y x2y "},
		{command: "for ((i = 0; i < 3; i++)); do echo $i; done", out: "0\n1\n2\n"},
		{command: "i=0; while [ $i -lt 3 ]; do i=$((i + 1)); [ $i = 2 ] && continue; echo $i; done", out: "1\n3\n"},
		{command: "until [[ $x == aaa ]]; do x+=a; done; echo $x", out: "aaa\n"},
		{command: "for a in 1 2; do for b in 1 2; do [ $b = 2 ] && continue 2; [ $a = 2 ] && break 2; echo $a$b; done; done", out: "11\n"},
		{command: "if false; then echo a; elif [ -f /etc/hostname ]; then echo b; else echo c; fi", out: "b\n"},
		{command: "case $(hostname) in db*) echo db;; ip-*|x) echo ip;; *) echo none;; esac", out: "ip\n"},
		{command: "case a in a) echo 1;& b) echo 2;; c) echo 3;; esac", out: "1\n2\n"},
		{command: "f() { echo \"$# $1 [$*]\"; return 7; }; f a 'b c'; echo $?", out: "2 a [a b c]\n7\n"},
		{command: "f() { for p in \"$@\"; do echo \"<$p>\"; done; }; f 'a b' c; f", out: "<a b>\n<c>\n"},
		{command: "fact() { if [ $1 -le 1 ]; then echo 1; else echo $(($1 * $(fact $(($1 - 1))))); fi; }; fact 10", out: "3628800\n"},
		{command: "(cd /etc; pwd; x=1); pwd; echo \"[$x]\"", out: "/etc\n/home/admin\n[]\n"},
		{command: "{ echo a; echo b; } | tail -1", out: "b\n"},
		{command: "x=1 y=2; echo $x$y; z=3 env | grep ^z; echo \"[$z]\"", out: "12\nz=3\n[]\n"},
		{command: "n=N; export $n=3 M; M=4; env | grep '^[MN]='", out: "M=4\nN=3\n"},
		{command: "export A=1; A=2; B=3; bash -c 'echo $A$B'; unset A; echo \"[$A]\"", out: "2\n[]\n"},
		{command: "bash -c 'echo $1 $2' name a b; set -- x y; echo $# $2; shift; echo $1", out: "a b\n2 y\ny\n"},
		{command: "echo ${x:-a} ${x-b} ${HOME:+c} ${y:=d} $y ${#HOME} \"${x:-a b}\"", out: "a b c d d 11 a b\n"},
		{command: "p=/etc/a.tar.gz; echo ${p##*/} ${p#*/} ${p%.*} ${p%%.*} ${p%.gz}", out: "a.tar.gz etc/a.tar.gz /etc/a.tar /etc/a /etc/a.tar\n"},
		{command: "echo ${x:?needed}; echo never", errOut: "bash: x: needed\n", status: 127},
		{command: "echo $((1 + 2 * 3)) $((7 / 2)) $((7 % 4)) $((2 ** 10)) $((1 << 4)) $((0x1f)) $(( (1 + 2) * 3 )) $((3 > 2 ? 5 : 6)) $((-4)) $((!0))", out: "7 3 3 1024 16 31 9 5 -4 1\n"},
		{command: "a=1; ((a += 4)); echo $a $((a++)) $a $((--a)); ((0)) || echo zero", out: "5 5 6 5\nzero\n"},
		{command: "for i in 1 2; do echo $((i / 0)); done; echo never", errOut: "bash: division by 0\n", status: 1},
		{command: "for i in $((1 / 0)); do echo never; done; echo never", errOut: "bash: division by 0\n", status: 1},
		{command: "(x=$((1 / 0)); echo never); echo $? $((1a)); echo never", errOut: "bash: division by 0\nbash: 1a: syntax error: operand expected\n", status: 1},
		{command: "[[ -d /etc && ! -e /x || a == b ]] && [[ abc == a*c ]] && [[ 'a*' == 'a*' && ab != 'a*' ]] && echo yes", out: "yes\n"},
		{command: "[ a = a -a b != c ] && test -n x && [ ! -f /etc ] && [ 3 -gt 2 ] && echo yes; [ a", out: "yes\n", errOut: "[: missing `]'\n", status: 2},
		{command: "cat <<EOF | head -n 2\n$(hostname) $HOME \\$x\n'b'\nc\nEOF", out: "ip-172-26-10-39 /home/admin $x\n'b'\n"},
		{command: "cat <<'EOF'\n$HOME\nEOF\ncat <<-EOF\n\t\ta\n\tEOF\ncat <<<\"b $USER\"", out: "$HOME\na\nb admin\n"},
		{command: "cat < /etc/hostname; cat < /x || echo no", out: "ip-172-26-10-39\nno\n", errOut: "bash: /x: No such file or directory\n"},
		{command: "echo a > /dev/null; echo b >&2; foo 2>/dev/null; echo c &>/dev/null; foo 2>&1 | cat", out: "bash: foo: command not found\n", errOut: "b\n"},
		{command: "while IFS= read -r line; do echo \"[$line]\"; done <<< $' a\\n b'", out: "[ a]\n[ b]\n"},
		{command: "echo a b c | { read x y; echo \"$y/$x\"; }", out: "b c/a\n"},
		{command: "echo /etc/h* /etc/[!h]*; cd /etc; echo host? 'h*' z*", out: "/etc/hostname /etc/hosts /etc/os-release /etc/ssh\nhosts h* z*\n"},
		{command: "eval 'x=3; echo $x'; echo $x", out: "3\n3\n"},
		{command: "echo $'a\\tb' a\\ b \"a\\tb\"", out: "a\tb a b a\\tb\n"},
		{command: "printf '%s=%d\\n' a 1 b 2; printf '%-3s|%03d%%\\n' x 7", out: "a=1\nb=2\nx  |007%\n"},
		{command: "seq 3 | sort -rn | head -2; seq 1 2 5 | tail -n 1", out: "3\n2\n5\n"},
		{command: "printf 'b\\na\\nb\\n' | sort -u; printf 'a b\\nc\\n' | wc -w; grep -c o /etc/hosts; grep -q x /etc/hostname", out: "a\nb\n3\n2\n", status: 1},
		{command: "command -v cat foo; type cd; which bash", out: "/usr/bin/cat\ncd is a shell builtin\n/usr/bin/bash\n"},
		{command: "f() { echo f; }; sudo f; command whoami; unset f; f", out: "admin\n", errOut: "sudo: f: command not found\nbash: f: command not found\n", status: 127},
		{command: "set -e; false || echo a; if false; then :; fi; ! true; [ a = b ] && :; f() { false; echo b; }; f; echo never", out: "a\n", status: 1},
		{command: "set -euo pipefail; echo $#; set -- a b; echo $#; set +e; set -o errexit; false; echo never", out: "0\n2\n", status: 1},
		{command: "bash -ec 'false | true; (exit 3); echo never'; echo $?; set -e; set +e; false; echo c", out: "3\nc\n"},
		{command: "echo a # b\n# c\necho d", out: "a\nd\n"},
		{command: "UID=0", errOut: "bash: UID: readonly variable\n", status: 1},
		{command: "break; echo a", out: "a\n", errOut: "break: only meaningful in a loop\n"},
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

func TestExec_refusesWhatIsNotSimulated(t *testing.T) {
	for command, want := range map[string]string{
		"sleep 1 &":                 "background jobs",
		"coproc cat":                "background jobs",
		"cat <(id)":                 "process substitutions",
		"id > >(cat)":               "process substitutions",
		"a=(1 2)":                   "arrays",
		"a[0]=1":                    "arrays",
		"echo ${a[0]}":              "arrays",
		"echo ${!HOME}":             "indirect expansions",
		"echo ${HOME/a/b}":          "slices and replacements of variables",
		"echo ${HOME:1:2}":          "slices and replacements of variables",
		"echo ${HOME^^}":            "transformations of variables",
		"echo @(a|b)":               "extended patterns",
		"select a in b; do id;done": "select loops",
		"let a=1":                   "let commands",
		"() id":                     "functions without a name",
	} {
		t.Run(command, func(t *testing.T) {
			out, errOut, status := run(t, "echo before; "+command, "")
			if out != "" || errOut != "bash: "+want+" are not part of this simulated instance\n" || status != 2 {
				t.Errorf("got %q, %q, status %d; want %s refused", out, errOut, status, want)
			}
		})
	}
}

func TestScript_reads(t *testing.T) {
	tests := map[string]struct{ command, input, out string }{
		"a loop over lines":      {"bash", "for i in 1 2\ndo\necho $i\ndone\n", "1\n2\n"},
		"a here-document":        {"bash", "cat <<END\na\nEND\necho b\n", "a\nb\n"},
		"a line that continues":  {"bash", "echo a \\\nb\n", "a b\n"},
		"its input line by line": {"bash", "while read x; do echo [$x]; done\na\nb\n", "[a]\n[b]\n"},
		"a pipe as a script":     {"echo 'id -un' | bash; echo whoami | sudo sh", "", "admin\nroot\n"},
		"the client's input":     {"while read -r l; do echo \"$l\" | grep a; done", "ab\nc\nba", "ab\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			out, errOut, _ := run(t, test.command, test.input)
			if out != test.out || errOut != "" {
				t.Errorf("got %q, %q; want %q", out, errOut, test.out)
			}
		})
	}
}

// No command reaches the host. Each names a file or a program that exists on almost every
// host, and must end as on an instance without it.
func TestExec_reachesNothingOfTheHost(t *testing.T) {
	const secret = "lanyard-host-secret"
	t.Setenv("LANYARD_TEST_SECRET", secret)
	t.Setenv("HOME", "/"+secret)
	t.Setenv("TMPDIR", "/"+secret)
	for _, command := range []string{
		"cat /etc/passwd", "cat < /etc/passwd", "cat /proc/self/environ", "cat /dev/tcp/127.0.0.1/22", "cat < /dev/tcp/127.0.0.1/22",
		"echo x > /tmp/lanyard-attack", "echo x >> /tmp/lanyard-attack", "echo x &> /tmp/lanyard-attack", "echo x >| /tmp/lanyard-attack", "exec 3<> /tmp/lanyard-attack",
		"source /etc/profile", ". /etc/profile", "exec /bin/sh -c id", "/bin/sleep 0", "env sleep 0", "command sleep 0", "sudo /usr/bin/python3", "nice id",
		"echo $LANYARD_TEST_SECRET $TMPDIR", "env", "printenv", "echo ~root ~nobody", "eval cat /etc/passwd", "bash /etc/profile", "bash -c 'cat /etc/passwd'",
		"cd /tmp; echo *", "cd /usr/bin", "echo /etc/pass* /root/* /proc/1/* //etc//pass* /../etc/pass*", "[ -e /etc/passwd ] && echo found", "[[ -f /bin/sh ]] && echo found",
		"ls -la /tmp /usr/bin", "grep root /etc/passwd", "head /etc/passwd", "cat ../../../../etc/passwd", "read x < /etc/passwd; echo $x", "trap id EXIT", "kill -9 1", "ulimit -a",
		"type sleep", "which sleep", "command -v python3", "alias x=/bin/sh", "hash -p /bin/sh x", "enable -f /lib/x.so x", "echo $PPID $BASHPID $RANDOM", "cat <&3", "cat <&0",
		"wait", "jobs", "mapfile x < /etc/passwd", "history", "set -o posix; /bin/sh", "cat /dev/stdin", "echo $0 $$ $!", "getconf PATH", "time cat /etc/passwd",
	} {
		t.Run(command, func(t *testing.T) {
			out, errOut, _ := run(t, command, "")
			for _, trace := range []string{secret, "root:", "uid=0", "/bin/sh:", "passwd ", "found", "SSH-"} {
				if strings.Contains(out, trace) {
					t.Errorf("the output %q has %q of the host", out, trace)
				}
			}
			if strings.Contains(errOut, secret) {
				t.Errorf("the errors %q show the host", errOut)
			}
		})
	}
	if out, _, _ := run(t, "ls -R /tmp", ""); strings.Contains(out, "lanyard-attack") {
		t.Errorf("a file was written: %s", out)
	}
}
