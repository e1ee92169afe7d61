// Package export writes all that a store keeps, or what one account has, as a file
// of JSON lines, and reads such files into a store: from one machine to another, and
// from one kind of database to the other.
//
// docs/export-format.md describes the files. The package opens no file and no
// database; secrets leave a store only sealed under a passphrase.
package export
