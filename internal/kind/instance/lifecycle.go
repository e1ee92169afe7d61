package instance

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Durations on AWS beside those of the lifecycles below. docs/divergences.md lists all.
const (
	// AttachDiskTakes is how long it takes to attach a disk. The disk is in use from the
	// beginning.
	AttachDiskTakes = 5 * time.Second
	// AddressTakes is how long after an instance runs its new public address may take to show
	// (issues of tools that expected it at once; the time is a guess).
	AddressTakes = 3 * time.Second
	// HealthChecksTake is how long after a start the two status checks of EC2 take.
	HealthChecksTake = 2 * time.Minute
	// PasswordTakes is how long after its creation a Windows instance has its password. The
	// API reference says that it may be 15 minutes.
	PasswordTakes = 4 * time.Minute
)

// Lifecycle is how the state of an instance moves.
var Lifecycle = resource.Lifecycle{
	// 18 s were observed in an AWS CLI example.
	"create":    {{State: Pending, Takes: CreateTakes}, {State: Running}},
	"start":     {{State: Pending, Takes: StartTakes}, {State: Running}},
	"stop":      {{State: Stopping, Takes: 40 * time.Second}, {State: Stopped}},
	"stop hard": {{State: Stopped}},
	"reboot":    {{State: Running}},
}

// How long AWS takes to create and to start an instance.
const (
	CreateTakes = 20 * time.Second
	StartTakes  = 20 * time.Second
)

// DiskLifecycle is how the state of a disk moves.
var DiskLifecycle = resource.Lifecycle{
	"create": {{State: string(types.DiskStatePending), Takes: 5 * time.Second}, {State: string(types.DiskStateAvailable)}},
	// A disk that comes with an instance from a snapshot is attached to it.
	"restore": {{State: string(types.DiskStatePending), Takes: 5 * time.Second}, {State: string(types.DiskStateInUse)}},
	"attach":  {{State: string(types.DiskStateInUse)}},
	"detach":  {{State: string(types.DiskStateInUse), Takes: 5 * time.Second}, {State: string(types.DiskStateAvailable)}},
}

// Lifecycles of snapshots.
var (
	DiskSnapshotLifecycle = resource.Lifecycle{
		"create": {{State: "pending", Takes: 60 * time.Second}, {State: string(types.DiskSnapshotStateCompleted)}},
		"copy":   {{State: "pending", Takes: 180 * time.Second}, {State: string(types.DiskSnapshotStateCompleted)}},
	}
	SnapshotLifecycle = resource.Lifecycle{
		"create": {{State: "pending", Takes: 120 * time.Second}, {State: string(types.InstanceSnapshotStateAvailable)}},
		"copy":   {{State: "pending", Takes: 180 * time.Second}, {State: string(types.InstanceSnapshotStateAvailable)}},
	}
)

// RecordLifecycle is how the state of a record moves of something that leaves Lightsail.
var RecordLifecycle = resource.Lifecycle{
	"export": {{State: string(types.RecordStateStarted), Takes: 300 * time.Second}, {State: string(types.RecordStateSucceeded)}},
	// With one instance.
	"stack": {{State: string(types.RecordStateStarted), Takes: 120 * time.Second}, {State: string(types.RecordStateSucceeded)}},
}
