package shell

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// The errors of files, in the words of coreutils.
var (
	errNoFile     = errors.New("No such file or directory") //nolint:staticcheck // the words of coreutils
	errIsDir      = errors.New("Is a directory")            //nolint:staticcheck // the words of coreutils
	errReadOnly   = errors.New("Read-only file system")     //nolint:staticcheck // the words of coreutils
	errPermission = errors.New("Permission denied")         //nolint:staticcheck // the words of coreutils
)

// file is a file or a directory of the instance. Its text is made when it is read.
type file struct {
	dir     bool
	private bool // for root only
	text    func() string
}

// tree returns all files by their absolute paths, with the directories of these paths.
func (s *Shell) tree() map[string]file {
	files := map[string]file{
		"/etc/hostname":   {text: func() string { return s.instance.Hostname + "\n" }},
		"/etc/hosts":      {text: s.hostsFile},
		"/etc/os-release": {text: s.osRelease},
		"/proc/uptime":    {text: s.procUptime},
		"/proc/loadavg":   {text: func() string { return "0.00 0.00 0.00 1/64 1000\n" }},
		"/home/" + s.instance.Username + "/.ssh/authorized_keys": {text: s.authorizedKeys},
		"/var/lib/cloud/instance/user-data.txt":                  {private: true, text: func() string { return s.instance.UserData }},
	}
	if s.instance.CertAuthority != "" {
		files["/etc/ssh/lightsail_instance_ca.pub"] = file{text: func() string { return s.instance.CertAuthority + "\n" }}
	}
	for _, name := range slices.Collect(maps.Keys(files)) {
		for dir := path.Dir(name); ; dir = path.Dir(dir) {
			files[dir] = file{dir: true}
			if dir == "/" {
				break
			}
		}
	}
	files["/root"] = file{dir: true, private: true}
	return files
}

// path makes a name absolute. Relative names begin at the shell's directory.
func (s *Shell) path(name string) string {
	if !path.IsAbs(name) {
		name = path.Join(s.dir, name)
	}
	return path.Clean(name)
}

func (s *Shell) stat(name string) (file, error) {
	info, ok := s.tree()[s.path(name)]
	switch {
	case !ok:
		return file{}, errNoFile
	case info.private && !s.root:
		return info, errPermission
	}
	return info, nil
}

func (s *Shell) readFile(name string) (string, error) {
	info, err := s.stat(name)
	if err != nil {
		return "", err
	}
	if info.dir {
		return "", errIsDir
	}
	return info.text(), nil
}

// ls lists files: with -l, their modes and owners, and with -a, hidden files too.
func ls(s *Shell, args []string) int {
	var names []string
	var long, all bool
	for _, arg := range args[1:] {
		switch {
		case !strings.HasPrefix(arg, "-") || arg == "-":
			names = append(names, arg)
		case strings.Trim(arg, "-1Aadhl") != "":
			return s.fail(2, "ls", "invalid option "+arg)
		default:
			long = long || strings.Contains(arg, "l")
			all = all || strings.ContainsAny(arg, "aA")
		}
	}
	if len(names) == 0 {
		names = []string{"."}
	}
	status := 0
	for _, name := range names {
		if err := s.list(name, len(names) > 1, long, all); err != nil {
			status = s.fail(2, "ls", fmt.Sprintf("cannot access '%s': %v", name, err))
		}
	}
	return status
}

// list prints the name of a file, or the names of the files in a directory.
func (s *Shell) list(name string, titled, long, all bool) error {
	files, dir := s.tree(), s.path(name)
	info, ok := files[dir]
	switch {
	case !ok:
		return errNoFile
	case !info.dir:
		s.print(s.entry(name, info, long))
		return nil
	case info.private && !s.root:
		return errPermission
	}
	if titled {
		s.print(name + ":\n")
	}
	for _, file := range slices.Sorted(maps.Keys(files)) {
		base := path.Base(file)
		if file == "/" || path.Dir(file) != dir || !all && strings.HasPrefix(base, ".") {
			continue
		}
		s.print(s.entry(base, files[file], long))
	}
	return nil
}

// entry is a file's line in a list.
func (s *Shell) entry(name string, info file, long bool) string {
	if !long {
		return name + "\n"
	}
	mode, size := "-rw-r--r--", 0
	switch {
	case info.dir && info.private:
		mode = "drwx------"
	case info.dir:
		mode = "drwxr-xr-x"
	case info.private:
		mode = "-rw-------"
	}
	if !info.dir {
		size = len(info.text())
	}
	return fmt.Sprintf("%s root root %6d %s %s\n", mode, size, s.bootedAt().Format("Jan _2 15:04"), name)
}

func (s *Shell) hostsFile() string {
	text := "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n"
	if s.instance.PrivateIP.IsValid() {
		text += s.instance.PrivateIP.String() + " " + s.fqdn() + " " + s.instance.Hostname + "\n"
	}
	return text
}

// osRelease describes the blueprint in the form of os-release(5): debian_12 has the ID
// debian and the version 12.
func (s *Shell) osRelease() string {
	id, version, _ := strings.Cut(s.instance.Blueprint, "_")
	version = strings.ReplaceAll(version, "_", ".")
	return fmt.Sprintf("PRETTY_NAME=%q\nNAME=%q\nID=%s\nVERSION_ID=%q\nVARIANT=%q\nVARIANT_ID=simulated\n",
		s.instance.BlueprintName, s.instance.BlueprintName, id, version, "simulated instance")
}

func (s *Shell) procUptime() string {
	up := s.up().Seconds()
	return fmt.Sprintf("%.2f %.2f\n", up, up*float64(max(s.instance.CPUs, 1)))
}

func (s *Shell) authorizedKeys() string { return lines(s.instance.AuthorizedKeys) }

func lines(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return strings.Join(list, "\n") + "\n"
}
