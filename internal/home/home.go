// Package home is a Lanyard installation on disk: the data directory with its lock, master
// key and endpoint, and the store that belongs to it. A server prepares and owns one; the
// commands of cmd/lanyard read and change one, whether its server runs or not: they export,
// import, back up, manage identities, and find instances for SSH.
//
// It does not listen, serve or run anything. That is package server.
package home
