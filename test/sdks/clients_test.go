//go:build sdks

package sdks

import "strings"

// A client is a version of an SDK, with the program that takes the journey by it.
type client struct {
	// name is short, for SDKS.
	name string
	// language, product and version are as docs/clients.md shows them.
	language, product, version string
	// dir is where the program is.
	dir string
	// needs are what has to be on the machine.
	needs []tool
	// builds are commands in dir that get what the program needs. They do nothing if they did it before.
	builds [][]string
	// program is the command in dir, before its arguments.
	program []string
	// pointed is how the client is told the endpoint.
	pointed way
	// profile reports whether the client takes the endpoint from a profile, too.
	profile bool
	// strict reports whether its program can check the shapes of all answers.
	strict bool
	// agent is a part of its User-Agent header.
	agent string
	// codes reports whether it takes an exception's class from the body's member code, which it does with the real Lightsail, too.
	codes bool
	// lacks are actions that this version does not have.
	lacks []string
	// lacksMembers are members and values that this version does not have, for a strict client.
	lacksMembers []string
}

// A tool is a program that has to be there, or a command that has to end well, and what installs it.
type tool struct{ program, remedy string }

// A way is how a client is told the endpoint.
type way string

const (
	byVariables way = "AWS_ENDPOINT_URL"
	byCode      way = "code"
)

// subdomainActions are those that came in November 2026, which earlier versions lack, and newActions all that came in 2026.
var (
	subdomainActions = strings.Fields("CheckSubdomainAvailability CreateSubdomain DeleteSubdomain GetSubdomains UpdateSubdomainAssociation")
	newActions       = append([]string{"GetProfile"}, subdomainActions...)
)

var python = []tool{{"python3 -c 'import ensurepip, venv'", "apt-get install python3 python3-venv"}}

var java = []tool{{"java", "apt-get install openjdk-17-jdk-headless"}, {"mvn", "apt-get install maven"}}

// maven compiles what is in the folder, and gets the packages of its pom.xml.
var maven = [][]string{{"mvn", "--quiet", "--batch-mode", "-Dstyle.color=never", "compile"}}

// jvm runs the program of a Maven project.
func jvm(args ...string) []string {
	return append([]string{"java", "-cp", "target/classes:target/dependency/*"}, args...)
}

var rust = []tool{{"cargo", "rustup, with Rust 1.94.1 or later"}, {"gcc", "apt-get install gcc"}}

// pip makes a virtual environment with the packages of a lock file.
func pip(name string) [][]string {
	return [][]string{{"./install", name}}
}

// The newest SDK for JavaScript needs Node.js 20.
var (
	node = []tool{{"node", "apt-get install nodejs"}, {"npm", "apt-get install npm"}}
	npm  = [][]string{{"./install"}}
)

var clients = []client{
	{
		name: "boto3", language: "Python", product: "boto3", version: "1.44.8", dir: "python", needs: python, builds: pip("boto3"),
		program: []string{".venv/boto3/bin/python", "boto3_journey.py"}, pointed: byVariables, profile: true, agent: "Boto3/1.44.8",
	},
	{
		name: "boto3-1.28", language: "Python", product: "boto3", version: "1.28.85", dir: "python", needs: python, builds: pip("boto3-1.28"),
		program: []string{".venv/boto3-1.28/bin/python", "boto3_journey.py"}, pointed: byVariables, profile: true, agent: "Boto3/1.28.85",
	},
	{
		name: "boto3-1.26", language: "Python", product: "boto3", version: "1.26.165", dir: "python", needs: python, builds: pip("boto3-1.26"),
		program: []string{".venv/boto3-1.26/bin/python", "boto3_journey.py"}, pointed: byCode, agent: "Boto3/1.26.165",
	},
	{
		name: "aioboto3", language: "Python", product: "aioboto3", version: "15.5.0", dir: "python", needs: python, builds: pip("aioboto3"),
		program: []string{".venv/aioboto3/bin/python", "aioboto3_journey.py"}, pointed: byVariables, profile: true, agent: "aiobotocore/2.25.1",
	},
	{
		name: "awscli", language: "shell", product: "AWS CLI", version: "1.46.3", dir: "shell", needs: python, builds: [][]string{{"../python/install", "awscli"}},
		program: []string{"./awscli_journey.sh"}, pointed: byVariables, profile: true, agent: "aws-cli/1.46.3",
	},
	{
		name: "js-v3", language: "JavaScript", product: "SDK v3", version: "3.1169.0", dir: "javascript", needs: node, builds: npm,
		program: []string{"node", "v3.mjs"}, pointed: byVariables, profile: true, agent: "aws-sdk-js/3.1168.0", // it says so
	},
	{
		name: "js-v3-early", language: "JavaScript", product: "SDK v3", version: "3.245.0", dir: "javascript", needs: node, builds: npm,
		program: []string{"node", "v3_early.mjs"}, pointed: byCode, agent: "aws-sdk-js/3.245.0", codes: true,
	},
	{
		name: "js-v2", language: "JavaScript", product: "SDK v2", version: "2.1693.0", dir: "javascript", needs: node, builds: npm,
		program: []string{"node", "v2_journey.mjs"}, pointed: byCode, agent: "aws-sdk-nodejs/2.1693.0",
	},
	{
		name: "go-v2", language: "Go", product: "SDK v2, service/lightsail", version: "1.72.0", dir: "go", builds: [][]string{{"go", "build", "-o", ".bin/v2", "./v2"}},
		program: []string{".bin/v2"}, pointed: byVariables, profile: true, agent: "aws-sdk-go-v2/1.48.0",
	},
	{
		name: "go-v2-early", language: "Go", product: "SDK v2, service/lightsail", version: "1.23.2", dir: "go", builds: [][]string{{"./early"}},
		program: []string{".bin/v2-early"}, pointed: byCode, agent: "aws-sdk-go-v2/1.17.1", codes: true,
	},
	{
		name: "go-v1", language: "Go", product: "SDK v1", version: "1.55.8", dir: "go", builds: [][]string{{"go", "build", "-o", ".bin/v1", "./v1"}},
		program: []string{".bin/v1"}, pointed: byCode, agent: "aws-sdk-go/1.55.8",
	},
	{
		name: "java", language: "Java", product: "AWS SDK for Java, LightsailClient", version: "2.40.2", dir: "java", needs: java, builds: maven,
		program: jvm("cloud.lanyard.sdks.Main", "sync"), pointed: byVariables, profile: true, strict: true, agent: "aws-sdk-java/2.40.2 md/io#sync",
		lacks: newActions, lacksMembers: newMembers,
	},
	{
		name: "java-async", language: "Java", product: "AWS SDK for Java, LightsailAsyncClient", version: "2.40.2", dir: "java", needs: java, builds: maven,
		program: jvm("cloud.lanyard.sdks.Main", "async"), pointed: byVariables, profile: true, agent: "aws-sdk-java/2.40.2 md/io#async",
		lacks: newActions,
	},
	{
		name: "rust", language: "Rust", product: "aws-sdk-lightsail", version: "1.135.0", dir: "rust", needs: rust, builds: [][]string{{"./build"}},
		program: []string{"target/debug/journey"}, pointed: byVariables, profile: true, strict: true, agent: "aws-sdk-rust/1.7.0 ua/2.1 api/lightsail/1.135.0",
		codes: true, lacks: subdomainActions, lacksMembers: subdomainMembers,
	},
}
