package inputs

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/model"
)

func TestCases_coverEveryMember(t *testing.T) {
	m, err := NewMaker(map[string][]string{"CreateDisk": {`{"diskName":"d-{new}","availabilityZone":"us-east-1a","sizeInGb":8}`}})
	if err != nil {
		t.Fatal(err)
	}
	all, n := map[string]bool{}, 0
	for _, a := range model.Actions() {
		for _, c := range m.Cases(a, rand.New(rand.NewPCG(1, 1)), 3) {
			n++
			all[a.Name+" "+c.Name] = true
			if !json.Valid([]byte(c.Body)) {
				t.Fatalf("%s, %s: %s", a.Name, c.Name, c.Body)
			}
		}
	}
	for _, want := range []string{
		"GetRegions includeAvailabilityZones: null", "CreateDisk tags[].key: absent", "CreateDisk sizeInGb: 2147483648",
		"CreateContainerServiceDeployment containers.web.ports.key: null", "PutInstancePublicPorts portInfos[].fromPort: -2",
	} {
		if !all[want] {
			t.Errorf("there is no case %q", want)
		}
	}
	t.Logf("%d cases", n)
}
