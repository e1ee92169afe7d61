// Package crash kills the built binary in the midst of writes and looks at what a restart finds: everything that was
// acknowledged, and nothing half-made.
//
// Its tests need the build tag crash; `make crash` runs them. A killed process leaves its writes to the operating
// system, so this shows that transactions are whole and acknowledged after the commit. It does not show what a power
// cut does.
package crash
