// Package clients drives the built binary with the clients that people have: the AWS CLI, boto3, and the SDKs for
// JavaScript and Go. It also checks what only a process shows: the commands, signals, exit codes and files.
//
// Its tests need the build tag clients, and these clients on the machine: `make clients` installs and runs all.
// Between client and server stands package wirecheck, so every answer is checked against the API model. Each client
// is given its endpoint explicitly, and a proxy setting that leads nowhere, so that none can reach the real AWS. The
// package does not test the server from inside: the tests beside the code do.
package clients
