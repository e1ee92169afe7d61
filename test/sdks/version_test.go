package sdks

import (
	"fmt"
	"os"
	"regexp"

	"github.com/lanyard-cloud/lanyard/internal/model"
)

const pageFile = "../../docs/clients.md"

// tableLine says which actions the page is about: as many as the API model has in the version of the SDK that go.mod has.
func tableLine() (string, error) {
	text, err := os.ReadFile("../../go.mod")
	if err != nil {
		return "", err
	}
	m := regexp.MustCompile(`service/lightsail (v\S+)`).FindSubmatch(text)
	if m == nil {
		return "", fmt.Errorf("go.mod does not have the SDK's Lightsail module")
	}
	return fmt.Sprintf("The API had %d actions then, in %s of the Go SDK's module.", len(model.Actions()), m[1]), nil
}
