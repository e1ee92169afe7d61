package upgrade

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/sdkhttp"
)

// regions are those in which the store has something.
var regions = []string{"us-east-1", "eu-central-1"}

// userData is what the instances web, win and restored were given.
const userData = "#!/bin/sh\nexport DB_PASSWORD=hunter2-in-the-open\n"

// Key is an access key.
type Key struct{ ID, Secret string }

// Golden is what the earlier version answered.
type Golden struct {
	// Now is when it was asked: states and automatic snapshots follow from that.
	Now time.Time
	// Keys are access keys of the store, by whose they are.
	Keys map[string]Key
	// Answers are by region and call.
	Answers map[string]json.RawMessage
}

func connect(endpoint, region string, key Key) *lightsail.Client {
	return lightsail.New(lightsail.Options{
		HTTPClient: sdkhttp.Client(), Region: region, BaseEndpoint: &endpoint,
		Credentials: credentials.NewStaticCredentialsProvider(key.ID, key.Secret, ""),
	})
}

// reader collects answers.
type reader struct {
	t       testing.TB
	answers map[string]json.RawMessage
}

// readAll asks for all that a client can read.
func readAll(t testing.TB, endpoint string, keys map[string]Key) map[string]json.RawMessage {
	t.Helper()
	r := &reader{t, map[string]json.RawMessage{}}
	for _, region := range regions {
		r.region(region, connect(endpoint, region, keys["root"]))
	}
	r.region("the other account's us-east-1", connect(endpoint, "us-east-1", keys["other"]))
	return r.answers
}

// add keeps an answer.
func (r *reader) add(name string, answer any) {
	r.t.Helper()
	text, err := json.Marshal(answer)
	if err != nil {
		r.t.Fatal(err)
	}
	r.answers[name] = text
}

// list keeps all pages of a list.
func list[T any](r *reader, name string, page func(ctx context.Context, token *string) ([]T, *string, error)) {
	r.t.Helper()
	all := []T{}
	for token := (*string)(nil); ; {
		items, next, err := page(r.t.Context(), token)
		if err != nil {
			r.t.Fatalf("%s: %v", name, err)
		}
		if all = append(all, items...); next == nil {
			break
		}
		token = next
	}
	r.add(name, all)
}

func (r *reader) region(at string, c *lightsail.Client) {
	r.t.Helper()
	list(r, at+" GetActiveNames", func(ctx context.Context, token *string) ([]string, *string, error) {
		out, err := c.GetActiveNames(ctx, &lightsail.GetActiveNamesInput{PageToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.ActiveNames, out.NextPageToken, nil
	})
	list(r, at+" GetKeyPairs", func(ctx context.Context, token *string) ([]types.KeyPair, *string, error) {
		out, err := c.GetKeyPairs(ctx, &lightsail.GetKeyPairsInput{PageToken: token, IncludeDefaultKeyPair: new(true)})
		if err != nil {
			return nil, nil, err
		}
		return out.KeyPairs, out.NextPageToken, nil
	})
	list(r, at+" GetInstances", func(ctx context.Context, token *string) ([]types.Instance, *string, error) {
		out, err := c.GetInstances(ctx, &lightsail.GetInstancesInput{PageToken: token})
		if err != nil {
			return nil, nil, err
		}
		for i := range out.Instances {
			r.instance(at, c, &out.Instances[i])
		}
		return out.Instances, out.NextPageToken, nil
	})
	list(r, at+" GetStaticIps", func(ctx context.Context, token *string) ([]types.StaticIp, *string, error) {
		out, err := c.GetStaticIps(ctx, &lightsail.GetStaticIpsInput{PageToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.StaticIps, out.NextPageToken, nil
	})
	r.storage(at, c)
	list(r, at+" GetOperations", func(ctx context.Context, token *string) ([]types.Operation, *string, error) {
		out, err := c.GetOperations(ctx, &lightsail.GetOperationsInput{PageToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.Operations, out.NextPageToken, nil
	})
}

// instance keeps what is asked about one instance.
func (r *reader) instance(at string, c *lightsail.Client, i *types.Instance) {
	r.t.Helper()
	ports, err := c.GetInstancePortStates(r.t.Context(), &lightsail.GetInstancePortStatesInput{InstanceName: i.Name})
	if err != nil {
		r.t.Fatal(err)
	}
	r.add(at+" GetInstancePortStates "+*i.Name, ports.PortStates)
	auto, err := c.GetAutoSnapshots(r.t.Context(), &lightsail.GetAutoSnapshotsInput{ResourceName: i.Name})
	if err != nil {
		r.t.Fatal(err)
	}
	r.add(at+" GetAutoSnapshots "+*i.Name, auto.AutoSnapshots)
	if *i.Username != "Administrator" {
		return
	}
	access, err := c.GetInstanceAccessDetails(r.t.Context(), &lightsail.GetInstanceAccessDetailsInput{InstanceName: i.Name, Protocol: types.InstanceAccessProtocolRdp})
	if err != nil {
		r.t.Fatal(err)
	}
	r.add(at+" GetInstanceAccessDetails "+*i.Name, access.AccessDetails)
}

func (r *reader) storage(at string, c *lightsail.Client) {
	r.t.Helper()
	list(r, at+" GetDisks", func(ctx context.Context, token *string) ([]types.Disk, *string, error) {
		out, err := c.GetDisks(ctx, &lightsail.GetDisksInput{PageToken: token})
		if err != nil {
			return nil, nil, err
		}
		for i := range out.Disks {
			auto, err := c.GetAutoSnapshots(ctx, &lightsail.GetAutoSnapshotsInput{ResourceName: out.Disks[i].Name})
			if err != nil {
				return nil, nil, err
			}
			r.add(at+" GetAutoSnapshots "+*out.Disks[i].Name, auto.AutoSnapshots)
		}
		return out.Disks, out.NextPageToken, nil
	})
	list(r, at+" GetDiskSnapshots", func(ctx context.Context, token *string) ([]types.DiskSnapshot, *string, error) {
		out, err := c.GetDiskSnapshots(ctx, &lightsail.GetDiskSnapshotsInput{PageToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.DiskSnapshots, out.NextPageToken, nil
	})
	list(r, at+" GetInstanceSnapshots", func(ctx context.Context, token *string) ([]types.InstanceSnapshot, *string, error) {
		out, err := c.GetInstanceSnapshots(ctx, &lightsail.GetInstanceSnapshotsInput{PageToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.InstanceSnapshots, out.NextPageToken, nil
	})
	list(r, at+" GetExportSnapshotRecords", func(ctx context.Context, token *string) ([]types.ExportSnapshotRecord, *string, error) {
		out, err := c.GetExportSnapshotRecords(ctx, &lightsail.GetExportSnapshotRecordsInput{PageToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.ExportSnapshotRecords, out.NextPageToken, nil
	})
	list(r, at+" GetCloudFormationStackRecords", func(ctx context.Context, token *string) ([]types.CloudFormationStackRecord, *string, error) {
		out, err := c.GetCloudFormationStackRecords(ctx, &lightsail.GetCloudFormationStackRecordsInput{PageToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.CloudFormationStackRecords, out.NextPageToken, nil
	})
}
