// Package shell is the restricted shell of a simulated instance. It reads commands
// in a small part of bash's language, and its few commands show the instance: its
// names, its user data, its size, how long it has been up.
//
// It starts no process, opens no file and no connection, and reads nothing of the
// system that it runs on. Everything it shows comes from the instance that it was
// given. Its files cannot be changed.
package shell
