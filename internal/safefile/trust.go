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
// does not trust files.
func allTrusted() bool {
	on, err := strconv.ParseBool(os.Getenv(trustVariable))
	return err == nil && on
}

// mayOwn reports whether a user may own a directory on the way to ours, or a file that is
// no secret, besides root and the caller. If this process runs as root, the user who called
// sudo may, as for Git's safe.directory: that user can do what root can. In a container of
// Docker's or Podman's every user may: continuous integration runs root there in the home
// and the checkout of a user of the host. In a user namespace the overflow user may. It
// represents all users that the namespace does not have, such as the real root: sandboxes
// such as Bubblewrap's show / as that user's.
func mayOwn(id int) bool {
	return us() == 0 && (inContainer() || isSudoUser(id, os.Getenv("SUDO_UID"))) || inNamespace(id)
}

// inNamespace reports whether a user id represents users that this process's namespace does
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
	const allUsers = "0 0 4294967295" // the map of processes that are in no namespace
	return strings.TrimSpace(overflow) == strconv.Itoa(id) && strings.Join(strings.Fields(users), " ") != allUsers
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
