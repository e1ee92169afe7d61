package api_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// TestAll_hasNoBound lists more resources than one query reads: a quota may be that high.
func TestAll_hasNoBound(t *testing.T) {
	w := newWorld(t, api.New(func(c *api.Call, _ *lightsail.GetKeyPairsInput) (*lightsail.GetKeyPairsOutput, error) {
		out := &lightsail.GetKeyPairsOutput{}
		rows, err := c.All(resource.KeyPair)
		for _, r := range rows {
			out.KeyPairs = append(out.KeyPairs, types.KeyPair{Name: &r.Name})
		}
		return out, err
	}, api.Of(resource.KeyPair)))
	all := make([]*resource.Resource, 2001)
	for n := range all {
		all[n] = &resource.Resource{ID: fmt.Sprint(n), Account: ours, Region: familytest.Region, Name: fmt.Sprintf("key-%04d", n), Kind: resource.KeyPair, CreatedAt: w.now}
	}
	want := 0
	for _, more := range [][]*resource.Resource{all[:1000], all[1000:]} { // as many as a query reads, and more
		w.change(func(tx *store.Tx) error { return tx.InsertResources(more) })
		want += len(more)
		got := familytest.Do(t, w.root(ours).GetKeyPairs, &lightsail.GetKeyPairsInput{}).KeyPairs
		if len(got) != want || *got[want-1].Name != all[want-1].Name {
			t.Errorf("got %d key pairs, want %d", len(got), want)
		}
	}
}
