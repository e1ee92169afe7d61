package shell

import (
	"fmt"
	"strings"
	"time"
)

// firstUID is that of the first user of a Linux image.
const firstUID = 1000

func (s *Shell) user() string {
	if s.root {
		return "root"
	}
	return s.instance.Username
}

func (s *Shell) home() string {
	if s.root {
		return "/root"
	}
	return "/home/" + s.instance.Username
}

func (s *Shell) uid() int {
	if s.root {
		return 0
	}
	return firstUID
}

// fqdn is the name of the instance in its region's internal DNS.
func (s *Shell) fqdn() string {
	if s.instance.Region == "us-east-1" {
		return s.instance.Hostname + ".ec2.internal"
	}
	return s.instance.Hostname + "." + s.instance.Region + ".compute.internal"
}

// bootedAt is never in the future, even if the clock was set back.
func (s *Shell) bootedAt() time.Time {
	now := s.clock()
	if s.instance.BootedAt.IsZero() || s.instance.BootedAt.After(now) {
		return now.UTC()
	}
	return s.instance.BootedAt.UTC()
}

func (s *Shell) up() time.Duration { return max(s.clock().Sub(s.bootedAt()), 0) }

func hostname(s *Shell, args []string) int {
	option := ""
	if len(args) > 1 {
		option = args[1]
	}
	switch option {
	case "", "-s", "--short":
		s.print(s.instance.Hostname + "\n")
	case "-f", "--fqdn":
		s.print(s.fqdn() + "\n")
	case "-i", "-I":
		if s.instance.PrivateIP.IsValid() {
			s.print(s.instance.PrivateIP.String())
		}
		s.print("\n")
	default:
		return s.fail(1, "hostname", "you must be root to change the host name")
	}
	return 0
}

func whoami(s *Shell, _ []string) int {
	s.print(s.user() + "\n")
	return 0
}

func id(s *Shell, args []string) int {
	option := strings.Join(args[1:], " ")
	switch option {
	case "":
		s.printf("uid=%d(%s) gid=%d(%s) groups=%d(%s)\n", s.uid(), s.user(), s.uid(), s.user(), s.uid(), s.user())
	case "-u", "-g", "-G":
		s.printf("%d\n", s.uid())
	case "-un", "-u -n", "-gn", "-g -n", "-Gn":
		s.print(s.user() + "\n")
	default:
		return s.fail(1, "id", "invalid option "+option)
	}
	return 0
}

// uname describes a machine that does not exist. The release says so.
func uname(s *Shell, args []string) int {
	fields := []struct{ option, value string }{
		{"s", "Linux"},
		{"n", s.instance.Hostname},
		{"r", "6.1.0-lanyard"},
		{"v", "#1 SMP simulated"},
		{"m", "x86_64"},
		{"o", "GNU/Linux"},
	}
	options := strings.ReplaceAll(strings.Join(args[1:], ""), "-", "")
	if options == "" {
		options = "s"
	}
	if rest := strings.Trim(options, "asnrvmo"); rest != "" {
		return s.fail(1, "uname", "invalid option -- '"+rest+"'")
	}
	var out []string
	for _, f := range fields {
		if strings.ContainsAny(options, "a"+f.option) {
			out = append(out, f.value)
		}
	}
	s.print(strings.Join(out, " ") + "\n")
	return 0
}

func uptime(s *Shell, args []string) int {
	option := ""
	if len(args) > 1 {
		option = args[1]
	}
	switch option {
	case "-p":
		s.printf("up %d minutes\n", int(s.up().Minutes()))
	case "-s":
		s.print(s.bootedAt().Format(time.DateTime) + "\n")
	case "":
		s.printf(" %s up %s,  1 user,  load average: 0.00, 0.00, 0.00\n", s.clock().UTC().Format(time.TimeOnly), span(s.up()))
	default:
		return s.fail(1, "uptime", "invalid option "+option)
	}
	return 0
}

// span is a time in the words of uptime: "3 min", "2:05", "4 days, 2:05".
func span(d time.Duration) string {
	days, minutes := int(d.Hours())/24, int(d.Minutes())%(24*60)
	text := fmt.Sprintf("%d min", minutes)
	if minutes >= 60 {
		text = fmt.Sprintf("%d:%02d", minutes/60, minutes%60)
	}
	switch days {
	case 0:
		return text
	case 1:
		return "1 day, " + text
	}
	return fmt.Sprintf("%d days, %s", days, text)
}

// dateFormats are the conversions that date has here.
var dateFormats = map[byte]string{
	'Y': "2006", 'm': "01", 'd': "02", 'e': "_2", 'H': "15", 'M': "04", 'S': "05", 'F': time.DateOnly, 'T': time.TimeOnly,
	'Z': "MST", 'z': "-0700", 'a': "Mon", 'A': "Monday", 'b': "Jan", 'B': "January", 'y': "06", 'j': "002",
}

// date shows the instance's time in UTC. It is the server's lifecycle clock.
func date(s *Shell, args []string) int {
	now := s.clock().UTC()
	format := "%a %b %e %H:%M:%S %Z %Y"
	for _, arg := range args[1:] {
		rest, ok := strings.CutPrefix(arg, "+")
		switch {
		case ok:
			format = rest
		case arg == "-Is" || arg == "-Iseconds":
			format = "%FT%T+00:00"
		case arg != "-u":
			return s.fail(1, "date", "invalid date '"+arg+"'")
		}
	}
	s.print(formatDate(now, format) + "\n")
	return 0
}

func formatDate(now time.Time, format string) string {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b.WriteByte(format[i])
			continue
		}
		i++
		layout, ok := dateFormats[format[i]]
		switch {
		case ok:
			b.WriteString(now.Format(layout))
		case format[i] == 's':
			fmt.Fprintf(&b, "%d", now.Unix())
		case format[i] == '%':
			b.WriteByte('%')
		default:
			b.WriteString(format[i-1 : i+1])
		}
	}
	return b.String()
}

func nproc(s *Shell, _ []string) int {
	s.printf("%d\n", max(s.instance.CPUs, 1))
	return 0
}

// free shows the bundle's memory, an eighth of it in use.
func free(s *Shell, args []string) int {
	unit, suffix := 1.0, ""
	if len(args) > 1 {
		switch args[1] {
		case "-b":
			unit = 1.0 / 1024
		case "-k":
		case "-m":
			unit = 1024
		case "-g":
			unit = 1024 * 1024
		case "-h":
			unit, suffix = 1024, "Mi"
		default:
			return s.fail(1, "free", "invalid option "+args[1])
		}
	}
	total := s.instance.RAMGiB * 1024 * 1024 / unit
	show := func(n float64) string { return fmt.Sprintf("%.0f%s", n, suffix) }
	s.printf("%-6s %14s %11s %11s %11s\n", "", "total", "used", "free", "available")
	s.printf("%-6s %14s %11s %11s %11s\n", "Mem:", show(total), show(total/8), show(total*7/8), show(total*7/8))
	s.printf("%-6s %14s %11s %11s\n", "Swap:", show(0), show(0), show(0))
	return 0
}

// df shows the system disk, a tenth of it in use.
func df(s *Shell, args []string) int {
	human := len(args) > 1 && args[1] == "-h"
	if len(args) > 1 && !human && args[1] != "-k" && args[1] != "/" {
		return s.fail(1, "df", "invalid option "+args[1])
	}
	size := s.instance.DiskGiB
	if human {
		s.printf("Filesystem      Size  Used Avail Use%% Mounted on\n/dev/xvda1     %4dG %4dG %4dG  10%% /\n", size, size/10, size-size/10)
		return 0
	}
	const blocks = 1024 * 1024
	s.printf("Filesystem     1K-blocks      Used Available Use%% Mounted on\n/dev/xvda1     %9d %9d %9d  10%% /\n",
		size*blocks, size*blocks/10, size*blocks*9/10)
	return 0
}
