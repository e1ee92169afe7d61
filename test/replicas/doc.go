// Package replicas runs several servers on one PostgreSQL database: what one of them does counts on all, and the
// database may come and go. It does not test the store by itself.
//
// Its tests need the build tag postgres; `make postgres` runs them.
package replicas
