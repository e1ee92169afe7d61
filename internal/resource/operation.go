package resource

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

// Types of operations that are neither names of actions nor in the API model (observed).
const (
	PeeredVPCOperation   = types.OperationType("PeeredVpc")
	UnpeeredVPCOperation = types.OperationType("UnpeeredVpc")
)

// Outcome is how an operation ends. The zero Outcome is success.
type Outcome struct {
	// Code and Details are the errorCode and errorDetails of an operation that fails.
	Code, Details string
}

// End makes an operation what it is from a moment on.
func (o Outcome) End(op *types.Operation, at time.Time) {
	terminal := true
	op.Status, op.IsTerminal, op.StatusChangedAt = types.OperationStatusSucceeded, &terminal, &at
	if o != (Outcome{}) {
		op.Status, op.ErrorCode, op.ErrorDetails = types.OperationStatusFailed, &o.Code, &o.Details
	}
}

// OperationAt makes a stored operation, which is stored as it will be in the end, what it is
// at a moment: started, without the error that it may end with, until it ends. One that
// ended as it began is over at any moment, also if the clock was put back. One whose end is
// not known is stored as started, and stays so.
func OperationAt(op *types.Operation, now time.Time) {
	if op.StatusChangedAt == nil || op.StatusChangedAt.Equal(*op.CreatedAt) || !op.StatusChangedAt.After(now) {
		return
	}
	start(op)
}

// start makes an operation what it is before its end.
func start(op *types.Operation) {
	started, terminal := *op.CreatedAt, false
	op.Status, op.IsTerminal, op.StatusChangedAt = types.OperationStatusStarted, &terminal, &started
	op.ErrorCode, op.ErrorDetails = nil, nil
}
