// Package sshkey makes and reads the SSH keys of key pairs.
//
// It generates RSA pairs, keeps a few ready in memory ([Pool]), writes them in
// the text forms that AWS uses, reads public keys that users import, and
// computes the fingerprints of both.
//
// It keeps nothing on disk, seals nothing and knows no names, accounts or
// regions: the caller that takes a [Pair] decides what becomes of it.
package sshkey
