// Package compute holds what each action does, one file per family.
//
// Families do not call each other: they meet through resources. The pipeline in
// package api has checked signature, input and rights before a function here runs,
// has loaded the resources that the action declared, and keeps the records.
package compute

import (
	"slices"

	"github.com/lanyard-cloud/lanyard/internal/api"
)

// All returns every action that is built, and those that answer as in an empty account.
func All() []api.Action {
	return slices.Concat(keyPairs, tags, operations, account, catalogueActions, instances, addOns,
		ports, staticIPs, instanceMetrics,
		disks, diskSnapshots, instanceSnapshots, autoSnapshots, snapshotCopies, restores, exports, notBuilt)
}
