package api_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/families"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// onlyWeb allows everything on resources of the team web, and the making of resources
// for that team.
const onlyWeb = `{"Version":"2012-10-17","Statement":[
	{"Effect":"Allow","Action":"lightsail:*","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"web"}}},
	{"Effect":"Allow","Action":["lightsail:CreateInstances","lightsail:CreateDisk","lightsail:CreateKeyPair","lightsail:CreateDomain","lightsail:CreateContactMethod","lightsail:CreateBucket","lightsail:CreateContainerService"],"Resource":"*",
	 "Condition":{"StringEquals":{"aws:RequestTag/team":"web"}}}]}`

// teamTags are the tags of what a team makes.
const teamTags = `"tags":[{"key":"team","value":"TEAM"}]`

// teamWorld makes what a team has before the walk; TEAM stands for its name.
var teamWorld = []call{
	{action: "CreateInstances", body: `{"instanceNames":["i-TEAM"],"availabilityZone":"us-east-1a","blueprintId":"debian_12","bundleId":"nano_3_0",` + teamTags + `}`},
	{action: "CreateDisk", body: `{"diskName":"d-TEAM","availabilityZone":"us-east-1a","sizeInGb":8,` + teamTags + `}`},
	{action: "CreateInstanceSnapshot", body: `{"instanceSnapshotName":"is-TEAM","instanceName":"i-TEAM",` + teamTags + `}`},
	{action: "CreateDiskSnapshot", body: `{"diskSnapshotName":"ds-TEAM","diskName":"d-TEAM",` + teamTags + `}`},
	{action: "AllocateStaticIp", body: `{"staticIpName":"s-TEAM"}`},
	{action: "TagResource", body: `{"resourceName":"s-TEAM",` + teamTags + `}`},
	{action: "ImportKeyPair", body: `{"keyPairName":"k-TEAM","publicKeyBase64":"` + edLine + `"}`},
	{action: "TagResource", body: `{"resourceName":"k-TEAM",` + teamTags + `}`},
	{action: "CreateDomain", body: `{"domainName":"TEAM.example.com",` + teamTags + `}`},
	{action: "CreateBucket", body: `{"bucketName":"b-TEAM","bundleId":"small_1_0",` + teamTags + `}`},
	{action: "CreateContainerService", body: `{"serviceName":"c-TEAM","power":"nano","scale":1,` + teamTags + `}`},
	{action: "CreateContainerService", body: `{"serviceName":"c3-TEAM","power":"nano","scale":1,` + teamTags + `}`},
}

// digest is that of an image.
var digest = strings.Repeat("0", 64)

// teamCalls are calls of every action that tags of a resource or of the request can
// decide about, in an order in which they succeed. KEY stands for the access key of the bucket.
var teamCalls = []call{
	{action: "CreateKeyPair", body: `{"keyPairName":"k2-TEAM",` + teamTags + `}`},
	{action: "CreateInstances", body: `{"instanceNames":["i2-TEAM"],"availabilityZone":"us-east-1a","blueprintId":"debian_12","bundleId":"nano_3_0",` + teamTags + `}`},
	{action: "CreateDisk", body: `{"diskName":"d2-TEAM","availabilityZone":"us-east-1a","sizeInGb":8,` + teamTags + `}`},
	{action: "CreateDiskFromSnapshot", body: `{"diskName":"d3-TEAM","diskSnapshotName":"ds-TEAM","availabilityZone":"us-east-1a","sizeInGb":8,` + teamTags + `}`},
	{action: "CreateDiskSnapshot", body: `{"diskSnapshotName":"ds2-TEAM","instanceName":"i-TEAM",` + teamTags + `}`},
	{action: "CreateDiskSnapshot", body: `{"diskSnapshotName":"ds3-TEAM","diskName":"d-TEAM",` + teamTags + `}`},
	{action: "CreateInstanceSnapshot", body: `{"instanceSnapshotName":"is2-TEAM","instanceName":"i-TEAM",` + teamTags + `}`},
	{action: "CreateInstancesFromSnapshot", body: `{"instanceNames":["i3-TEAM"],"instanceSnapshotName":"is-TEAM","availabilityZone":"us-east-1a","bundleId":"nano_3_0",` + teamTags + `}`},
	{action: "ExportSnapshot", body: `{"sourceSnapshotName":"is-TEAM"}`},
	{action: "ExportSnapshot", body: `{"sourceSnapshotName":"ds-TEAM"}`},
	{action: "AttachStaticIp", body: `{"staticIpName":"s-TEAM","instanceName":"i-TEAM"}`},
	{action: "DetachStaticIp", body: `{"staticIpName":"s-TEAM"}`},
	{action: "AttachDisk", body: `{"diskName":"d-TEAM","instanceName":"i-TEAM","diskPath":"/dev/xvdf"}`},
	{action: "OpenInstancePublicPorts", body: `{"instanceName":"i-TEAM","portInfo":{"fromPort":443,"toPort":443,"protocol":"tcp"}}`},
	{action: "CloseInstancePublicPorts", body: `{"instanceName":"i-TEAM","portInfo":{"fromPort":443,"toPort":443,"protocol":"tcp"}}`},
	{action: "PutInstancePublicPorts", body: `{"instanceName":"i-TEAM","portInfos":[{"fromPort":22,"toPort":22,"protocol":"tcp"}]}`},
	{action: "GetInstanceAccessDetails", body: `{"instanceName":"i-TEAM"}`},
	{action: "DeleteKnownHostKeys", body: `{"instanceName":"i-TEAM"}`},
	{action: "UpdateInstanceMetadataOptions", body: `{"instanceName":"i-TEAM","httpTokens":"required"}`},
	{action: "SetIpAddressType", body: `{"resourceType":"Instance","resourceName":"i-TEAM","ipAddressType":"ipv4"}`},
	{action: "RebootInstance", body: `{"instanceName":"i-TEAM"}`},
	{action: "StopInstance", body: `{"instanceName":"i-TEAM"}`},
	{action: "DetachDisk", body: `{"diskName":"d-TEAM"}`},
	{action: "StartInstance", body: `{"instanceName":"i-TEAM"}`},
	{action: "SetResourceAccessForBucket", body: `{"bucketName":"b-TEAM","resourceName":"i-TEAM","access":"allow"}`},
	{action: "UpdateBucket", body: `{"bucketName":"b-TEAM","cors":{"rules":[{"allowedMethods":["GET"],"allowedOrigins":["*"]}]}}`},
	{action: "UpdateBucketBundle", body: `{"bucketName":"b-TEAM","bundleId":"medium_1_0"}`},
	{action: "CreateBucketAccessKey", body: `{"bucketName":"b-TEAM"}`},
	{action: "TagResource", body: `{"resourceName":"i-TEAM","tags":[{"key":"stage","value":"test"}]}`},
	{action: "UntagResource", body: `{"resourceName":"i-TEAM","tagKeys":["stage"]}`},
	{action: "DeleteBucketAccessKey", body: `{"bucketName":"b-TEAM","accessKeyId":"KEY"}`},
	{action: "DeleteBucket", body: `{"bucketName":"b-TEAM","forceDelete":true}`},
	{action: "CreateBucket", body: `{"bucketName":"b2-TEAM","bundleId":"small_1_0",` + teamTags + `}`},
	{action: "RegisterContainerImage", body: `{"serviceName":"c-TEAM","label":"app","digest":"sha256:` + digest + `"}`},
	{action: "RegisterContainerImage", body: `{"serviceName":"c-TEAM","label":"app","digest":"sha256:` + digest + `"}`},
	{action: "CreateContainerServiceDeployment", body: `{"serviceName":"c-TEAM","containers":{"app":{"image":":c-TEAM.app.2","ports":{"80":"HTTP"}}}}`},
	{action: "DeleteContainerImage", body: `{"serviceName":"c-TEAM","image":":c-TEAM.app.1"}`},
	{action: "UpdateContainerService", body: `{"serviceName":"c-TEAM","scale":2}`},
	{action: "CreateContainerService", body: `{"serviceName":"c2-TEAM","power":"nano","scale":1,` + teamTags + `}`},
	{action: "DeleteContainerService", body: `{"serviceName":"c3-TEAM"}`},
	{action: "DeleteInstance", body: `{"instanceName":"i-TEAM"}`},
	{action: "DeleteDisk", body: `{"diskName":"d-TEAM"}`},
	{action: "DeleteInstanceSnapshot", body: `{"instanceSnapshotName":"is-TEAM"}`},
	{action: "DeleteDiskSnapshot", body: `{"diskSnapshotName":"ds-TEAM"}`},
	{action: "ReleaseStaticIp", body: `{"staticIpName":"s-TEAM"}`},
	{action: "DeleteKeyPair", body: `{"keyPairName":"k-TEAM"}`},
	{action: "CreateContactMethod", body: `{"protocol":"Email","contactEndpoint":"TEAM@example.com",` + teamTags + `}`},
	{action: "CreateDomain", body: `{"domainName":"TEAM.example.net",` + teamTags + `}`},
	{action: "CreateDomainEntry", body: `{"domainName":"TEAM.example.com","domainEntry":{"name":"www.TEAM.example.com","type":"A","target":"192.0.2.1"}}`},
	{action: "UpdateDomainEntry", body: `{"domainName":"TEAM.example.com","domainEntry":{"name":"www.TEAM.example.com","type":"A","target":"192.0.2.2"}}`},
	{action: "DeleteDomainEntry", body: `{"domainName":"TEAM.example.com","domainEntry":{"name":"www.TEAM.example.com","type":"A","target":"192.0.2.2"}}`},
	{action: "DeleteDomain", body: `{"domainName":"TEAM.example.com"}`},
}

// of is the call with a team's name in it.
func (c call) of(team string) call {
	c.body = strings.ReplaceAll(c.body, "TEAM", team)
	return c
}

// accessKey is what a test knows of the access key that a bucket has.
type accessKey string

var accessKeyID = regexp.MustCompile(`AKIA[A-Z2-7]{16}`)

// in is a call with the key in it.
func (k *accessKey) in(c call) call {
	c.body = strings.ReplaceAll(c.body, "KEY", string(*k))
	return c
}

// note keeps the key that an answer has, if there is one.
func (k *accessKey) note(answer string) {
	if id := accessKeyID.FindString(answer); id != "" {
		*k = accessKey(id)
	}
}

// TestActions_tagPoliciesDecide calls each action on what belongs to another
// team, which must be denied, and on what is the caller's team's, which must succeed.
func TestActions_tagPoliciesDecide(t *testing.T) {
	w := newWorld(t)
	root, web := w.signedAs(w.root(ours)), w.signedAs(w.user("web", onlyWeb))
	for _, team := range []string{"web", "db"} {
		for _, c := range teamWorld {
			wantAnswer(t, root, c.of(team), "")
		}
	}
	walked, key := map[string]bool{}, accessKey("")
	for _, c := range teamCalls {
		walked[c.action], c = true, key.in(c)
		wantAnswer(t, web, c.of("db"), denied)
		key.note(wantAnswer(t, web, c.of("web"), ""))
	}
	for _, a := range api.Describe(families.All(families.Deps{})) {
		if tagged := len(a.Required)+len(a.Optional) > 0 || a.RequestTags; a.Built && tagged && !walked[a.Name] {
			t.Errorf("%s can be decided about by tags, but no call here tries it", a.Name)
		}
	}
}

// wantAnswer sends a call and wants an exception, or success with "". It returns the answer.
func wantAnswer(t *testing.T, as *lanyardtest.Server, c call, exception string) string {
	t.Helper()
	got := c.send(t, as)
	if want := `"__type":"` + exception + `"`; exception != "" && !strings.Contains(got.body, want) {
		t.Errorf("%s %s: %s, want %s", c.action, c.body, got.body, exception)
	}
	if exception == "" && strings.Contains(got.body, `"__type"`) {
		t.Errorf("%s %s: %s, want success", c.action, c.body, got.body)
	}
	return got.body
}
