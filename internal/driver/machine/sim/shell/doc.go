// Package shell is the restricted shell of a simulated instance. It parses bash's language
// with mvdan.cc/sh, and interprets it here: pipes, substitutions, loops and functions, with
// a few commands that show the instance: its names, its user data, its size, how long it
// has been up.
//
// It starts no process, opens no file and no connection, and reads nothing of the
// system that it runs on. Everything that it shows comes from its instance. Its files
// cannot be changed. Every command is bounded in time, memory and output, which
// mvdan.cc/sh's own interpreter cannot do.
package shell
