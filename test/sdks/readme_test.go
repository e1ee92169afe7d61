package sdks

import (
	"os"
	"strings"
	"testing"
)

// TestReadme_linesAreRun: where the README's table of clients points one in its code, the program of that client does so.
func TestReadme_linesAreRun(t *testing.T) {
	readme := read(t, "../../README.md")
	for _, line := range []struct{ shown, program, runs string }{
		{`boto3.client("lightsail", endpoint_url=…)`, "python/boto3_journey.py", `boto3.client("lightsail", endpoint_url=endpoint`},
		{`o.BaseEndpoint = aws.String("http://127.0.0.1:2016")`, "go/v2/endpoint.go", `o.BaseEndpoint = aws.String(endpoint)`},
		{`aws.NewConfig().WithEndpoint("http://127.0.0.1:2016")`, "go/v1/main.go", `aws.NewConfig().WithEndpoint(os.Getenv("LANYARD_ENDPOINT"))`},
		{`new LightsailClient({ endpoint: "http://127.0.0.1:2016" })`, "javascript/v3_journey.mjs", `new Lightsail({ ...(endpoint && { endpoint })`},
		{`new AWS.Lightsail({ endpoint: "http://127.0.0.1:2016" })`, "javascript/v2_journey.mjs", `new Lightsail({ endpoint: process.env.LANYARD_ENDPOINT`},
	} {
		if !strings.Contains(readme, line.shown) {
			t.Errorf("README.md does not have %s", line.shown)
		}
		if !strings.Contains(read(t, line.program), line.runs) {
			t.Errorf("%s does not run %s, which stands for %s in the README", line.program, line.runs, line.shown)
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
