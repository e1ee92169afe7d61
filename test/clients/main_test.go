//go:build clients

package clients

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/lanyard-cloud/lanyard/test/process"
	"github.com/lanyard-cloud/lanyard/test/wirecheck"
)

func TestMain(m *testing.M) {
	code := process.Main(m)
	if code == 0 && flag.Lookup("test.run").Value.String() == "" {
		code = checkDriven()
	}
	os.Exit(code)
}

// pageSize is small, so that a handful of resources fills several pages.
const pageSize = "2"

// quick makes changes of state take little time, but some: what a call begins is shown as begun.
var quick = []string{"--time-scale", "0.002"}

// startChecked starts a server and returns the checker before it.
func startChecked(t *testing.T, args ...string) *wirecheck.Checker {
	t.Helper()
	server := process.Start(t, t.TempDir(), append([]string{"--page-size", pageSize}, args...)...)
	return check(t, server)
}

// check starts a checker before a server, and records which client called what.
func check(t *testing.T, server *process.Server) *wirecheck.Checker {
	t.Helper()
	checker := wirecheck.Start(t, server.Endpoint)
	t.Cleanup(func() { driven.addCalls(checker.Succeeded()) })
	return checker
}

// A part of a client's suite has a server of its own.
type part struct {
	name  string
	start func(*testing.T) *wirecheck.Checker
}

// parts are those of the suites of boto3 and of the JavaScript SDK.
var parts = []part{
	{"key_pairs", func(t *testing.T) *wirecheck.Checker { return startChecked(t) }},
	{"instances", func(t *testing.T) *wirecheck.Checker { return startChecked(t, quick...) }},
	{"network", func(t *testing.T) *wirecheck.Checker { return startChecked(t, quick...) }},
	{"domains", func(t *testing.T) *wirecheck.Checker { return startChecked(t) }},
	{"certificates", func(t *testing.T) *wirecheck.Checker { return startChecked(t, quick...) }},
	{"load_balancers", func(t *testing.T) *wirecheck.Checker { return startChecked(t, quick...) }},
	{"distributions", func(t *testing.T) *wirecheck.Checker { return startChecked(t, quick...) }},
	{"monitoring", func(t *testing.T) *wirecheck.Checker { return startChecked(t) }},
	{"buckets", func(t *testing.T) *wirecheck.Checker { return startChecked(t, quick...) }},
	{"containers", func(t *testing.T) *wirecheck.Checker { return startChecked(t, quick...) }},
	{"databases", func(t *testing.T) *wirecheck.Checker { return startChecked(t, quick...) }},
	{"database_reports", func(t *testing.T) *wirecheck.Checker { return startChecked(t, quick...) }},
	{"storage", func(t *testing.T) *wirecheck.Checker { return startChecked(t, quick...) }},
	{"past", func(t *testing.T) *wirecheck.Checker { return startAged(t, quick...) }},
	{"realistic", func(t *testing.T) *wirecheck.Checker { return startChecked(t, "--time-scale", "realistic") }},
}

// need fails the test when a client is not on this machine.
func need(t *testing.T, program, remedy string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Fatalf("%v: install it with %s", err, remedy)
	}
}

// needRun fails the test when a command does not run, which shows that something is not on this machine.
func needRun(t *testing.T, remedy, program string, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %q: %v: install it with %s\n%s", program, args, err, remedy, out)
	}
}

// clientEnv is the environment for an AWS client: the root's key, no config files of anybody's, and no way out of
// this machine.
func clientEnv(t *testing.T, more ...string) []string {
	t.Helper()
	dir := t.TempDir()
	env := append(process.Environ(),
		"AWS_ACCESS_KEY_ID="+process.AccessKeyID,
		"AWS_SECRET_ACCESS_KEY="+process.SecretAccessKey,
		"AWS_CONFIG_FILE="+filepath.Join(dir, "config"),
		"AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(dir, "credentials"),
	)
	return append(append(env, isolation...), more...)
}

// isolation keeps AWS clients from looking for credentials elsewhere, and any call that is not for this machine from
// leaving it: nothing listens on the discard port. The locale makes their output the same everywhere.
var isolation = []string{
	"AWS_EC2_METADATA_DISABLED=true",
	"AWS_PAGER=",
	"LC_ALL=C.UTF-8",
	"HTTP_PROXY=http://127.0.0.1:9",
	"HTTPS_PROXY=http://127.0.0.1:9",
	"NO_PROXY=127.0.0.1",
	"http_proxy=http://127.0.0.1:9",
	"https_proxy=http://127.0.0.1:9",
	"no_proxy=127.0.0.1",
}

// built lists the actions that the server has. It is written down here a second time on purpose: an action that gets
// lost is missed.
var built = []string{
	"AllocateStaticIp", "AttachCertificateToDistribution", "AttachDisk", "AttachInstancesToLoadBalancer",
	"AttachLoadBalancerTlsCertificate", "AttachStaticIp", "CloseInstancePublicPorts", "CopySnapshot", "CreateBucket",
	"CreateBucketAccessKey", "CreateCertificate", "CreateCloudFormationStack", "CreateContactMethod",
	"CreateContainerService", "CreateContainerServiceDeployment", "CreateContainerServiceRegistryLogin", "CreateDisk",
	"CreateDiskFromSnapshot", "CreateDiskSnapshot", "CreateDistribution", "CreateDomain", "CreateDomainEntry",
	"CreateInstanceSnapshot", "CreateInstances", "CreateInstancesFromSnapshot", "CreateKeyPair", "CreateLoadBalancer",
	"CreateLoadBalancerTlsCertificate", "CreateRelationalDatabase", "CreateRelationalDatabaseFromSnapshot",
	"CreateRelationalDatabaseSnapshot", "DeleteAlarm", "DeleteAutoSnapshot", "DeleteBucket", "DeleteBucketAccessKey",
	"DeleteCertificate", "DeleteContactMethod", "DeleteContainerImage", "DeleteContainerService", "DeleteDisk",
	"DeleteDiskSnapshot", "DeleteDistribution", "DeleteDomain", "DeleteDomainEntry", "DeleteInstance",
	"DeleteInstanceSnapshot", "DeleteKeyPair", "DeleteKnownHostKeys", "DeleteLoadBalancer",
	"DeleteLoadBalancerTlsCertificate", "DeleteRelationalDatabase", "DeleteRelationalDatabaseSnapshot",
	"DetachCertificateFromDistribution", "DetachDisk", "DetachInstancesFromLoadBalancer", "DetachStaticIp",
	"DisableAddOn", "DownloadDefaultKeyPair", "EnableAddOn", "ExportSnapshot", "GetActiveNames", "GetAlarms",
	"GetAutoSnapshots", "GetBlueprints", "GetBucketAccessKeys", "GetBucketBundles", "GetBucketMetricData",
	"GetBuckets", "GetBundles", "GetCertificates", "GetCloudFormationStackRecords", "GetContactMethods",
	"GetContainerAPIMetadata", "GetContainerImages", "GetContainerLog", "GetContainerServiceDeployments",
	"GetContainerServiceMetricData", "GetContainerServicePowers", "GetContainerServices", "GetCostEstimate", "GetDisk",
	"GetDiskSnapshot", "GetDiskSnapshots", "GetDisks", "GetDistributionBundles", "GetDistributionLatestCacheReset",
	"GetDistributionMetricData", "GetDistributions", "GetDomain", "GetDomains", "GetExportSnapshotRecords",
	"GetInstance", "GetInstanceAccessDetails", "GetInstanceMetricData", "GetInstancePortStates", "GetInstanceSnapshot",
	"GetInstanceSnapshots", "GetInstanceState", "GetInstances", "GetKeyPair", "GetKeyPairs", "GetLoadBalancer",
	"GetLoadBalancerMetricData", "GetLoadBalancerTlsCertificates", "GetLoadBalancerTlsPolicies", "GetLoadBalancers",
	"GetOperation", "GetOperations", "GetOperationsForResource", "GetProfile", "GetRegions", "GetRelationalDatabase",
	"GetRelationalDatabaseBlueprints", "GetRelationalDatabaseBundles", "GetRelationalDatabaseEvents",
	"GetRelationalDatabaseLogEvents", "GetRelationalDatabaseLogStreams", "GetRelationalDatabaseMasterUserPassword",
	"GetRelationalDatabaseMetricData", "GetRelationalDatabaseParameters", "GetRelationalDatabaseSnapshot",
	"GetRelationalDatabaseSnapshots", "GetRelationalDatabases", "GetSetupHistory", "GetStaticIp", "GetStaticIps",
	"ImportKeyPair", "IsVpcPeered", "OpenInstancePublicPorts", "PeerVpc", "PutAlarm", "PutInstancePublicPorts",
	"RebootInstance", "RebootRelationalDatabase", "RegisterContainerImage", "ReleaseStaticIp",
	"ResetDistributionCache", "SendContactMethodVerification", "SetIpAddressType", "SetResourceAccessForBucket",
	"SetupInstanceHttps", "StartInstance", "StartRelationalDatabase", "StopInstance", "StopRelationalDatabase",
	"TagResource", "TestAlarm", "UnpeerVpc", "UntagResource", "UpdateBucket", "UpdateBucketBundle",
	"UpdateContainerService", "UpdateDistribution", "UpdateDistributionBundle", "UpdateDomainEntry",
	"UpdateInstanceMetadataOptions", "UpdateLoadBalancerAttribute", "UpdateRelationalDatabase",
	"UpdateRelationalDatabaseParameters",
}

// wantSeen checks that every action that is built succeeded through one of the checkers. An action that the client of
// this machine does not know, because it is newer, cannot.
func wantSeen(t *testing.T, client string, checkers []*wirecheck.Checker, knows func(action string) bool) {
	t.Helper()
	for _, name := range built {
		saw := func(c *wirecheck.Checker) bool { return c.Saw(name, "") }
		switch {
		case slices.ContainsFunc(checkers, saw):
		case knows(name):
			t.Errorf("%s was never answered with success", name)
		default:
			driven.excuse(client, name)
		}
	}
}
