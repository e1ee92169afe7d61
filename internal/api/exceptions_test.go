package api_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/families"
	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/internal/store"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// absent are calls on resources that do not exist, of every built action whose input
// names one.
var absent = map[string]string{
	"AttachDisk":                       `{"diskName":"none","instanceName":"none","diskPath":"/dev/xvdf"}`,
	"AttachStaticIp":                   `{"staticIpName":"none","instanceName":"none"}`,
	"CloseInstancePublicPorts":         `{"instanceName":"none","portInfo":{"fromPort":22,"toPort":22,"protocol":"tcp"}}`,
	"CopySnapshot":                     `{"sourceSnapshotName":"none","sourceRegion":"us-east-1","targetSnapshotName":"new"}`,
	"CreateBucketAccessKey":            `{"bucketName":"none"}`,
	"CreateCloudFormationStack":        `{"instances":[{"sourceName":"none","instanceType":"t3.nano","portInfoSource":"DEFAULT","availabilityZone":"us-east-1a"}]}`,
	"CreateContainerServiceDeployment": `{"serviceName":"none","containers":{"app":{"image":"nginx"}}}`,
	"CreateDiskFromSnapshot":           `{"diskName":"new","diskSnapshotName":"none","availabilityZone":"us-east-1a","sizeInGb":8}`,
	"CreateDiskSnapshot":               `{"diskSnapshotName":"new","diskName":"none"}`,
	"CreateDomainEntry":                `{"domainName":"none.example","domainEntry":{"name":"none.example","type":"A","target":"192.0.2.1"}}`,
	"CreateInstanceSnapshot":           `{"instanceSnapshotName":"new","instanceName":"none"}`,
	"CreateInstances":                  `{"instanceNames":["new"],"availabilityZone":"us-east-1a","blueprintId":"debian_12","bundleId":"nano_3_0","keyPairName":"none"}`,
	"CreateInstancesFromSnapshot":      `{"instanceNames":["new"],"instanceSnapshotName":"none","availabilityZone":"us-east-1a","bundleId":"nano_3_0"}`,
	"DeleteAutoSnapshot":               `{"resourceName":"none","date":"2026-11-20"}`,
	"DeleteBucket":                     `{"bucketName":"none"}`,
	"DeleteBucketAccessKey":            `{"bucketName":"none","accessKeyId":"AKIAIOSFODNN7EXAMPLE"}`,
	"DeleteContactMethod":              `{"protocol":"Email"}`,
	"DeleteContainerImage":             `{"serviceName":"none","image":":none.app.1"}`,
	"DeleteContainerService":           `{"serviceName":"none"}`,
	"DeleteDisk":                       `{"diskName":"none"}`,
	"DeleteDiskSnapshot":               `{"diskSnapshotName":"none"}`,
	"DeleteDomain":                     `{"domainName":"none.example"}`,
	"DeleteDomainEntry":                `{"domainName":"none.example","domainEntry":{"name":"none.example","type":"A","target":"192.0.2.1"}}`,
	"DeleteInstance":                   `{"instanceName":"none"}`,
	"DeleteInstanceSnapshot":           `{"instanceSnapshotName":"none"}`,
	"DeleteKeyPair":                    `{"keyPairName":"none"}`,
	"DeleteKnownHostKeys":              `{"instanceName":"none"}`,
	"DetachDisk":                       `{"diskName":"none"}`,
	"DetachStaticIp":                   `{"staticIpName":"none"}`,
	"DisableAddOn":                     `{"resourceName":"none","addOnType":"AutoSnapshot"}`,
	"EnableAddOn":                      `{"resourceName":"none","addOnRequest":{"addOnType":"AutoSnapshot"}}`,
	"ExportSnapshot":                   `{"sourceSnapshotName":"none"}`,
	"GetAutoSnapshots":                 `{"resourceName":"none"}`,
	"GetBucketAccessKeys":              `{"bucketName":"none"}`,
	"GetBucketMetricData":              `{"bucketName":"none","metricName":"NumberOfObjects","period":86400,"startTime":1,"endTime":2,"unit":"Count","statistics":["Average"]}`,
	"GetBuckets":                       `{"bucketName":"none"}`,
	"GetContainerImages":               `{"serviceName":"none"}`,
	"GetContainerLog":                  `{"serviceName":"none","containerName":"app"}`,
	"GetContainerServiceDeployments":   `{"serviceName":"none"}`,
	"GetContainerServiceMetricData":    `{"serviceName":"none","metricName":"CPUUtilization","period":300,"startTime":1,"endTime":2,"statistics":["Average"]}`,
	"GetContainerServices":             `{"serviceName":"none"}`,
	"GetDisk":                          `{"diskName":"none"}`,
	"GetDiskSnapshot":                  `{"diskSnapshotName":"none"}`,
	"GetDomain":                        `{"domainName":"none.example"}`,
	"GetInstance":                      `{"instanceName":"none"}`,
	"GetInstanceAccessDetails":         `{"instanceName":"none"}`,
	"GetInstanceMetricData":            `{"instanceName":"none","metricName":"CPUUtilization","period":300,"startTime":1,"endTime":2,"unit":"Percent","statistics":["Average"]}`,
	"GetInstancePortStates":            `{"instanceName":"none"}`,
	"GetInstanceSnapshot":              `{"instanceSnapshotName":"none"}`,
	"GetInstanceState":                 `{"instanceName":"none"}`,
	"GetKeyPair":                       `{"keyPairName":"none"}`,
	"GetOperation":                     `{"operationId":"none"}`,
	"GetStaticIp":                      `{"staticIpName":"none"}`,
	"OpenInstancePublicPorts":          `{"instanceName":"none","portInfo":{"fromPort":22,"toPort":22,"protocol":"tcp"}}`,
	"PutInstancePublicPorts":           `{"instanceName":"none","portInfos":[{"fromPort":22,"toPort":22,"protocol":"tcp"}]}`,
	"RebootInstance":                   `{"instanceName":"none"}`,
	"RegisterContainerImage":           `{"serviceName":"none","label":"app","digest":"sha256:0"}`,
	"ReleaseStaticIp":                  `{"staticIpName":"none"}`,
	"SendContactMethodVerification":    `{"protocol":"Email"}`,
	"SetIpAddressType":                 `{"resourceType":"Instance","resourceName":"none","ipAddressType":"ipv4"}`,
	"SetResourceAccessForBucket":       `{"bucketName":"none","resourceName":"none","access":"allow"}`,
	"StartInstance":                    `{"instanceName":"none"}`,
	"StopInstance":                     `{"instanceName":"none"}`,
	"TagResource":                      `{"resourceName":"none","tags":[{"key":"team"}]}`,
	"UntagResource":                    `{"resourceName":"none","tagKeys":["team"]}`,
	"UpdateBucket":                     `{"bucketName":"none"}`,
	"UpdateBucketBundle":               `{"bucketName":"none","bundleId":"small_1_0"}`,
	"UpdateContainerService":           `{"serviceName":"none"}`,
	"UpdateDomainEntry":                `{"domainName":"none.example","domainEntry":{"name":"none.example","type":"A","target":"192.0.2.1"}}`,
	"UpdateInstanceMetadataOptions":    `{"instanceName":"none","httpTokens":"required"}`,
}

// nothingIsAbsent are the built actions that the API model gives a NotFoundException
// though their input names nothing that could be missing.
var nothingIsAbsent = []string{
	"AllocateStaticIp", "CreateContactMethod", "CreateContainerService", "CreateContainerServiceRegistryLogin", "CreateDisk", "CreateDomain", "CreateKeyPair", "DownloadDefaultKeyPair", "GetActiveNames", "GetBlueprints", "GetBundles",
	"GetCloudFormationStackRecords", "GetContactMethods", "GetContainerServicePowers", "GetDiskSnapshots", "GetDisks", "GetDomains", "GetExportSnapshotRecords", "GetInstanceSnapshots", "GetInstances",
	"GetKeyPairs", "GetOperations", "GetOperationsForResource", "GetRegions", "GetStaticIps", "ImportKeyPair",
}

// nothingIsInvalid are the built actions whose input can be no bad one.
var nothingIsInvalid = []string{"DownloadDefaultKeyPair", "GetBucketBundles", "GetContainerAPIMetadata", "GetContainerServicePowers", "GetProfile", "GetRegions"}

// TestActions_haveTheExceptionsOfTheModel reaches the exceptions that the API model
// lists for each built action, but for OperationFailureException: that one depends on
// a resource's state, and the families' own tests have it.
func TestActions_haveTheExceptionsOfTheModel(t *testing.T) {
	w := newWorld(t)
	root, nobody := w.signedAs(w.root(ours)), w.signedAs(w.user("nobody"))
	for _, a := range built() {
		_, named := absent[a.Name]
		if slices.Contains(a.Errors, "NotFoundException") && !named && !slices.Contains(nothingIsAbsent, a.Name) {
			t.Errorf("%s has no call on something absent: add it to absent or to nothingIsAbsent", a.Name)
		}
	}
	walk := func(exception string, as *lanyardtest.Server, body func(action string) (string, bool)) {
		t.Helper()
		for _, a := range built() {
			if text, reachable := body(a.Name); reachable && (len(a.Errors) == 0 || slices.Contains(a.Errors, exception)) {
				wantCodeOf(t, a.Name, wantAnswer(t, as, call{action: a.Name, body: text}, exception))
			}
		}
	}
	empty := func(string) (string, bool) { return "{}", true }

	walk(denied, nobody, empty)
	walk("InvalidInputException", root, func(action string) (string, bool) {
		switch action { // these have no pages
		case "GetContactMethods":
			return `{"protocols":["Fax"]}`, true
		case "GetContainerServices":
			return `{"serviceName":"-"}`, true
		}
		return `{"pageToken":"forged"}`, !slices.Contains(nothingIsInvalid, action)
	})
	walk("NotFoundException", root, func(action string) (string, bool) {
		body, named := absent[action]
		return body, named
	})
	w.change(func(tx *store.Tx) error { return tx.SetRegionSetup(ours, "us-east-1", w.now.Add(time.Minute)) })
	walk("RegionSetupInProgressException", root, empty)
	w.change(func(tx *store.Tx) error {
		return tx.UpdateAccount(&store.Account{ID: ours, SetupUntil: w.now.Add(time.Minute)})
	})
	walk("AccountSetupInProgressException", root, empty)
	w.change(func(tx *store.Tx) error { return tx.UpdateAccount(&store.Account{ID: ours, Closed: true}) })
	walk("UnauthenticatedException", root, empty)
	if err := w.db.Close(); err != nil {
		t.Fatal(err)
	}
	walk("ServiceException", root, empty)
}

// wantCodeOf wants an exception to have a code, unless its action is about container services: none
// of those has one, whatever part of the server makes it.
func wantCodeOf(t *testing.T, action, answer string) {
	t.Helper()
	if has := strings.Contains(answer, `"code":`); has == strings.Contains(action, "Container") {
		t.Errorf("the exception of %s has a code: %t, want the contrary: %s", action, has, answer)
	}
}

// built are the actions that Lanyard has.
func built() []model.Action {
	var names []string
	for _, a := range api.Describe(families.All(families.Deps{})) {
		if a.Built {
			names = append(names, a.Name)
		}
	}
	return slices.DeleteFunc(slices.Clone(model.Actions()), func(a model.Action) bool { return !slices.Contains(names, a.Name) })
}
