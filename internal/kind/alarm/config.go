package alarm

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Period is how long the intervals are whose statistics alarms look at (API reference, PutAlarm).
const Period = 5 * time.Minute

// maxPeriods is how many periods an evaluation looks at, a day's (API reference, PutAlarm).
const maxPeriods = 288

// Metric says how alarms read a metric.
type Metric struct {
	Unit      types.MetricUnit
	Statistic types.MetricStatistic
}

// The units are those of the API reference. Which statistic AWS takes for which metric is not
// published: these are the ones that the API reference calls useful, but for storage and memory, of
// which the least of the period counts, and for checks that fail.
var (
	percent     = Metric{types.MetricUnitPercent, types.MetricStatisticAverage}
	seconds     = Metric{types.MetricUnitSeconds, types.MetricStatisticAverage}
	bytes       = Metric{types.MetricUnitBytes, types.MetricStatisticSum}
	count       = Metric{types.MetricUnitCount, types.MetricStatisticSum}
	average     = Metric{types.MetricUnitCount, types.MetricStatisticAverage}
	most        = Metric{types.MetricUnitCount, types.MetricStatisticMaximum}
	leastBytes  = Metric{types.MetricUnitBytes, types.MetricStatisticMinimum}
	mostBytes   = Metric{types.MetricUnitBytes, types.MetricStatisticMaximum}
	bytesPerSec = Metric{types.MetricUnitBytesSecond, types.MetricStatisticAverage}
)

// metrics are those that alarms can monitor (API reference, PutAlarm), by kind.
var metrics = map[resource.Kind]map[types.MetricName]Metric{
	resource.Instance: {
		types.MetricNameCPUUtilization:            percent,
		types.MetricNameNetworkIn:                 bytes,
		types.MetricNameNetworkOut:                bytes,
		types.MetricNameStatusCheckFailed:         most,
		types.MetricNameStatusCheckFailedInstance: most,
		types.MetricNameStatusCheckFailedSystem:   most,
		types.MetricNameBurstCapacityTime:         seconds,
		types.MetricNameBurstCapacityPercentage:   percent,
		types.MetricNameDiskReadOps:               count,
		types.MetricNameDiskWriteOps:              count,
		types.MetricNameDiskReadBytes:             bytes,
		types.MetricNameDiskWriteBytes:            bytes,
		types.MetricNameDiskTotalReadTime:         seconds,
		types.MetricNameDiskTotalWriteTime:        seconds,
		types.MetricNameDiskQueueLength:           average,
	},
	resource.LoadBalancer: {
		types.MetricNameClientTLSNegotiationErrorCount: count,
		types.MetricNameHealthyHostCount:               average,
		types.MetricNameUnhealthyHostCount:             average,
		types.MetricNameHTTPCodeLb4xxCount:             count,
		types.MetricNameHTTPCodeLb5xxCount:             count,
		types.MetricNameHTTPCodeInstance2xxCount:       count,
		types.MetricNameHTTPCodeInstance3xxCount:       count,
		types.MetricNameHTTPCodeInstance4xxCount:       count,
		types.MetricNameHTTPCodeInstance5xxCount:       count,
		types.MetricNameInstanceResponseTime:           seconds,
		types.MetricNameRejectedConnectionCount:        count,
		types.MetricNameRequestCount:                   count,
	},
	resource.RelationalDatabase: {
		types.MetricNameCPUUtilization:            percent,
		types.MetricNameDatabaseConnections:       most,
		types.MetricNameDiskQueueDepth:            count,
		types.MetricNameFreeStorageSpace:          leastBytes,
		types.MetricNameNetworkReceiveThroughput:  bytesPerSec,
		types.MetricNameNetworkTransmitThroughput: bytesPerSec,
		types.MetricNameFreeableMemory:            leastBytes, // in the API model only
		types.MetricNameSwapUsage:                 mostBytes,  // in the API model only
	},
}

// roles are those of the links to the resources that alarms monitor.
var roles = map[resource.Kind]resource.Role{
	resource.Instance:           resource.MonitoredInstance,
	resource.LoadBalancer:       resource.MonitoredBalancer,
	resource.RelationalDatabase: resource.MonitoredDatabase,
}

// Kinds are those that alarms can monitor.
func Kinds() []resource.Kind { return slices.Sorted(maps.Keys(roles)) }

// RoleOf is the role of the link from an alarm to a resource of the kind.
func RoleOf(k resource.Kind) resource.Role { return roles[k] }

// Configure replaces the whole configuration of the alarm by that of a document, whose absent members
// get their defaults. The state stays. It returns why it cannot do that, or "".
func (a *Alarm) Configure(to types.Alarm, monitored resource.Kind) (refusal string) {
	m, known := metrics[monitored][to.MetricName]
	if !known {
		return fmt.Sprintf("The metric %s is not one that an alarm can monitor of a resource of the type %s.", to.MetricName, monitored)
	}
	doc := &a.Doc
	doc.ComparisonOperator, doc.Threshold, doc.EvaluationPeriods = to.ComparisonOperator, to.Threshold, to.EvaluationPeriods
	doc.MetricName, doc.Unit, doc.Statistic, doc.Period = to.MetricName, m.Unit, m.Statistic, new(int32(Period/time.Second))
	doc.MonitoredResourceInfo = &types.MonitoredResourceInfo{ResourceType: types.ResourceType(monitored)}
	doc.DatapointsToAlarm = to.DatapointsToAlarm
	if doc.DatapointsToAlarm == nil {
		doc.DatapointsToAlarm = to.EvaluationPeriods
	}
	doc.TreatMissingData = to.TreatMissingData
	if doc.TreatMissingData == "" {
		doc.TreatMissingData = types.TreatMissingDataMissing
	}
	doc.NotificationEnabled = new(to.NotificationEnabled == nil || *to.NotificationEnabled)
	doc.ContactProtocols = once(to.ContactProtocols)
	doc.NotificationTriggers = once(to.NotificationTriggers)
	if len(doc.NotificationTriggers) == 0 {
		doc.NotificationTriggers = []types.AlarmState{inAlarm}
	}
	return a.refuseConfig()
}

// refuseConfig says what is wrong with the alarm's configuration; "" if nothing is.
func (a *Alarm) refuseConfig() string {
	periods, points := aws.ToInt32(a.Doc.EvaluationPeriods), aws.ToInt32(a.Doc.DatapointsToAlarm)
	threshold := aws.ToFloat64(a.Doc.Threshold)
	switch {
	case periods < 1 || periods > maxPeriods:
		return fmt.Sprintf("The evaluationPeriods must be from 1 to %d, not %d.", maxPeriods, periods)
	case points < 1 || points > periods:
		return fmt.Sprintf("The datapointsToAlarm must be from 1 to the evaluationPeriods, %d, not %d.", periods, points)
	case math.IsNaN(threshold) || math.IsInf(threshold, 0):
		return fmt.Sprintf("The threshold must be a number, not %v.", threshold)
	case !slices.Contains(a.Doc.NotificationTriggers, inAlarm):
		return "The notificationTriggers must include ALARM."
	}
	return ""
}

// once is a list without what comes again in it.
func once[T comparable](list []T) (different []T) {
	for _, v := range list {
		if !slices.Contains(different, v) {
			different = append(different, v)
		}
	}
	return different
}
