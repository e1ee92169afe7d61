//go:build sdks

package sdks

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/test/process"
	"github.com/lanyard-cloud/lanyard/test/wirecheck"
)

// An application is a program that people run against Lightsail. It is run as it is released.
type application struct {
	// client says which program it is. Its language is that in which the program is written.
	client
	// does is what the program did, for docs/clients.md.
	does string
	// flags are the server's.
	flags []string
	// calls are the actions that the program has to call with success.
	calls []string
	// asks are all calls of other services that it makes, each with the status of its answer.
	asks []string
	// work prepares the account, has the program do its work, and checks what that found, said and left.
	work func(t *testing.T, a application, w *world)
}

// How programs are told the endpoint, besides byVariables: two have it in their configuration.
const (
	byAWSURL    way = "AWS_URL"
	byEndpoint  way = "endpoint"
	byEndpoints way = "endpoints"
)

var applications = []application{
	{
		client: client{
			name: "ansible", language: "Python", product: "Ansible, community.aws 10.0.0", version: "12.3.0", dir: "programs", needs: python,
			builds: [][]string{{"../python/install", "ansible"}}, program: []string{"../python/.venv/ansible/bin/ansible-playbook"},
			pointed: byAWSURL, agent: "Ansible/2.19",
		},
		does:  "took the steps of its collection's tests: an instance with its firewall and its states, a static IP, a snapshot; each again, which changed nothing",
		flags: []string{"--time-scale", "instant"},
		calls: strings.Fields(`CreateInstances GetInstance PutInstancePublicPorts StopInstance StartInstance RebootInstance DeleteInstance
			AllocateStaticIp GetStaticIp ReleaseStaticIp CreateInstanceSnapshot GetInstanceSnapshot DeleteInstanceSnapshot`),
		work: playBooks,
	},
	{
		client: client{
			name: "prowler", language: "Python", product: "Prowler", version: "5.46.0", dir: "programs", needs: python,
			builds: [][]string{{"../python/install", "prowler"}}, program: []string{"../python/.venv/prowler/bin/prowler"},
			pointed: byVariables, agent: "APN_1826889",
		},
		does:  "judged instances, databases and static IPs by all of its checks of Lightsail, one that passes and one that fails each",
		flags: []string{"--time-scale", "instant", "--page-size", "1"},
		calls: strings.Fields("GetInstances GetRelationalDatabases GetStaticIps"),
		asks:  []string{"ec2:DescribeRegions 400", "organizations:DescribeAccount 400", "sts:GetCallerIdentity 200"},
		work:  audit,
	},
	{
		client: client{
			name: "certbot", language: "Python", product: "certbot 5.8.0, certbot-dns-lightsail", version: "0.3.0", dir: "programs", needs: python,
			builds: [][]string{{"../python/install", "certbot"}}, program: []string{"../python/.venv/certbot/bin/python", "certbot_records.py"},
			pointed: byVariables, agent: "Boto3/1.44.8",
		},
		does:  "found the zone above a name, page by page, set and removed the records of two challenges, without an ACME server",
		flags: []string{"--page-size", "1"},
		calls: strings.Fields("GetDomains CreateDomainEntry DeleteDomainEntry"),
		work:  setRecords,
	},
	{
		client: client{
			name: "lego", language: "Go", product: "lego, its provider `lightsail`", version: "5.6.0", dir: "programs",
			builds: [][]string{{"go", "build", "-o", ".bin/lego", "./lego"}}, program: []string{".bin/lego"}, pointed: byVariables, agent: "aws-sdk-go-v2/",
		},
		does:  "set and removed the records of two challenges of one name, without an ACME server",
		calls: strings.Fields("CreateDomainEntry DeleteDomainEntry"),
		work:  setRecords,
	},
	{
		client: client{
			name: "prometheus", language: "Go", product: "Prometheus 3.16, `promtool check service-discovery`", version: "0.316.0", dir: "programs",
			builds:  [][]string{{"go", "build", "-tags", "remove_all_sd,enable_aws_sd", "-o", ".bin/promtool", "github.com/prometheus/prometheus/cmd/promtool"}},
			program: []string{".bin/promtool", "check", "service-discovery"}, pointed: byEndpoint, agent: "aws-sdk-go-v2/",
		},
		does:  "discovered the instances of a region, with all its labels of them",
		flags: []string{"--time-scale", "instant"},
		calls: strings.Fields("GetInstances"),
		work:  discover,
	},
	{
		client: client{
			name: "aws-nuke", language: "Go", product: "aws-nuke, from Debian 12", version: "2.16.0", dir: "programs",
			needs: []tool{{"aws-nuke", "apt-get install aws-nuke"}}, program: []string{"aws-nuke"}, pointed: byEndpoints, agent: "aws-sdk-go/1.44.133",
		},
		does:  "listed the resources of all six kinds that it knows, page by page, and deleted them, an attached disk at its second attempt",
		flags: []string{"--time-scale", "instant", "--page-size", "1"},
		calls: strings.Fields(`GetDisks DeleteDisk GetInstances DeleteInstance GetKeyPairs DeleteKeyPair GetLoadBalancers DeleteLoadBalancer
			GetStaticIps ReleaseStaticIp GetDomains DeleteDomain`),
		work: nuke,
	},
}

// TestPrograms has each program do its work.
func TestPrograms(t *testing.T) {
	for _, a := range applications {
		if !isWanted(a.name) {
			continue
		}
		t.Run(a.name, func(t *testing.T) {
			a.need(t)
			a.build(t)
			server := process.Start(t, t.TempDir(), a.flags...)
			w := &world{server: server, checker: wirecheck.Start(t, server.Endpoint), others: startOthers(t, server.Endpoint)}
			a.work(t, a, w)
			a.checkAsked(t, w)
			a.checkCalls(t, w.checker, a.calls)
		})
	}
}

// environ points the program at the account, with Lightsail apart from the other services.
func (a application) environ(t *testing.T, w *world) []string {
	t.Helper()
	env := append(a.client.environ(t, w.checker.URL), "HOME="+t.TempDir())
	switch a.pointed {
	case byVariables:
		env = append(env, documented(t, "AWS_ENDPOINT_URL=http://127.0.0.1:2016", w.others.URL))
	case byAWSURL:
		env = append(env, documented(t, "AWS_URL=http://127.0.0.1:2016", w.checker.URL))
	}
	return env
}

// documented is what the README's table of clients says, with the endpoint of a server in place of the usual one.
func documented(t *testing.T, line, endpoint string) string {
	t.Helper()
	if page, err := os.ReadFile("../../README.md"); err != nil || !strings.Contains(string(page), "`"+line) {
		t.Errorf("README.md does not have %s (%v)", line, err)
	}
	return strings.ReplaceAll(line, "http://127.0.0.1:2016", endpoint)
}

// checkAsked compares the calls of other services with those that are known, and looks for those that were refused in the
// list of divergences.
func (a application) checkAsked(t *testing.T, w *world) {
	t.Helper()
	page, err := os.ReadFile("../../docs/divergences.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, call := range a.asks {
		_, action, _ := strings.Cut(strings.TrimSuffix(call, " 400"), ":")
		if strings.HasSuffix(call, " 400") && !strings.Contains(string(page), action) {
			t.Errorf("docs/divergences.md does not have %s", action)
		}
	}
	if got := w.others.calls(); !slices.Equal(got, a.asks) {
		t.Errorf("the program asked other services for %q, want %q", got, a.asks)
	}
}
