// Package sshconfig writes OpenSSH configurations that lead to instances: names,
// addresses, user names, and the host keys to insist on.
//
// It makes no connection, and names no key to log in with, which is the user's. The hosts
// that it gets may come from a damaged or hostile store.
package sshconfig

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lanyard-cloud/lanyard/internal/newfile"
)

// Host is an instance as an SSH client sees it.
type Host struct {
	// ID is the instance's, under which its host keys are known.
	ID                    string
	Account, Region, Name string
	// PublicAddress is the address that the API shows; "" for none. It is another name for
	// the host.
	PublicAddress string
	// User is the login name.
	User string
	// Address and Port are where the client connects.
	Address string
	Port    uint16
	// Keys are the host keys, as OpenSSH lines without a comment.
	Keys []string
}

// FullName is the name that no other instance of an account has.
func (h Host) FullName() string { return h.Name + "." + h.Region }

// Find returns the hosts of a name in a region, or in any region if it is "". The full name
// includes the region. They are in the order of their regions.
func Find(hosts []Host, name, region string) []Host {
	var found []Host
	for _, h := range ordered(hosts) {
		if h.FullName() == name || h.Name == name && (region == "" || h.Region == region) {
			found = append(found, h)
		}
	}
	return found
}

// Write creates or replaces the files NAME and NAME.known_hosts in a directory, which it
// creates if it is missing. It returns the absolute path of the first, for ssh -F. Hosts of
// the region can be reached by their names alone, and so can hosts of other regions if no
// other host has the name.
//
// It writes nothing and returns an error that names the field if a host has one that
// OpenSSH could read as something else.
func Write(dir, name, region string, hosts []Host) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if !patterns().file.MatchString(name) {
		return "", fmt.Errorf("%q is not the name of an OpenSSH config", name)
	}
	path := filepath.Join(dir, name)
	known, err := quote(filepath.ToSlash(path + ".known_hosts"))
	if err != nil {
		return "", err
	}
	for _, h := range hosts {
		if err := h.check(); err != nil {
			return "", err
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	// The keys are first: a client that reads the new names needs them.
	if err := newfile.Replace(path+".known_hosts", []byte(knownHosts(hosts))); err != nil {
		return "", err
	}
	return path, newfile.Replace(path, []byte(config(hosts, region, known)))
}

func knownHosts(hosts []Host) string {
	var b strings.Builder
	for _, h := range ordered(hosts) {
		for _, key := range h.Keys {
			fmt.Fprintln(&b, h.ID, key)
		}
	}
	return b.String()
}

func config(hosts []Host, region, known string) string {
	hosts = ordered(hosts)
	names := names(hosts, region)
	var b strings.Builder
	fmt.Fprintln(&b, "# Made by lanyard ssh-config, which makes it anew each time.")
	for i, h := range hosts {
		fmt.Fprintf(&b, "\nHost %s\n", strings.Join(names[i], " "))
		fmt.Fprintf(&b, "    HostName %s\n    Port %d\n    User %s\n    HostKeyAlias %s\n", h.Address, h.Port, h.User, h.ID)
		fmt.Fprintf(&b, "    UserKnownHostsFile %s\n    StrictHostKeyChecking yes\n", known)
	}
	return b.String()
}

func ordered(hosts []Host) []Host {
	return slices.SortedFunc(slices.Values(hosts), func(a, b Host) int {
		return cmp.Or(cmp.Compare(a.Region, b.Region), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
}

// names returns for each host the names that lead to it alone. A full name has precedence:
// the name of another instance may be the same text.
func names(hosts []Host, region string) [][]string {
	names, taken, count := make([][]string, len(hosts)), map[string]bool{}, map[string]int{}
	add := func(i int, name string) {
		if name != "" && !taken[name] {
			taken[name] = true
			names[i] = append(names[i], name)
		}
	}
	for i, h := range hosts {
		count[h.Name]++
		add(i, h.FullName())
	}
	for i, h := range hosts {
		if h.Region == region {
			add(i, h.Name)
		}
	}
	for i, h := range hosts {
		if count[h.Name] == 1 {
			add(i, h.Name)
		}
		add(i, h.PublicAddress)
	}
	return names
}
