package resource_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

func TestResource_arnLocationAndSupportCode(t *testing.T) {
	r := &resource.Resource{ID: "19a4efdf", Account: "111122223333", Region: "us-east-1", Name: "MyKey1", Kind: resource.KeyPair, Zone: "all"}
	if got, want := r.ARN(), "arn:aws:lightsail:us-east-1:111122223333:KeyPair/19a4efdf"; got != want {
		t.Errorf("ARN = %s, want %s", got, want)
	}
	if l := r.Location(); *l.AvailabilityZone != "all" || l.RegionName != "us-east-1" {
		t.Errorf("location = %s %s", *l.AvailabilityZone, l.RegionName)
	}
	code := r.SupportCode(r.Name)
	if !regexp.MustCompile(`^[0-9]{12}/MyKey1$`).MatchString(code) || strings.HasPrefix(code, r.Account) {
		t.Errorf("support code = %s, want 12 digits that are not the account's and the name", code)
	}
	sibling := *r
	sibling.Name = "other"
	if a, b := code[:12], sibling.SupportCode("other")[:12]; a != b {
		t.Errorf("two resources of one region have the internal accounts %s and %s", a, b)
	}
	sibling.Region = "eu-west-1"
	if a, b := code[:12], sibling.SupportCode("other")[:12]; a == b {
		t.Error("two regions share an internal account")
	}
}

func TestARN_globalKinds(t *testing.T) {
	r := &resource.Resource{ID: "x", Account: "111122223333", Region: "us-east-1", Kind: resource.Domain, Zone: "all"}
	if got, want := r.ARN(), "arn:aws:lightsail:global:111122223333:Domain/x"; got != want {
		t.Errorf("ARN = %s, want %s", got, want)
	}
	if got := r.Location().RegionName; got != "global" {
		t.Errorf("region = %s, want global", got)
	}
	r.Kind = resource.Distribution
	if got, want := r.ARN(), "arn:aws:lightsail:us-east-1:111122223333:Distribution/x"; got != want {
		t.Errorf("ARN of a distribution: got %s, want %s", got, want)
	}
}

func tag(key, value string) types.Tag { return types.Tag{Key: &key, Value: &value} }

func show(tags []types.Tag) string {
	var b strings.Builder
	for _, t := range tags {
		fmt.Fprintf(&b, "%s=%s;", *t.Key, resource.TagValue(t))
	}
	return b.String()
}

func TestMergeTags(t *testing.T) {
	present := []types.Tag{tag("a", "1"), tag("b", "2")}
	keyOnly := "only"
	for _, tc := range []struct {
		name  string
		added []types.Tag
		want  string
	}{
		{"new keys follow", []types.Tag{tag("c", "3")}, "a=1;b=2;c=3;"},
		{"a present key keeps its place", []types.Tag{tag("a", "9"), tag("c", "")}, "a=9;b=2;c=;"},
		{"keys are case-sensitive", []types.Tag{tag("A", "9")}, "a=1;b=2;A=9;"},
		{"a key without value", []types.Tag{{Key: &keyOnly}}, "a=1;b=2;only=;"},
		{"all allowed characters", []types.Tag{tag("Größe ٣+-=._:/@", "é + - = . _ : / @")}, "a=1;b=2;Größe ٣+-=._:/@=é + - = . _ : / @;"},
		{"the longest key and value in code points", []types.Tag{tag(strings.Repeat("ö", 128), strings.Repeat("ö", 256))}, "a=1;b=2;" + strings.Repeat("ö", 128) + "=" + strings.Repeat("ö", 256) + ";"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := resource.MergeTags(present, tc.added)
			if err != nil || show(got) != tc.want {
				t.Errorf("MergeTags = %s, %v, want %s", show(got), err, tc.want)
			}
			for _, tag := range got {
				if tag.Value != nil && *tag.Value == "" {
					t.Errorf("the tag %s has an empty value, want none", *tag.Key)
				}
			}
			if show(present) != "a=1;b=2;" {
				t.Errorf("the present tags changed to %s", show(present))
			}
		})
	}
}

func TestMergeTags_noneAreAnEmptyList(t *testing.T) {
	if got, err := resource.MergeTags(nil, nil); err != nil || got == nil {
		t.Errorf("MergeTags = %v, %v", got, err)
	}
}

func TestMergeTags_errors(t *testing.T) {
	many := make([]types.Tag, 49)
	for i := range many {
		many[i] = tag(fmt.Sprint("k", i), "")
	}
	present := []types.Tag{tag("a", "1"), tag("b", "2")}
	for _, tc := range []struct {
		name  string
		added []types.Tag
		want  string
	}{
		{"no key", []types.Tag{{}}, "needs a key"},
		{"an empty key", []types.Tag{tag("", "v")}, "at least 1 character"},
		{"a key too long", []types.Tag{tag(strings.Repeat("k", 129), "")}, "longer than 128"},
		{"a value too long", []types.Tag{tag("k", strings.Repeat("v", 257))}, "longer than 256"},
		{"a reserved key", []types.Tag{tag("aws:x", "")}, "reserved"},
		{"a reserved key in capitals", []types.Tag{tag("AWS:x", "")}, "reserved"},
		{"a reserved value", []types.Tag{tag("k", "aws:x")}, "reserved"},
		{"a bad character in a key", []types.Tag{tag("a#b", "")}, "character other than"},
		{"a bad character in a value", []types.Tag{tag("k", "a\x00b")}, "character other than"},
		{"the same key twice", []types.Tag{tag("k", "1"), tag("k", "2")}, "more than once"},
		{"more than 50 in all", many, "at most 50"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := resource.MergeTags(present, tc.added)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("MergeTags = %s, %v, want an error with %q", show(got), err, tc.want)
			}
		})
	}
	if got, err := resource.MergeTags(present, many[:48]); err != nil || len(got) != 50 {
		t.Errorf("50 tags: %d, %v", len(got), err)
	}
}

func TestRemoveTags(t *testing.T) {
	present := []types.Tag{tag("a", "1"), tag("b", "2")}
	got, err := resource.RemoveTags(present, []string{"a", "missing"})
	if err != nil || show(got) != "b=2;" || show(present) != "a=1;b=2;" {
		t.Errorf("RemoveTags = %s, %v, and the present ones %s", show(got), err, show(present))
	}
	if _, err := resource.RemoveTags(present, []string{"aws:x"}); err == nil {
		t.Error("a reserved key was accepted")
	}
}
