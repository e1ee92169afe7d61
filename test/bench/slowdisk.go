package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// blkio is the controller of Linux's cgroups, version 1, that limits what processes do
// to disks.
const blkio = "/sys/fs/cgroup/blkio"

// onSlowerDisk runs fn while this process writes no more often than so many times a
// second to the disk that a directory is on. It needs root.
func onSlowerDisk(dir string, writes int, fn func()) (err error) {
	device, err := diskOf(dir)
	if err != nil {
		return err
	}
	home, err := ownGroup()
	if err != nil {
		return err
	}
	slow := filepath.Join(blkio, fmt.Sprint("lanyard-bench-", os.Getpid()))
	if err := os.Mkdir(slow, 0o755); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(slow)) }()
	if err := tell(filepath.Join(slow, "blkio.throttle.write_iops_device"), fmt.Sprint(device, " ", writes)); err != nil {
		return err
	}
	self := strconv.Itoa(os.Getpid())
	if err := tell(filepath.Join(slow, "cgroup.procs"), self); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, tell(filepath.Join(home, "cgroup.procs"), self)) }()
	fn()
	return nil
}

func tell(file, text string) error { return os.WriteFile(file, []byte(text), 0) }

// diskOf returns the numbers of the disk below a directory, as 254:0. A partition
// counts as its disk.
func diskOf(dir string) (string, error) {
	var info syscall.Stat_t
	if err := syscall.Stat(dir, &info); err != nil {
		return "", err
	}
	block := fmt.Sprintf("/sys/dev/block/%d:%d", unix.Major(info.Dev), unix.Minor(info.Dev))
	if _, err := os.Stat(block + "/partition"); err == nil {
		block += "/.."
	}
	device, err := os.ReadFile(block + "/dev")
	return string(bytes.TrimSpace(device)), err
}

// ownGroup is the directory of the group that this process is in.
func ownGroup() (string, error) {
	groups, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return "", err
	}
	for line := range bytes.Lines(groups) {
		if _, path, ok := bytes.Cut(bytes.TrimSpace(line), []byte(":blkio:")); ok {
			return filepath.Join(blkio, string(path)), nil
		}
	}
	return "", errors.New("no blkio controller of cgroup version 1")
}
