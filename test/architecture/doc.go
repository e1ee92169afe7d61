// Package architecture checks the structure of the code: which package may import which,
// how large functions and files may be, what package comments say, that the pages about
// the code name what is there, and that every member of an input is read.
//
// It does not run Lanyard, and it does not check what a linter can.
package architecture
