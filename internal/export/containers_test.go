package export_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/kind/container"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// fillContainers adds a container service with two images, two deployments and a log.
func (s *site) fillContainers() *site {
	s.t.Helper()
	s.update(func(tx *store.Tx) error {
		r := newResource(80, root, "c", resource.ContainerService)
		r.Zone = "all"
		made := container.New(r, types.ContainerServicePowerNameMicro, 2)
		made.Fill(made.SupportSuffix())
		made.Enter(container.Lifecycle.Plan(container.Create, now, now.Add), false)
		if err := firstOf(made.Pack(), tx.InsertResource(r)); err != nil {
			return err
		}
		image := container.Image{Label: "app", Digest: "sha256:" + strings.Repeat("a", 64)}
		for range 2 {
			if _, err := tx.AppendEntry(r.ID, container.Images, now, image.Pack()); err != nil {
				return err
			}
		}
		first, err := appendDeployment(tx, r, true, now)
		if err != nil {
			return err
		}
		if _, err = appendDeployment(tx, r, false, now.Add(time.Hour)); err != nil {
			return err
		}
		made.Priv.Former, made.Priv.Latest = 1, 2
		made.SetPuller(new(true), now)
		for _, l := range first.Lines(container.Logs.Plan("healthy", now, now.Add), 2) {
			if _, err := tx.AppendEntry(r.ID, container.LogLines, l.At, l.Pack()); err != nil {
				return err
			}
		}
		return firstOf(made.Pack(), tx.UpdateResource(r))
	})
	return s
}

func appendDeployment(tx *store.Tx, r *resource.Resource, healthy bool, at time.Time) (*container.Deployment, error) {
	d, err := container.NewDeployment(map[string]types.Container{
		"app":  {Image: new(":c.app.latest"), Command: []string{"serve"}, Environment: map[string]string{"A": "1"}, Ports: map[string]types.ContainerServiceProtocol{"80": "HTTP"}},
		"side": {Image: new("redis:latest")},
	}, &types.EndpointRequest{ContainerName: new("app"), ContainerPort: new(int32(80))})
	if err != nil {
		return nil, err
	}
	d.Images = map[string]int64{"app": 2}
	d.Begin(at, at.Add(time.Minute), healthy)
	doc, err := d.Pack()
	if err != nil {
		return nil, err
	}
	d.Entry = &resource.Entry{Owner: r.ID, At: at}
	d.Entry.Seq, err = tx.AppendEntry(r.ID, container.Deployments, at, doc)
	return d, err
}

// TestImport_containerServices moves a service of a name that only such services can have, with its
// deployments and images, and without its log.
func TestImport_containerServices(t *testing.T) {
	file, exported := newSite(t, newDSN(t)).fill().fillContainers().export(export.Options{Passphrase: passphrase})
	to := newSite(t, newDSN(t))
	imported, err := to.load(export.ImportOptions{Passphrase: passphrase}, file)
	if err != nil || exported.Entries != 4 || imported.Entries != 4 {
		t.Fatalf("exported %+v, imported %+v, %v, want 4 entries", exported, imported, err)
	}
	to.view(func(tx *store.Tx) error {
		r, err := tx.Resource(root, region, "c")
		if err != nil {
			return err
		}
		all, err := tx.EntriesOf(container.Deployments, []store.EntryKey{{Owner: r.ID, Seq: 1}, {Owner: r.ID, Seq: 2}})
		if err != nil || len(all) != 2 {
			t.Errorf("the service has %d deployments, %v, want 2", len(all), err)
		}
		for _, e := range all {
			d, err := container.OpenDeployment(e)
			if err != nil || !d.Runs(2) || len(d.Plan) != 2 {
				t.Errorf("the deployment %d has the plan %v and the images %v, %v", e.Seq, d.Plan, d.Images, err)
			}
		}
		n, err := tx.CountEntries(r.ID, container.LogLines)
		if n != 0 {
			t.Errorf("the service has %d log lines, want none", n)
		}
		return err
	})
	again, _ := to.export(export.Options{Passphrase: passphrase})
	if a, b := strings.Count(file, "\n"), strings.Count(again, "\n"); a != b {
		t.Errorf("the export of the import has %d lines, want %d", b, a)
	}
}

// TestImport_invalidContainerServices changes one thing about a service, a deployment or an image. The
// API would not have made any of them.
func TestImport_invalidContainerServices(t *testing.T) {
	good, _ := newSite(t, sqliteDSN(t)).fill().fillContainers().export(export.Options{})
	to := newSite(t, newDSN(t))
	const service, deployment, image = `"kind":"ContainerService"`, `"class":"deployments","seq":1,`, `"class":"images","seq":1,`
	for title, tc := range map[string]struct{ line, old, with, want string }{
		"a name that no service has":     {service, `"c"`, `"c_d"`, `"c_d" is not a valid resource name`},
		"another name in the document":   {service, `"containerServiceName":"c"`, `"containerServiceName":"d"`, "its arn or name are not the resource's"},
		"no name in the document":        {service, `"containerServiceName":"c",`, ``, "its arn or name are not the resource's"},
		"an unknown power":               {service, `"micro"`, `"mega"`, `unknown power "mega"`},
		"too many nodes":                 {service, `"scale":2`, `"scale":21`, "scale"},
		"no nodes":                       {service, `,"scale":2`, ``, "scale is missing"},
		"neither enabled nor disabled":   {service, `"isDisabled":false,`, ``, "isDisabled is missing"},
		"a state":                        {service, `"doc":\{`, `"doc":{"state":"RUNNING",`, "state is not what Lanyard writes"},
		"a role":                         {service, `"doc":\{`, `"doc":{"principalArn":"arn:aws:iam::1:role/x",`, "principalArn is not what Lanyard writes"},
		"a current deployment":           {service, `"doc":\{`, `"doc":{"currentDeployment":{"version":1},`, "currentDeployment.version is not what Lanyard writes"},
		"an unknown step":                {service, `"READY"`, `"FLYING"`, `unknown state "FLYING"`},
		"a deletion without end":         {service, `"READY"`, `"DELETING"`, "the plan ends in DELETING"},
		"an end without deletion":        {service, `"doc":\{`, `"goneAt":"2090-01-01T00:00:00Z","doc":{`, "the plan ends in DELETING"},
		"a creation of many years":       {service, `\{"at":"[^"]*","state":"READY"\}`, `{"at":"2090-01-01T00:00:00Z","state":"READY"}`, "takes more than 30 days"},
		"a deletion of many years":       {service, `"doc":\{(.*)"READY"`, `"goneAt":"2090-01-01T00:00:00Z","doc":{${1}"DELETING"`, "more than 30 days after"},
		"a deployment of many years":     {deployment, `\{"at":"[^"]*","state":"ACTIVE"\}`, `{"at":"2090-01-01T00:00:00Z","state":"ACTIVE"}`, "takes more than 30 days"},
		"no plan":                        {service, `"plan":\[[^\]]*\]`, `"plan":[]`, "the plan does not have from 1 to 64 steps"},
		"versions that are not in order": {service, `"former":1`, `"former":3`, "not versions in order"},
		"a version out of bounds":        {service, `"latest":2`, `"latest":2000000000`, "not versions in order"},
		"a role of ancient times":        {service, `"pullerFrom":"2`, `"pullerFrom":"1`, "pullerFrom is before 1970"},
		"more to know":                   {service, `"priv":\{`, `"priv":{"more":1,`, "more is not what Lanyard writes"},
		"an unknown class":               {deployment, `"deployments"`, `"logs"`, `unknown class of entries "logs"`},
		"a version out of all bounds":    {deployment, `"seq":1,`, `"seq":3000000000,`, "the seq 3000000000 is out of bounds"},
		"a deployment without container": {deployment, `"containers":\{.*?\}\},"publicEndpoint":\{.*?\}\}`, `"containers":{}`, "at least one container"},
		"an endpoint at no container":    {deployment, `"containerName":"app"`, `"containerName":"none"`, "which is not in the deployment"},
		"an endpoint at a closed port":   {deployment, `"containerPort":80`, `"containerPort":81`, "Invalid port specified"},
		"a half health check":            {deployment, `"path":"/",`, ``, "doc: it is not what Lanyard writes"},
		"an invalid image":               {deployment, `"redis:latest"`, `"redis latest"`, "has invalid image"},
		"no command":                     {deployment, `"command":\["serve"\],`, ``, "doc: it is not what Lanyard writes"},
		"a state of its own":             {deployment, `"doc":\{"containers"`, `"doc":{"state":"ACTIVE","containers"`, "doc: it is not what Lanyard writes"},
		"an unknown member":              {deployment, `"plan":`, `"more":1,"plan":`, `unknown field "more"`},
		"a plan of another kind":         {deployment, `"ACTIVE"`, `"READY"`, "the plan is not that of a deployment"},
		"a plan that runs backwards":     {deployment, `(\{"at":"[^"]*","state":"ACTIVATING"\}),(\{"at":"[^"]*",)("state":"ACTIVE"\})`, `{"at":"2090-01-01T00:00:00Z","state":"ACTIVATING"},${2}${3}`, "not in order"},
		"an image that nothing runs":     {deployment, `"images":\{"app":2\}`, `"images":{"app":2,"side":1}`, "images are not those of the containers"},
		"an image without number":        {deployment, `,?"images":\{"app":2\}`, ``, "images are not those of the containers"},
		"an image number of 0":           {deployment, `"images":\{"app":2\}`, `"images":{"app":0}`, "images are not those of the containers"},
		"no document":                    {deployment, `"doc":\{"doc":`, `"doc":{"dock":`, `unknown field "dock"`},
		"a label of another form":        {image, `"app"`, `"App"`, `Image label "App" does not match pattern`},
		"a digest of another form":       {image, `"sha256:a`, `"sha512:a`, "Image digest"},
		"more about an image":            {image, `"label"`, `"more":1,"label"`, `unknown field "more"`},
	} {
		t.Run(title, func(t *testing.T) {
			line := lineWith(t, good, tc.line)
			wantLineRefused(t, to, good, line, replaceRegexp(line, tc.old, tc.with), tc.want)
		})
	}
}

// lineWith is the first line of a file with a text.
func lineWith(t *testing.T, file, text string) string {
	t.Helper()
	for line := range strings.Lines(file) {
		if strings.Contains(line, text) {
			return line
		}
	}
	t.Fatalf("no line of the file has %s", text)
	return ""
}

// TestImport_containerServicesOfVersion3 reads a file that has a container service: an export of what it gave is the same
// file but for the header and what is sealed.
func TestImport_containerServicesOfVersion3(t *testing.T) {
	text, err := os.ReadFile("testdata/version3-containers.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t, newDSN(t))
	done, err := s.load(export.ImportOptions{Passphrase: passphrase}, string(text))
	if err != nil || done.Entries != 4 {
		t.Fatalf("imported %+v, %v, want 4 entries", done.Counts, err)
	}
	again, _ := s.export(export.Options{Passphrase: passphrase})
	if diff := cmp.Diff(unsealed(string(text)), unsealed(again)); diff != "" {
		t.Errorf("exported again (-file +export):\n%s", diff)
	}
}
