package bucket_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
)

// update changes the bucket photos.
func update(l *familytest.Lab, in lightsail.UpdateBucketInput) *types.Bucket {
	l.T.Helper()
	in.BucketName = new("photos")
	out := familytest.Do(l.T, l.UpdateBucket, &in)
	l.WantOperations(out.Operations, "UpdateBucket Bucket photos - Succeeded")
	return out.Bucket
}

// wantRefused wants an update of the bucket photos to be refused.
func wantRefused(l *familytest.Lab, in lightsail.UpdateBucketInput, message string) {
	l.T.Helper()
	in.BucketName = new("photos")
	_, err := l.UpdateBucket(l.T.Context(), &in)
	familytest.WantInvalid(l.T, err, "InvalidParams", message)
}

func rules(access types.AccessType, overrides *bool) *types.AccessRules {
	return &types.AccessRules{GetObject: access, AllowPublicOverrides: overrides}
}

// TestUpdateBucket_keepsWhatIsLeftOut changes one setting after the other.
func TestUpdateBucket_keepsWhatIsLeftOut(t *testing.T) {
	l := newLab(t)
	want := *create(l, "photos")
	step := func(in lightsail.UpdateBucketInput) {
		t.Helper()
		if diff := cmp.Diff(&want, update(l, in), familytest.Plain); diff != "" {
			t.Errorf("UpdateBucket (-want +got):\n%s", diff)
		}
		got := familytest.Do(t, l.GetBuckets, &lightsail.GetBucketsInput{}).Buckets
		if diff := cmp.Diff([]types.Bucket{want}, got, familytest.Plain); diff != "" {
			t.Errorf("GetBuckets after UpdateBucket (-want +got):\n%s", diff)
		}
	}
	step(lightsail.UpdateBucketInput{})
	want.AccessRules = rules(types.AccessTypePublic, new(false))
	step(lightsail.UpdateBucketInput{AccessRules: &types.AccessRules{GetObject: types.AccessTypePublic}})
	want.AccessRules = rules(types.AccessTypePublic, new(true))
	step(lightsail.UpdateBucketInput{AccessRules: &types.AccessRules{AllowPublicOverrides: new(true)}})
	step(lightsail.UpdateBucketInput{AccessRules: &types.AccessRules{}})
	want.ReadonlyAccessAccounts = []string{"111111111111", "222222222222"}
	step(lightsail.UpdateBucketInput{ReadonlyAccessAccounts: want.ReadonlyAccessAccounts})
	want.AccessLogConfig = &types.BucketAccessLogConfig{Enabled: new(true), Destination: new("photos"), Prefix: new("logs/")}
	step(lightsail.UpdateBucketInput{AccessLogConfig: want.AccessLogConfig})
	want.ObjectVersioning = new("Enabled")
	step(lightsail.UpdateBucketInput{Versioning: new("Enabled")})
	want.ReadonlyAccessAccounts = []string{}
	step(lightsail.UpdateBucketInput{ReadonlyAccessAccounts: []string{}})
	want.AccessLogConfig = &types.BucketAccessLogConfig{Enabled: new(false)}
	step(lightsail.UpdateBucketInput{AccessLogConfig: &types.BucketAccessLogConfig{Enabled: new(false), Destination: new("photos"), Prefix: new("x")}})
}

// TestUpdateBucket_versioning has what each value does to each state, and to the access rules.
func TestUpdateBucket_versioning(t *testing.T) {
	l := newLab(t)
	create(l, "photos")
	update(l, lightsail.UpdateBucketInput{AccessRules: rules(types.AccessTypePrivate, new(true))})
	for _, step := range []struct {
		to, want string
		resets   bool
	}{
		{"Suspended", "NeverEnabled", false},
		{"Enabled", "Enabled", true},
		{"Enabled", "Enabled", false},
		{"Suspended", "Suspended", true},
		{"Suspended", "Suspended", false},
		{"Enabled", "Enabled", true},
	} {
		update(l, lightsail.UpdateBucketInput{AccessRules: rules(types.AccessTypePrivate, new(true))})
		got := update(l, lightsail.UpdateBucketInput{Versioning: &step.to})
		if *got.ObjectVersioning != step.want || *got.AccessRules.AllowPublicOverrides == step.resets {
			t.Errorf("after versioning %s: %s, public overrides %t, want %s and a reset: %t", step.to,
				*got.ObjectVersioning, *got.AccessRules.AllowPublicOverrides, step.want, step.resets)
		}
	}
	got := update(l, lightsail.UpdateBucketInput{Versioning: new("Suspended"), AccessRules: rules("", new(true))})
	if *got.ObjectVersioning != "Suspended" || !*got.AccessRules.AllowPublicOverrides {
		t.Errorf("access rules of the same call are lost: %+v", got.AccessRules)
	}
	update(l, lightsail.UpdateBucketInput{AccessRules: rules(types.AccessTypePublic, nil)})
	if got := update(l, lightsail.UpdateBucketInput{Versioning: new("Enabled")}); got.AccessRules.GetObject != types.AccessTypePublic {
		t.Errorf("a public bucket has the access rules %+v after a change of versioning, want those of before", got.AccessRules)
	}
	for _, value := range []string{"NeverEnabled", "enabled"} {
		wantRefused(l, lightsail.UpdateBucketInput{Versioning: &value}, `The versioning "`+value+`" is invalid. It must be Enabled or Suspended.`)
	}
}

func TestUpdateBucket_readers(t *testing.T) {
	l := newLab(t)
	create(l, "photos")
	ten := strings.Split(strings.Repeat("123456789012 ", 10), " ")[:10]
	update(l, lightsail.UpdateBucketInput{ReadonlyAccessAccounts: ten})
	wantRefused(l, lightsail.UpdateBucketInput{ReadonlyAccessAccounts: append(ten, ten[0])}, "1 validation error detected: "+
		"Value at 'readonlyAccessAccounts' failed to satisfy constraint: Member must have length less than or equal to 10")
	for _, id := range []string{"12345678901", "1234567890123", "12345678901a"} {
		wantRefused(l, lightsail.UpdateBucketInput{ReadonlyAccessAccounts: []string{id}}, `The account ID "`+id+`" is invalid. It must have 12 digits.`)
	}
}

func TestUpdateBucket_accessLog(t *testing.T) {
	l := newLab(t)
	create(l, "photos")
	create(l, "logs")
	log := func(destination *string) lightsail.UpdateBucketInput {
		return lightsail.UpdateBucketInput{
			BucketName: new("photos"), AccessLogConfig: &types.BucketAccessLogConfig{Enabled: new(true), Destination: destination},
		}
	}
	wantRefused(l, log(nil), "These parameters are required: accessLogConfig.destination")
	there := l.Server.Client("eu-central-1")
	familytest.Do(t, there.CreateBucket, &lightsail.CreateBucketInput{BucketName: new("elsewhere"), BundleId: new("small_1_0")})
	for _, destination := range []string{"none", "elsewhere", "deploy"} {
		in := log(&destination)
		_, err := l.UpdateBucket(t.Context(), &in)
		familytest.WantNotFound(t, err, "The Bucket does not exist: "+destination)
	}
	update(l, log(new("logs")))
	familytest.Do(t, l.DeleteBucket, &lightsail.DeleteBucketInput{BucketName: new("logs")})
	if got := get(l, "photos").AccessLogConfig; *got.Destination != "logs" {
		t.Errorf("the access log is %+v after its destination was deleted, want it as it was", got)
	}
}

func rule(origin string) types.BucketCorsRule {
	return types.BucketCorsRule{AllowedMethods: []string{"GET"}, AllowedOrigins: []string{origin}}
}

func TestUpdateBucket_cors(t *testing.T) {
	l := newLab(t)
	create(l, "photos")
	full := &types.BucketCorsConfig{Rules: []types.BucketCorsRule{rule("*"), {
		Id: new("app"), AllowedMethods: []string{"GET", "HEAD", "POST", "PUT", "DELETE"}, AllowedOrigins: []string{"https://*.example.com"},
		AllowedHeaders: []string{"x-*"}, ExposeHeaders: []string{"ETag"}, MaxAgeSeconds: new(int32(0)),
	}}}
	for _, to := range []*types.BucketCorsConfig{
		full, {Rules: []types.BucketCorsRule{rule("https://example.com")}}, {Rules: []types.BucketCorsRule{}},
	} {
		shown := update(l, lightsail.UpdateBucketInput{Cors: to})
		if diff := cmp.Diff(to, shown.Cors, familytest.Plain); diff != "" {
			t.Errorf("UpdateBucket (-sent +got):\n%s", diff)
		}
		if other := update(l, lightsail.UpdateBucketInput{Versioning: new("Suspended")}); other.Cors != nil {
			t.Errorf("an update of something else shows the cors %v", other.Cors)
		}
		if diff := cmp.Diff(to, get(l, "photos").Cors, familytest.Plain); diff != "" {
			t.Errorf("GetBuckets with includeCors (-sent +got):\n%s", diff)
		}
	}
}

func TestUpdateBucket_corsRefusals(t *testing.T) {
	l := newLab(t)
	create(l, "photos")
	kept := &types.BucketCorsConfig{Rules: []types.BucketCorsRule{rule("*")}}
	update(l, lightsail.UpdateBucketInput{Cors: kept})
	with := func(change func(*types.BucketCorsRule)) lightsail.UpdateBucketInput {
		r := rule("*")
		change(&r)
		return lightsail.UpdateBucketInput{BucketName: new("photos"), Cors: &types.BucketCorsConfig{Rules: []types.BucketCorsRule{rule("a"), r}}}
	}
	for want, change := range map[string]func(*types.BucketCorsRule){
		"The CORS rule 2 must have at least one allowed method and one allowed origin.": func(r *types.BucketCorsRule) { r.AllowedMethods = []string{} },
		`AllowedOrigin "*.*.com" can not have more than one wildcard.`:                  func(r *types.BucketCorsRule) { r.AllowedOrigins = []string{"*.*.com"} },
		`AllowedOrigin "a\r\nb" must have printable ASCII characters without spaces.`:   func(r *types.BucketCorsRule) { r.AllowedOrigins = []string{"a\r\nb"} },
		`ExposeHeader "" must have printable ASCII characters without spaces.`:          func(r *types.BucketCorsRule) { r.ExposeHeaders = []string{""} },
		`AllowedHeader "ü" must have printable ASCII characters without spaces.`:        func(r *types.BucketCorsRule) { r.AllowedHeaders = []string{"ü"} },
		`AllowedHeader "**" can not have more than one wildcard.`:                       func(r *types.BucketCorsRule) { r.AllowedHeaders = []string{"a", "**"} },
		`ExposeHeader "*" contains wildcard. We currently do not support wildcard for ExposeHeader.`: func(r *types.BucketCorsRule) {
			r.ExposeHeaders = []string{"*"}
		},
		"The maxAgeSeconds of the CORS rule 2 must be 0 or more.":            func(r *types.BucketCorsRule) { r.MaxAgeSeconds = new(int32(-1)) },
		"The CORS configuration has 65650 bytes. It can have at most 65536.": func(r *types.BucketCorsRule) { r.ExposeHeaders = []string{strings.Repeat("x", 65509)} },
	} {
		wantRefused(l, with(change), want)
	}
	for want, change := range map[string]func(*types.BucketCorsRule){
		"cors.rules.2.member.allowedMethods.1.member": func(r *types.BucketCorsRule) { r.AllowedMethods = []string{"PATCH"} },
		"cors.rules.2.member.id":                      func(r *types.BucketCorsRule) { r.Id = new(strings.Repeat("i", 256)) },
	} {
		in := with(change)
		if _, err := l.UpdateBucket(t.Context(), &in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one about %s", err, want)
		}
	}
	wantRefused(l, lightsail.UpdateBucketInput{Cors: &types.BucketCorsConfig{}}, "These parameters are required: cors.rules")
	twins := []types.BucketCorsRule{rule("a"), rule("b")}
	twins[0].Id, twins[1].Id = new("one"), new("one")
	wantRefused(l, lightsail.UpdateBucketInput{Cors: &types.BucketCorsConfig{Rules: twins}}, `Two CORS rules have the ID "one".`)
	many := lightsail.UpdateBucketInput{BucketName: new("photos"), Cors: &types.BucketCorsConfig{Rules: make([]types.BucketCorsRule, 21)}}
	for n := range many.Cors.Rules {
		many.Cors.Rules[n] = rule("*")
	}
	if _, err := l.UpdateBucket(t.Context(), &many); err == nil || !strings.Contains(err.Error(), "'cors.rules'") {
		t.Errorf("21 rules: error %v, want one about cors.rules", err)
	}
	many.Cors.Rules = many.Cors.Rules[:20]
	update(l, many)
	update(l, lightsail.UpdateBucketInput{Cors: kept})
	if diff := cmp.Diff(kept, get(l, "photos").Cors, familytest.Plain); diff != "" {
		t.Errorf("cors after refused calls (-want +got):\n%s", diff)
	}
}
