package metric

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Series is what is measured of one metric of a resource. The zero Series is that of a metric which
// the resource does not have.
type Series struct {
	// Unit is the one that the metric is published in.
	Unit types.MetricUnit
	// Samples yields what was measured from one moment up to and without another.
	Samples func(from, to time.Time) Samples
}

// Source finds the series of a metric of a resource, with what is measured by now. The transaction
// reads what belongs to the resource beside its row, such as entries.
type Source func(tx *store.Tx, r *resource.Resource, name string, now time.Time) (Series, error)

// Sources are those of all kinds that have metrics.
type Sources map[resource.Kind]Source

// Series finds the series of a metric of a resource of any kind. It is the zero Series for kinds
// without metrics.
func (s Sources) Series(tx *store.Tx, r *resource.Resource, name string, now time.Time) (Series, error) {
	source := s[r.Kind]
	if source == nil {
		return Series{}, nil
	}
	return source(tx, r, name, now)
}

// Of answers the query from a series. There is no data in a unit that the metric is not published in.
func (q Query) Of(s Series) []types.MetricDatapoint {
	if s.Samples == nil || s.Unit != q.Unit {
		return []types.MetricDatapoint{}
	}
	return q.Datapoints(s.Samples(q.First(), q.End))
}
