package resource_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// TestOperationAt shows operations before and after their end, however they end.
func TestOperationAt(t *testing.T) {
	begin := time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	failed := resource.Outcome{Code: "InternalFailure", Details: "The zone is full."}
	for _, tt := range []struct {
		name    string
		outcome resource.Outcome
		end     time.Duration
		now     time.Duration
		want    types.OperationStatus
	}{
		{"before it succeeds", resource.Outcome{}, 20 * time.Second, 19 * time.Second, types.OperationStatusStarted},
		{"when it succeeds", resource.Outcome{}, 20 * time.Second, 20 * time.Second, types.OperationStatusSucceeded},
		{"before it fails", failed, 20 * time.Second, 19 * time.Second, types.OperationStatusStarted},
		{"when it fails", failed, 20 * time.Second, 20 * time.Second, types.OperationStatusFailed},
		{"one that failed at once", failed, 0, 0, types.OperationStatusFailed},
		{"one that failed at once, after the clock was put back", failed, 0, -time.Hour, types.OperationStatusFailed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			op := &types.Operation{CreatedAt: &begin}
			tt.outcome.End(op, begin.Add(tt.end))
			resource.OperationAt(op, begin.Add(tt.now))
			over := tt.want != types.OperationStatusStarted
			if op.Status != tt.want || *op.IsTerminal != over {
				t.Errorf("operation = %s, terminal %t, want %s", op.Status, *op.IsTerminal, tt.want)
			}
			changed := begin
			if over {
				changed = begin.Add(tt.end)
			}
			if !op.StatusChangedAt.Equal(changed) {
				t.Errorf("statusChangedAt = %s, want %s", op.StatusChangedAt, changed)
			}
			var shown resource.Outcome
			if tt.want == types.OperationStatusFailed {
				shown = failed
			}
			if got := (resource.Outcome{Code: aws.ToString(op.ErrorCode), Details: aws.ToString(op.ErrorDetails)}); got != shown {
				t.Errorf("error = %v, want %v", got, shown)
			}
		})
	}
}
