package resource_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

type priv struct {
	Note string `json:"note"`
}

type (
	disk      = resource.Record[types.Disk, priv, *types.Disk]
	container = resource.Record[types.ContainerService, priv, *types.ContainerService]
	staticIP  = resource.Record[types.StaticIp, priv, *types.StaticIp]
)

func row(kind resource.Kind) *resource.Resource {
	return &resource.Resource{
		ID: "19a4efdf-1111-4222-8333-123456789012", Account: "111122223333", Region: "us-east-1", Name: "data", Kind: kind,
		Zone: "us-east-1a", CreatedAt: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC),
		Tags: []types.Tag{{Key: new("team")}},
	}
}

func TestFill_writesTheEnvelope(t *testing.T) {
	var d disk
	d.Resource = row(resource.Disk)
	d.Fill("vol-1")
	want := types.Disk{
		Arn: new(d.Resource.ARN()), Name: new("data"), CreatedAt: &d.Resource.CreatedAt, Location: d.Resource.Location(),
		ResourceType: types.ResourceTypeDisk, SupportCode: new(d.Resource.SupportCode("vol-1")),
	}
	if diff := cmp.Diff(want, d.Doc, cmpopts.IgnoreUnexported(types.Disk{}, types.ResourceLocation{})); diff != "" {
		t.Errorf("the document of a disk (-want +got):\n%s", diff)
	}
	if err := d.CheckEnvelope("vol-1"); err != nil {
		t.Errorf("CheckEnvelope of what Fill wrote = %v", err)
	}
}

func TestFill_keepsSupportCode(t *testing.T) {
	var d disk
	d.Resource, d.Doc.SupportCode = row(resource.Disk), new("1/vol-0")
	d.Fill("vol-1")
	if *d.Doc.SupportCode != "1/vol-0" {
		t.Errorf("the support code became %s, want 1/vol-0", *d.Doc.SupportCode)
	}
}

// TestFill_leavesOutWhatATypeLacks has the types that lack members of the envelope.
func TestFill_leavesOutWhatATypeLacks(t *testing.T) {
	var c container
	c.Resource = row(resource.ContainerService)
	c.Fill("x")
	if *c.Doc.Arn != c.Resource.ARN() || c.Doc.Location == nil || c.CheckEnvelope("x") != nil {
		t.Errorf("the document of a container service = %+v, %v", c.Doc, c.CheckEnvelope("x"))
	}
	var ip staticIP
	ip.Resource = row(resource.StaticIP)
	ip.Fill("192.0.2.1")
	if *ip.Doc.Name != "data" || ip.CheckEnvelope("192.0.2.1") != nil {
		t.Errorf("the document of a static IP = %+v, %v", ip.Doc, ip.CheckEnvelope("192.0.2.1"))
	}
}

func TestCheckEnvelope_returnsWhatDiffers(t *testing.T) {
	for want, change := range map[string]func(*disk){
		"arn or name":  func(d *disk) { d.Doc.Arn = new("arn:aws:lightsail:us-east-1:111122223333:Disk/other") },
		"name":         func(d *disk) { d.Doc.Name = nil },
		"createdAt":    func(d *disk) { d.Doc.CreatedAt = new(d.Resource.CreatedAt.Add(time.Second)) },
		"location":     func(d *disk) { d.Doc.Location = &types.ResourceLocation{RegionName: "us-east-1"} },
		"resourceType": func(d *disk) { d.Doc.ResourceType = types.ResourceTypeInstance },
		"supportCode":  func(d *disk) { d.Doc.SupportCode = new("1/vol-2") },
		"tags":         func(d *disk) { d.Doc.Tags = []types.Tag{} },
	} {
		var d disk
		d.Resource = row(resource.Disk)
		d.Fill("vol-1")
		change(&d)
		if err := d.CheckEnvelope("vol-1"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("CheckEnvelope = %v, want an error about %s", err, want)
		}
	}
}

func TestRecord_packsWhatItOpened(t *testing.T) {
	var d disk
	d.Resource, d.Priv.Note = row(resource.Disk), "first"
	d.Fill("vol-1")
	if err := d.Pack(); err != nil {
		t.Fatal(err)
	}
	doc, private := string(d.Resource.Doc), string(d.Resource.Priv)
	var again disk
	if err := again.Open(d.Resource); err != nil || again.Priv.Note != "first" || *again.Doc.Name != "data" {
		t.Fatalf("Open = %+v, %v", again, err)
	}
	if err := again.Pack(); err != nil || string(again.Resource.Doc) != doc || string(again.Resource.Priv) != private {
		t.Errorf("Pack wrote %s and %s (%v), want %s and %s", again.Resource.Doc, again.Resource.Priv, err, doc, private)
	}
	var shown disk
	if err := shown.OpenDoc(d.Resource); err != nil || shown.Priv.Note != "" {
		t.Errorf("OpenDoc = %+v, %v, want no private document", shown, err)
	}
	if err := shown.Pack(); err != nil || string(shown.Resource.Priv) != private {
		t.Errorf("Pack after OpenDoc wrote %s (%v), want %s", shown.Resource.Priv, err, private)
	}
}

func TestOpen_refusesBrokenDocuments(t *testing.T) {
	for _, tc := range []struct{ doc, priv string }{{"{", "{}"}, {"[]", "{}"}, {"{}", "{"}, {"{}", "null"}, {"{}", ""}} {
		var d disk
		if err := d.Open(&resource.Resource{Kind: resource.Disk, ID: "x", Doc: []byte(tc.doc), Priv: []byte(tc.priv)}); err == nil {
			t.Errorf("Open of %s and %s returned no error", tc.doc, tc.priv)
		}
	}
}

func TestLifecycle_plansPhases(t *testing.T) {
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	l := resource.Lifecycle{"create": {
		{State: "pending", Takes: 20 * time.Second}, {State: "starting", Takes: 10 * time.Second}, {State: "running"},
	}}
	for scale, want := range map[float64]resource.Plan{
		1: resource.Plan{}.Then(now, "pending").Then(now.Add(20*time.Second), "starting").Then(now.Add(30*time.Second), "running"),
		0: resource.Plan{}.Then(now, "pending").Then(now, "starting").Then(now, "running"),
	} {
		got := l.Plan("create", now, func(d time.Duration) time.Time { return now.Add(time.Duration(float64(d) * scale)) })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the plan at the scale %g (-want +got):\n%s", scale, diff)
		}
	}
}
