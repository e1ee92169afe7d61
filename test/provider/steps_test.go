package provider

import (
	"errors"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

func TestOperationOf(t *testing.T) {
	for name, out := range map[string]any{
		"no operation":  &struct{ Operation *types.Operation }{},
		"no operations": &struct{ Operations []types.Operation }{Operations: []types.Operation{}},
	} {
		if op, err := operationOf(out); err == nil {
			t.Errorf("%s: operationOf returned %v, want an error", name, op)
		}
	}
}

func TestProgress(t *testing.T) {
	for status, want := range map[types.OperationStatus]struct{ done, fails bool }{
		types.OperationStatusStarted: {false, false}, types.OperationStatusSucceeded: {true, false}, types.OperationStatusCompleted: {true, false},
		types.OperationStatusNotStarted: {false, true}, types.OperationStatusFailed: {false, true},
	} {
		done, err := progress(string(status), operationPending, operationFinal)
		if done != want.done || (err != nil) != want.fails {
			t.Errorf("an operation that is %s: done = %t, error = %v, want %+v", status, done, err, want)
		}
	}
}

func TestIsGone(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want bool
	}{
		{fmt.Errorf("wrapped: %w", &types.NotFoundException{}), true},
		{errAbsent, true},
		{&types.InvalidInputException{Code: new("DoesNotExist")}, false},
		{errors.New("connection refused"), false},
	} {
		if got := isGone(tt.err); got != tt.want {
			t.Errorf("isGone(%v) = %t, want %t", tt.err, got, tt.want)
		}
	}
}

func TestFirst(t *testing.T) {
	for _, list := range [][]types.Bucket{nil, make([]types.Bucket, 2)} {
		if _, err := first(list); err == nil {
			t.Errorf("first of %d elements has no error", len(list))
		}
	}
}
