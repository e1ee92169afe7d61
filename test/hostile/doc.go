// Package hostile sends the built binary what no decent client sends, over raw sockets: malformed and ambiguous HTTP,
// bad signatures, bad bodies, requests that stall or break off, connections by the thousand, and more load than it can
// serve. The server refuses or answers, stays up, keeps nothing of it, and continues to serve all other clients.
//
// Its tests need the build tag hostile; `make hostile` runs them. They measure a process of their own over the
// loopback, so other load on the machine makes them slower, but decides nothing.
package hostile
