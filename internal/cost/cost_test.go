package cost_test

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/cost"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

func at(text string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		panic(err)
	}
	return t
}

func span(from, until string) cost.Span { return cost.Span{From: at(from), Until: at(until)} }

// lines writes estimates as "type day: units at cost", with the part of the day if it is not whole.
func lines(estimates []types.CostEstimate) []string {
	list := []string{}
	for _, e := range estimates {
		for _, r := range e.ResultsByTime {
			from, until := *r.TimePeriod.Start, *r.TimePeriod.End
			period := from.Format("01-02")
			if until.Sub(from) != 24*time.Hour {
				period += from.Format(" 15:04") + until.Format("-15:04")
			}
			list = append(list, fmt.Sprintf("%s %s: %.4g %s at %.4g", *e.UsageType, period, *r.Unit, r.PricingUnit, *r.UsageCost))
		}
	}
	return list
}

func TestEstimates_byDay(t *testing.T) {
	hourly := cost.Hourly("BundleUsage:0.5GB", 1, 7.44)
	hourly.Span = span("2026-02-27 18:00", "2026-03-01 06:00")
	for _, tc := range []struct {
		name string
		over cost.Span
		want []string
	}{
		{"all of its life", span("2026-02-01 00:00", "2026-04-01 00:00"), []string{
			"USE1-BundleUsage:0.5GB 02-27: 6 Hrs at 0.06", "USE1-BundleUsage:0.5GB 02-28: 24 Hrs at 0.24", "USE1-BundleUsage:0.5GB 03-01: 6 Hrs at 0.06",
		}},
		{"a part of a day", span("2026-02-28 12:00", "2026-02-28 13:30"), []string{"USE1-BundleUsage:0.5GB 02-28 12:00-13:30: 1.5 Hrs at 0.015"}},
		{"to the end of a day", span("2026-02-27 00:00", "2026-02-28 00:00"), []string{"USE1-BundleUsage:0.5GB 02-27: 6 Hrs at 0.06"}},
		{"before its life", span("2026-02-01 00:00", "2026-02-27 18:00"), []string{}},
		{"after its life", span("2026-03-01 06:00", "2026-03-10 00:00"), []string{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, lines(cost.Estimates([]cost.Charge{hourly}, "USE1", tc.over))); diff != "" {
				t.Errorf("estimates (-want +got):\n%s", diff)
			}
		})
	}
}

// TestEstimates_ofWholeMonths: a GB that is there for a month is one GB-Mo, however long the month is. A
// plan by the hour costs its monthly price in the longest months.
func TestEstimates_ofWholeMonths(t *testing.T) {
	for _, tc := range []struct {
		month   string
		gb, hrs float64
	}{{"2026-01", 1, 10}, {"2026-02", 1, 9.0322580645}, {"2028-02", 1, 9.3548387097}, {"2026-04", 1, 9.6774193548}} {
		from := at(tc.month + "-01 00:00")
		month := cost.Span{From: from, Until: from.AddDate(0, 1, 0)}
		disk := cost.Charge{Span: month, UsageType: "DiskUsage", Unit: types.PricingUnitGBMo, Amount: 8, Price: 0.125}
		plan := cost.Hourly("BundleUsage:1GB", 1, 10)
		plan.Span = month
		var sums []float64
		for _, e := range cost.Estimates([]cost.Charge{disk, plan}, "USE1", month) {
			sum := 0.0
			for _, r := range e.ResultsByTime {
				sum += *r.UsageCost
			}
			sums = append(sums, math.Round(sum*1e6)/1e6)
		}
		if want := []float64{math.Round(tc.hrs*1e6) / 1e6, tc.gb}; !cmp.Equal(want, sums) {
			t.Errorf("%s: got the costs %v, want %v", tc.month, sums, want)
		}
	}
}

// scale is what the charges of a test depend on.
type scale struct {
	Nodes int `json:"nodes"`
}

var nodes = cost.NewTerms(func(s scale) error {
	if s.Nodes < 0 {
		return fmt.Errorf("%d nodes", s.Nodes)
	}
	return nil
}, func(s scale, over cost.Span) cost.Charge {
	c := cost.Hourly("Nodes", float64(s.Nodes), 744)
	c.Span = over
	return c
})

func change(when string, former int) *resource.Entry {
	doc, _ := json.Marshal(scale{former})
	return &resource.Entry{At: at(when), Doc: doc}
}

func TestTermsCharges_overChanges(t *testing.T) {
	for _, tc := range []struct {
		name    string
		changes []*resource.Entry
		want    []string
	}{
		{"none", nil, []string{"X-Nodes 05-01: 48 Hrs at 48"}},
		{"one", []*resource.Entry{change("2026-05-01 06:00", 3)}, []string{"X-Nodes 05-01: 54 Hrs at 54"}},
		{"two, with nothing between", []*resource.Entry{change("2026-05-01 06:00", 1), change("2026-05-01 12:00", 0)}, []string{"X-Nodes 05-01: 30 Hrs at 30"}},
		{"two at once", []*resource.Entry{change("2026-05-01 06:00", 1), change("2026-05-01 06:00", 9)}, []string{"X-Nodes 05-01: 42 Hrs at 42"}},
		{"after the clock was put back", []*resource.Entry{change("2026-05-01 12:00", 1), change("2026-05-01 06:00", 9)}, []string{"X-Nodes 05-01: 36 Hrs at 36"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			charges, err := nodes.Charges(tc.changes, scale{2}, span("2026-05-01 00:00", "2026-05-02 00:00"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, lines(cost.Estimates(charges, "X", span("2026-04-01 00:00", "2026-06-01 00:00")))); diff != "" {
				t.Errorf("estimates (-want +got):\n%s", diff)
			}
		})
	}
	if _, err := nodes.Charges([]*resource.Entry{{Doc: []byte("[]")}}, scale{2}, span("2026-05-01 00:00", "2026-05-02 00:00")); err == nil {
		t.Error("terms that cannot be read: got no error")
	}
}

func TestTermsCheck(t *testing.T) {
	for doc, ok := range map[string]bool{`{"nodes":3}`: true, `{"nodes":-1}`: false, `{"nodes":"3"}`: false, `{"nodes":3,"x":1}`: false} {
		if err := nodes.Check(&resource.Entry{Doc: []byte(doc)}); (err == nil) != ok {
			t.Errorf("%s: got %v, want it to be valid: %t", doc, err, ok)
		}
	}
}
