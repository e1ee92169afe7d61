package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"
)

// reads look at everything that a team's walk leaves.
var reads = []call{
	{action: "GetInstances", body: `{}`},
	{action: "GetInstance", body: `{"instanceName":"i2-TEAM"}`},
	{action: "GetInstanceState", body: `{"instanceName":"i2-TEAM"}`},
	{action: "GetInstancePortStates", body: `{"instanceName":"i2-TEAM"}`},
	{action: "GetInstanceAccessDetails", body: `{"instanceName":"i2-TEAM"}`},
	{action: "GetDisks", body: `{}`},
	{action: "GetDisk", body: `{"diskName":"d2-TEAM"}`},
	{action: "GetDiskSnapshots", body: `{}`},
	{action: "GetInstanceSnapshots", body: `{}`},
	{action: "GetExportSnapshotRecords", body: `{}`},
	{action: "GetCloudFormationStackRecords", body: `{}`},
	{action: "GetStaticIps", body: `{}`},
	{action: "GetKeyPairs", body: `{"includeDefaultKeyPair":true}`},
	{action: "GetDomains", body: `{}`},
	{action: "GetContactMethods", body: `{}`},
	{action: "GetBuckets", body: `{"includeConnectedResources":true}`},
	{action: "GetBuckets", body: `{"bucketName":"b-TEAM","includeCors":true}`},
	{action: "GetBucketAccessKeys", body: `{"bucketName":"b-TEAM"}`},
	{action: "GetContainerServices", body: `{}`},
	{action: "GetContainerServiceDeployments", body: `{"serviceName":"c-TEAM"}`},
	{action: "GetContainerImages", body: `{"serviceName":"c-TEAM"}`},
	{action: "GetContainerLog", body: `{"serviceName":"c-TEAM","containerName":"app"}`},
	{action: "GetContainerServicePowers", body: `{}`},
	{action: "GetContainerAPIMetadata", body: `{}`},
	{action: "CreateContainerServiceRegistryLogin", body: `{}`},
	{action: "GetBucketBundles", body: `{"includeInactive":true}`},
	{action: "GetDomain", body: `{"domainName":"TEAM.example.com"}`},
	{action: "GetAutoSnapshots", body: `{"resourceName":"i2-TEAM"}`},
	{action: "GetOperations", body: `{}`},
	{action: "GetOperationsForResource", body: `{"resourceName":"i-TEAM"}`},
	{action: "GetActiveNames", body: `{}`},
	{action: "GetProfile", body: `{}`},
	{action: "GetRegions", body: `{}`},
	{action: "GetRegions", body: `{"includeAvailabilityZones":true,"includeRelationalDatabaseAvailabilityZones":true}`},
	{action: "GetBlueprints", body: `{"includeInactive":true}`},
	{action: "GetBundles", body: `{"includeInactive":true}`},
}

// keyOnly are tags without a value, and with an empty one.
const keyOnly = `"tags":[{"key":"none"},{"key":"empty","value":""}]`

// keyOnlyTags go to one of each kind.
var keyOnlyTags = []call{
	{action: "TagResource", body: `{"resourceName":"i2-TEAM",` + keyOnly + `}`},
	{action: "TagResource", body: `{"resourceName":"d2-TEAM",` + keyOnly + `}`},
	{action: "TagResource", body: `{"resourceName":"k2-TEAM",` + keyOnly + `}`},
	{action: "TagResource", body: `{"resourceName":"ds2-TEAM",` + keyOnly + `}`},
	{action: "TagResource", body: `{"resourceName":"is2-TEAM",` + keyOnly + `}`},
}

// seenEmpty are the empty strings that AWS was seen to send: the details of operations
// that start and reboot instances, the common names of ports, and the role of a container service
// that does not pull from Amazon ECR.
var seenEmpty = []string{
	"CreateContainerService containerService.privateRegistryAccess.ecrImagePullerRole.principalArn",
	"CreateContainerServiceDeployment containerService.privateRegistryAccess.ecrImagePullerRole.principalArn",
	"GetContainerServices containerServices[].privateRegistryAccess.ecrImagePullerRole.principalArn",
	"GetInstance instance.networking.ports[].commonName",
	"GetInstances instances[].networking.ports[].commonName",
	"GetOperations operations[].operationDetails",
	"GetOperationsForResource operations[].operationDetails",
	"RebootInstance operations[].operationDetails",
	"StartInstance operations[].operationDetails",
	"UpdateContainerService containerService.privateRegistryAccess.ecrImagePullerRole.principalArn",
}

// TestAnswers_leaveOutWhatIsAbsent makes, changes and reads one of everything and looks
// for members with an empty string or null, which AWS leaves out.
func TestAnswers_leaveOutWhatIsAbsent(t *testing.T) {
	w := newWorld(t)
	root := w.signedAs(w.root(ours))
	empty, key := map[string]bool{}, accessKey("")
	send := func(calls []call) {
		for _, c := range calls {
			c = key.in(c).of("web")
			got := c.send(t, root)
			key.note(got.body)
			if got.status != 200 {
				t.Fatalf("%s %s: %s", c.action, c.body, got.body)
			}
			var answer any
			if err := json.Unmarshal([]byte(got.body), &answer); err != nil {
				t.Fatal(err)
			}
			findEmpty(c.action+" ", answer, empty)
		}
	}
	send(teamWorld)
	for i := range teamCalls {
		send(teamCalls[i : i+1])
		if teamCalls[i].action == "UntagResource" {
			send(keyOnlyTags)
			send(reads)
			w.now = w.now.Add(time.Hour)
			send(reads)
		}
	}
	if got := slices.Sorted(maps.Keys(empty)); !slices.Equal(got, seenEmpty) {
		t.Errorf("empty members in answers: got %q, want %q", got, seenEmpty)
	}
}

func findEmpty(place string, value any, found map[string]bool) {
	switch value := value.(type) {
	case nil:
		found[place+" null"] = true
	case string:
		if value == "" {
			found[place] = true
		}
	case []any:
		for _, element := range value {
			findEmpty(place+"[]", element, found)
		}
	case map[string]any:
		for name, member := range value {
			dot := "."
			if place[len(place)-1] == ' ' {
				dot = ""
			}
			findEmpty(fmt.Sprint(place, dot, name), member, found)
		}
	}
}
