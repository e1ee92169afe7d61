package api_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	smithy "github.com/aws/smithy-go"

	"github.com/lanyard-cloud/lanyard/internal/api"
)

// TestInvalidInput_bounded repeats no more than some kilobytes of what a client sent.
func TestInvalidInput_bounded(t *testing.T) {
	long := strings.Repeat("ü", 1<<20)
	for name, err := range map[string]error{
		"InvalidInput": api.InvalidInput("X", "the name %s", long), "NotFound": api.NotFound("Disk", long), "OperationFailed": api.OperationFailed("a %s", long),
	} {
		var e smithy.APIError
		if !errors.As(err, &e) || len(e.ErrorMessage()) > 5000 || !utf8.ValidString(e.ErrorMessage()) || !strings.HasSuffix(e.ErrorMessage(), "ü...") {
			t.Errorf("%s has a text of %d bytes, want some thousand of UTF-8 that end in dots", name, len(err.Error()))
		}
	}
	if got := api.NotFound("Disk", "data").Error(); got != "NotFoundException: The Disk does not exist: data" {
		t.Errorf("a short text: got %q", got)
	}
}
