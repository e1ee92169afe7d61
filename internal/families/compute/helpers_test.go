package compute_test

import (
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

const region = familytest.Region

// lab is a Lab with the moves and checks of this family.
type lab struct{ *familytest.Lab }

func newLab(t *testing.T, o lanyardtest.Options) *lab {
	t.Helper()
	return &lab{familytest.NewLab(t, o)}
}

// do makes a call that must succeed.
func do[I, O any](l *lab, call familytest.Call[I, O], in *I) *O {
	l.T.Helper()
	return familytest.Do(l.T, call, in)
}

// fails makes a call and returns its error.
func fails[I, O any](l *lab, call familytest.Call[I, O], in *I) error {
	_, err := call(l.T.Context(), in)
	return err
}
