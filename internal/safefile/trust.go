package safefile

import (
	"os"
	"strconv"
	"strings"
)

// trustVariable is the setting that trusts all directories.
const trustVariable = "LANYARD_TRUST_DIRECTORIES"

// orTrust ends the messages about directories.
const orTrust = "; in a container without other users, set " + trustVariable + "=true"

// allTrusted reports whether the operator says that no other user can reach the
// directories. The image of deploy/Dockerfile says so, since it holds nothing but the
// binary: volumes come there with any owner, and Kubernetes's emptyDir with mode 0777. It
// says nothing of files.
func allTrusted() bool {
	on, err := strconv.ParseBool(os.Getenv(trustVariable))
	return err == nil && on
}

// mayOwn reports whether a user may own a directory on the way to ours, or a file that is
// no secret, besides root and the caller. If root runs us, that is the user who called sudo (as Git's
// safe.directory has it), who can do what root can; and in a container of Docker's or
// Podman's it is every user: continuous integration runs root there in the home and the
// checkout of a user of the host, whom it cannot guard against. In a user namespace it is the user that stands
// for all whom the namespace does not have, the real root first of all: sandboxes such as
// Bubblewrap's show / as theirs.
func mayOwn(id int) bool {
	return us() == 0 && (inContainer() || isSudoUser(id, os.Getenv("SUDO_UID"))) || inNamespace(id)
}

// inNamespace reports whether a user id stands for users that this process's namespace does
// not have (user_namespaces(7)).
func inNamespace(id int) bool {
	overflow, err := os.ReadFile("/proc/sys/kernel/overflowuid")
	if err != nil {
		return false
	}
	users, err := os.ReadFile("/proc/self/uid_map")
	return err == nil && isUnmapped(id, string(overflow), string(users))
}

func isUnmapped(id int, overflow, users string) bool {
	const everybody = "0 0 4294967295" // the map of those who are in no namespace
	return strings.TrimSpace(overflow) == strconv.Itoa(id) && strings.Join(strings.Fields(users), " ") != everybody
}

func isSudoUser(id int, setting string) bool {
	sudo, err := strconv.Atoi(setting)
	return err == nil && sudo == id
}

// inContainer looks for the files that Docker and Podman put where only root can.
func inContainer() bool {
	for _, mark := range []string{"/.dockerenv", "/run/.containerenv"} {
		if info, err := os.Lstat(mark); err == nil && owner(info) == 0 {
			return true
		}
	}
	return false
}
