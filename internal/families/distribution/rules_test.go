package distribution_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
)

// TestUpdateDistribution_pages sets the pages for errors and the root, and removes them.
func TestUpdateDistribution_pages(t *testing.T) {
	l := newLab(t)
	in := of("cdn")
	in.DefaultRootObject = new("index.html")
	in.CustomErrorResponses = []types.DistributionCustomErrorResponse{
		{ErrorCode: new(int32(404)), ResponseCode: new("200"), ResponsePagePath: new("/404.html")}, {ErrorCode: new(int32(500)), ErrorCachingMinTTL: new(int64(0))},
	}
	d := l.create(in)
	in.CustomErrorResponses[0].ErrorCachingMinTTL = new(int64(10))
	if diff := gocmp.Diff(in.CustomErrorResponses, d.CustomErrorResponses, familytest.Plain); diff != "" || *d.DefaultRootObject != "index.html" {
		t.Errorf("the root is %s, the pages are (-want +got):\n%s", *d.DefaultRootObject, diff)
	}
	for name, tt := range map[string]struct {
		page types.DistributionCustomErrorResponse
		want string
	}{
		"no error":      {types.DistributionCustomErrorResponse{ErrorCode: new(int32(200))}, "There is no custom error response for the error code 200."},
		"half a page":   {types.DistributionCustomErrorResponse{ErrorCode: new(int32(404)), ResponseCode: new("200")}, "A custom error response has a response code and a page, or neither."},
		"no path":       {types.DistributionCustomErrorResponse{ErrorCode: new(int32(404)), ResponseCode: new("200"), ResponsePagePath: new("x")}, "The path of the page of a custom error response must begin with a forward slash."},
		"no such code":  {types.DistributionCustomErrorResponse{ErrorCode: new(int32(404)), ResponseCode: new("302"), ResponsePagePath: new("/x")}, "A custom error response cannot have the given response code."},
		"negative time": {types.DistributionCustomErrorResponse{ErrorCode: new(int32(404)), ErrorCachingMinTTL: new(int64(-1))}, "The TTL of a custom error response is from 0 to 3153600000, not -1."},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := l.UpdateDistribution(t.Context(), &lightsail.UpdateDistributionInput{
				DistributionName: new("cdn"), CustomErrorResponses: []types.DistributionCustomErrorResponse{tt.page},
			})
			wantRefused(t, err, tt.want)
		})
	}
	d = l.update(&lightsail.UpdateDistributionInput{
		DistributionName: new("cdn"), DefaultRootObject: new(""), CustomErrorResponses: []types.DistributionCustomErrorResponse{},
	})
	if d.DefaultRootObject != nil || len(d.CustomErrorResponses) > 0 {
		t.Errorf("after removing: root %v, pages %v", d.DefaultRootObject, d.CustomErrorResponses)
	}
}

// TestUpdateDistribution_privateOrigin is for buckets, and ends with another origin.
func TestUpdateDistribution_privateOrigin(t *testing.T) {
	l := newLab(t)
	in := of("cdn")
	in.EnablePrivateOriginAccess = new(true)
	if d := l.create(in); d.Origin.IsPrivateOriginAccessEnabled == nil || !*d.Origin.IsPrivateOriginAccessEnabled {
		t.Error("private access is not enabled")
	}
	if d := l.update(&lightsail.UpdateDistributionInput{DistributionName: new("cdn"), Origin: in.Origin}); d.Origin.IsPrivateOriginAccessEnabled == nil {
		t.Error("private access has ended with the same origin")
	}
	familytest.Do(t, l.CreateContainerService, &lightsail.CreateContainerServiceInput{ServiceName: new("svc"), Power: "nano", Scale: new(int32(1))})
	other := &lightsail.UpdateDistributionInput{DistributionName: new("cdn"), Origin: origin("svc", "us-east-1"), EnablePrivateOriginAccess: new(true)}
	_, err := l.UpdateDistribution(t.Context(), other)
	wantRefused(t, err, "You can enable private origin access only when the distribution's origin is a Lightsail bucket.")
	other.EnablePrivateOriginAccess = nil
	if d := l.update(other); d.Origin.IsPrivateOriginAccessEnabled != nil {
		t.Error("another origin has private access")
	}
}

// inspection is a valid one.
func inspection() *types.WafResponseInspection {
	return &types.WafResponseInspection{FailureCodes: []int32{401}, SuccessCodes: []int32{200}}
}

// TestUpdateDistribution_waf has the firewall's rules by bundle.
func TestUpdateDistribution_waf(t *testing.T) {
	l := newLab(t)
	in := of("cdn")
	in.EnableWaf = new(true)
	_, err := l.CreateDistribution(t.Context(), in)
	wantRefused(t, err, "WAF is not available for distributions that use the small_1_0 bundle.")
	in.BundleId = new("large_1_0")
	in.WafRules = []types.WafRule{
		{Name: new("AWSManagedRulesCommonRuleSet")},
		{Name: new("AWSManagedRulesBotControlRuleSet"), BotControlConfig: &types.WafBotControlConfig{InspectionLevel: "COMMON"}},
		{Name: new("AWSManagedRulesATPRuleSet"), AtpConfig: &types.WafAtpConfig{
			LoginPath: new("/login"), PayloadType: "FORM_ENCODED", UsernameField: new("user"), PasswordField: new("password"), ResponseInspection: inspection(),
		}},
		{Name: new("AWSManagedRulesACFPRuleSet"), AcfpConfig: &types.WafAcfpConfig{
			CreationPath: new("/signup/submit"), RegistrationPagePath: new("/signup"), PayloadType: "JSON", ResponseInspection: inspection(),
		}},
	}
	d := l.create(in)
	if diff := gocmp.Diff(&types.WafConfig{IsWafEnabled: new(true), WafRules: in.WafRules}, d.Waf, familytest.Plain); diff != "" {
		t.Errorf("the firewall (-want +got):\n%s", diff)
	}
	_, err = l.UpdateDistributionBundle(t.Context(), &lightsail.UpdateDistributionBundleInput{DistributionName: new("cdn"), BundleId: new("medium_1_0")})
	wantRefused(t, err, "A WAF rule group is not one of the medium_1_0 bundle, or comes twice.")
	d = l.update(&lightsail.UpdateDistributionInput{DistributionName: new("cdn"), EnableWaf: new(false)})
	if *d.Waf.IsWafEnabled || len(d.Waf.WafRules) > 0 {
		t.Errorf("after switching off: enabled %t, %d rules", *d.Waf.IsWafEnabled, len(d.Waf.WafRules))
	}
	_, err = l.UpdateDistribution(t.Context(), &lightsail.UpdateDistributionInput{DistributionName: new("cdn"), WafRules: in.WafRules})
	wantRefused(t, err, "You can specify WAF rules only when WAF is enabled for the distribution.")
}

func TestUpdateDistribution_wafRefusals(t *testing.T) {
	l := newLab(t)
	in := of("cdn")
	in.EnableWaf, in.BundleId = new(true), new("large_1_0")
	l.create(in)
	both := inspection()
	both.SuccessCodes = both.FailureCodes
	atp := func(i *types.WafResponseInspection, user string) types.WafRule {
		return types.WafRule{Name: new("AWSManagedRulesATPRuleSet"), AtpConfig: &types.WafAtpConfig{
			LoginPath: new("/login"), PayloadType: "JSON", UsernameField: &user, PasswordField: new("/password"), ResponseInspection: i,
		}}
	}
	for name, tt := range map[string]struct {
		rule types.WafRule
		want string
	}{
		"unknown":    {types.WafRule{Name: new("Mine")}, "A WAF rule group is not one of the large_1_0 bundle, or comes twice."},
		"bare":       {types.WafRule{Name: new("AWSManagedRulesBotControlRuleSet")}, "The WAF rule group AWSManagedRulesBotControlRuleSet does not have the configuration that it needs, or has another one."},
		"no pointer": {atp(inspection(), "user"), "The configuration of the WAF rule group AWSManagedRulesATPRuleSet is not valid."},
		"no codes":   {atp(&types.WafResponseInspection{FailureCodes: []int32{}, SuccessCodes: []int32{1000}}, "/user"), "The response inspection of a WAF rule group has from 1 to 10 status codes of each sort, from 0 to 999."},
		"both sorts": {atp(both, "/user"), "A status code in the response inspection of a WAF rule group is of both sorts."},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := l.UpdateDistribution(t.Context(), &lightsail.UpdateDistributionInput{DistributionName: new("cdn"), WafRules: []types.WafRule{tt.rule}})
			wantRefused(t, err, tt.want)
		})
	}
}

// points are how many minutes of the last hour have a value.
func (l *lab) points(metric types.DistributionMetricName, unit types.MetricUnit) []types.MetricDatapoint {
	l.T.Helper()
	return familytest.Do(l.T, l.GetDistributionMetricData, &lightsail.GetDistributionMetricDataInput{
		DistributionName: new("cdn"), MetricName: metric, Unit: unit, Period: new(int32(60)), Statistics: []types.MetricStatistic{"Sum", "Average"},
		StartTime: new(l.Now().Add(-time.Hour)), EndTime: new(l.Now()),
	}).MetricData
}

// TestGetDistributionMetricData has values of the time in which the distribution answers.
func TestGetDistributionMetricData(t *testing.T) {
	l := newLab(t)
	in := of("cdn")
	in.BundleId = new("medium_1_0")
	l.create(in)
	l.Pass(30 * time.Minute)
	for metric, unit := range map[types.DistributionMetricName]types.MetricUnit{
		"Requests": "None", "BytesDownloaded": "None", "BytesUploaded": "None", "TotalErrorRate": "Percent", "Http4xxErrorRate": "Percent", "Http5xxErrorRate": "Percent",
	} {
		got := l.points(metric, unit)
		if len(got) != 30 {
			t.Errorf("%s: got %d points after half an hour, want 30", metric, len(got))
		}
		for _, p := range got {
			if p.Unit != unit || *p.Sum < 0 || unit == "Percent" && *p.Average > 100 || p.Maximum != nil {
				t.Errorf("%s: got the point %v", metric, p)
			}
		}
		if n := len(l.points(metric, "Seconds")); n > 0 {
			t.Errorf("%s in seconds: got %d points, want none", metric, n)
		}
	}
	if n := len(l.points("WafAllowedRequests", "None")); n > 0 {
		t.Errorf("without a firewall: got %d points of it, want none", n)
	}
	l.update(&lightsail.UpdateDistributionInput{DistributionName: new("cdn"), IsEnabled: new(false), EnableWaf: new(true)})
	l.Pass(10 * time.Minute)
	if n := len(l.points("Requests", "None")); n != 35 {
		t.Errorf("ten minutes after it was disabled: got %d points, want 35", n)
	}
	l.update(&lightsail.UpdateDistributionInput{DistributionName: new("cdn"), IsEnabled: new(true)})
	l.Pass(2 * time.Minute)
	if n := len(l.points("WafAllowedRequests", "None")); n != 37 {
		t.Errorf("two minutes after it was enabled again: got %d points of the firewall, want 37", n)
	}
}

// TestGetDistributions_listIsShorter: only a distribution that is asked for by its name shows its pages for errors and for the root.
func TestGetDistributions_listIsShorter(t *testing.T) {
	l := newLab(t)
	in := of("cdn")
	in.DefaultRootObject = new("index.html")
	in.CustomErrorResponses = []types.DistributionCustomErrorResponse{{ErrorCode: new(int32(404))}}
	l.create(in)
	one := *l.get("cdn")
	if one.DefaultRootObject == nil || len(one.CustomErrorResponses) != 1 {
		t.Errorf("by its name it shows the root object %v and %d custom error responses, want both", one.DefaultRootObject, len(one.CustomErrorResponses))
	}
	one.DefaultRootObject, one.CustomErrorResponses = nil, nil
	list := familytest.Do(t, l.GetDistributions, &lightsail.GetDistributionsInput{}).Distributions
	if diff := gocmp.Diff([]types.LightsailDistribution{one}, list, familytest.Plain); diff != "" {
		t.Errorf("the list (-want +got):\n%s", diff)
	}
}
