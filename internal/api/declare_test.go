package api_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/api"
)

// TestDeclarations_wrongOnesPanic makes actions that cannot work: each fails when it is made,
// not at its first request.
func TestDeclarations_wrongOnesPanic(t *testing.T) {
	for _, tt := range []struct {
		name, want string
		make       func()
	}{
		{"a prepared read", "GetDisk is a read and cannot be prepared", func() {
			api.NewPrepared(
				func(*api.Call, *lightsail.GetDiskInput) (int, func(), error) { return 0, nil, nil },
				func(*api.Call, *lightsail.GetDiskInput, int) (*lightsail.GetDiskOutput, error) { return nil, nil })
		}},
		{"input and output of different actions", "GetDiskInput and GetDisksOutput", func() {
			api.New(func(*api.Call, *lightsail.GetDiskInput) (*lightsail.GetDisksOutput, error) { return nil, nil })
		}},
		{"a member that the input lacks", `GetDisk has no member "name"`, func() {
			api.New(func(*api.Call, *lightsail.GetDiskInput) (*lightsail.GetDiskOutput, error) { return nil, nil }, api.OnMember("name"))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.Contains(got, tt.want) {
					t.Errorf("panic of %s = %s, want %q in it", tt.name, got, tt.want)
				}
			}()
			tt.make()
		})
	}
}
