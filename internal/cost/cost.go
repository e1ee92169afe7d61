// Package cost turns what resources are charged for, and how long, into costs by day.
//
// It knows no prices and no kind of resource: what a resource is charged for is the kind's. It
// stores nothing.
package cost

import (
	"maps"
	"math"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

// hoursAMonth is how many hours a monthly price is for: those of the longest month. Plans are
// charged by the hour, up to the monthly price (Lightsail FAQ); that rate is the price for 744 hours
// (AWS Price List).
const hoursAMonth = 744

// Span is a time from a moment on and up to another one.
type Span struct{ From, Until time.Time }

// within is the part of the span that is within another one. It may be empty.
func (s Span) within(other Span) Span {
	if s.From.Before(other.From) {
		s.From = other.From
	}
	if other.Until.Before(s.Until) {
		s.Until = other.Until
	}
	return s
}

// Charge is something that a resource is charged for over a time.
type Charge struct {
	Span
	// UsageType is its name on AWS's bills, without the region's code: DiskUsage.
	UsageType string
	// Unit is what is charged: hours, or GB and bundles for a month of the calendar.
	Unit types.PricingUnit
	// Amount is how many nodes, GB or bundles are charged at the same time.
	Amount float64
	// Price is US dollars for a unit.
	Price float64
}

// Hourly is a charge by the hour, by a price for a month in US dollars.
func Hourly(usageType string, amount float64, monthly float32) Charge {
	return Charge{UsageType: usageType, Unit: types.PricingUnitHrs, Amount: amount, Price: float64(monthly) / hoursAMonth}
}

// Stored is a charge for GB that are stored, by a price for a GB and a month in US dollars.
func Stored(usageType string, sizeInGB *int32, price float64) Charge {
	return Charge{UsageType: usageType, Unit: types.PricingUnitGBMo, Amount: float64(*sizeInGB), Price: price}
}

// used is how many units are used in a part of the charge's time that is within one day.
func (c *Charge) used(part Span) float64 {
	hours := part.Until.Sub(part.From).Hours() * c.Amount
	if c.Unit == types.PricingUnitHrs {
		return hours
	}
	month := time.Date(part.From.Year(), part.From.Month(), 1, 0, 0, 0, 0, time.UTC)
	return hours / month.AddDate(0, 1, 0).Sub(month).Hours()
}

// day is what one usage type costs on one day.
type day struct {
	unit        types.PricingUnit
	units, cost float64
}

// Estimates are the costs of charges over a span, by usage type and by day in UTC. Days without
// usage are left out. code is the region's code on bills: USE1.
func Estimates(charges []Charge, code string, over Span) []types.CostEstimate {
	byType := map[string]map[time.Time]day{}
	for _, c := range charges {
		days := byType[c.UsageType]
		if days == nil {
			days = map[time.Time]day{}
			byType[c.UsageType] = days
		}
		c.addTo(days, over)
	}
	list := []types.CostEstimate{}
	for _, usageType := range slices.Sorted(maps.Keys(byType)) {
		if days := byType[usageType]; len(days) > 0 {
			list = append(list, types.CostEstimate{UsageType: new(code + "-" + usageType), ResultsByTime: results(days, over)})
		}
	}
	return list
}

// addTo adds what is used within a span to the days.
func (c *Charge) addTo(days map[time.Time]day, over Span) {
	left := c.within(over)
	for left.From.Before(left.Until) {
		today := wholeDay(left.From)
		used := c.used(left.within(today))
		d := days[today.From]
		days[today.From] = day{c.Unit, d.units + used, d.cost + used*c.Price}
		left.From = today.Until
	}
}

// wholeDay is the day in UTC that a moment is in.
func wholeDay(at time.Time) Span {
	from := at.UTC().Truncate(24 * time.Hour)
	return Span{from, from.AddDate(0, 0, 1)}
}

func results(days map[time.Time]day, over Span) []types.EstimateByTime {
	var list []types.EstimateByTime
	for _, from := range slices.SortedFunc(maps.Keys(days), time.Time.Compare) {
		d, covers := days[from], wholeDay(from).within(over)
		list = append(list, types.EstimateByTime{
			UsageCost: new(rounded(d.cost)), Unit: new(rounded(d.units)), PricingUnit: d.unit, Currency: types.CurrencyUsd,
			TimePeriod: &types.TimePeriod{Start: &covers.From, End: &covers.Until},
		})
	}
	return list
}

// rounded has ten digits after the point, as amounts on AWS's bills have.
func rounded(x float64) float64 { return math.Round(x*1e10) / 1e10 }
