// Command v2 takes the journey with version 2 of the SDK for Go, with an early release of it if it is built with the tag early.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/aws/smithy-go"

	"github.com/lanyard-cloud/lanyard/test/sdks/go/steps"
)

func main() {
	ctx := context.Background()
	cfg := steps.Must(config.LoadDefaultConfig(ctx))
	j := journey{ctx, cfg, connect(cfg)}
	steps.Run(j.take, func() {
		for _, region := range steps.Must(j.client.GetRegions(ctx, nil)).Regions {
			fmt.Println(region.Name)
		}
	})
}

// A journey is what its steps need.
type journey struct {
	ctx    context.Context
	cfg    aws.Config
	client *lightsail.Client
}

func (j journey) take(dir string) steps.Facts {
	steps.Want(true, len(steps.Must(j.client.GetRegions(j.ctx, nil)).Regions) > 0)
	facts := steps.Facts{
		KeyPair: j.makeKeyPair(dir), Tags: j.changeTags(), Errors: j.meetErrors(), Busy: j.getThrough(), Pages: j.readPages(), Instance: j.makeInstance(),
	}
	j.makeStorage()
	j.makeNetwork()
	j.makeNames()
	j.makeContent()
	j.makeServices()
	j.makeAlarms()
	return facts
}

func (j journey) makeKeyPair(dir string) steps.Pair {
	made := steps.Must(j.client.CreateKeyPair(j.ctx, &lightsail.CreateKeyPairInput{
		KeyPairName: aws.String(steps.KeyPair),
		Tags:        []types.Tag{{Key: aws.String("team"), Value: aws.String("web")}, {Key: aws.String("on-call")}},
	}))
	steps.SaveKey(dir, *made.PrivateKeyBase64)
	pair := j.keyPair()
	steps.Want(*made.KeyPair.Fingerprint, *pair.Fingerprint)
	return steps.Pair{PublicKey: *made.PublicKeyBase64, Fingerprint: *pair.Fingerprint, CreatedAt: pair.CreatedAt.UnixMilli()}
}

func (j journey) keyPair() *types.KeyPair {
	return steps.Must(j.client.GetKeyPair(j.ctx, &lightsail.GetKeyPairInput{KeyPairName: aws.String(steps.KeyPair)})).KeyPair
}

func (j journey) changeTags() map[string]*string {
	steps.Must(j.client.TagResource(j.ctx, &lightsail.TagResourceInput{
		ResourceName: aws.String(steps.KeyPair), Tags: []types.Tag{{Key: aws.String("Größe"), Value: aws.String("ü")}},
	}))
	steps.Must(j.client.UntagResource(j.ctx, &lightsail.UntagResourceInput{ResourceName: aws.String(steps.KeyPair), TagKeys: []string{"team"}}))
	tags := map[string]*string{}
	for _, tag := range j.keyPair().Tags {
		tags[*tag.Key] = tag.Value
	}
	return tags
}

func (j journey) meetErrors() map[string]steps.Failure {
	_, badName := j.client.CreateKeyPair(j.ctx, &lightsail.CreateKeyPairInput{KeyPairName: aws.String("no good")})
	_, missing := j.client.GetKeyPair(j.ctx, &lightsail.GetKeyPairInput{KeyPairName: aws.String("journey-none")})
	nobody := credentials.NewStaticCredentialsProvider(os.Getenv("DENIED_ACCESS_KEY_ID"), os.Getenv("DENIED_SECRET_ACCESS_KEY"), "")
	_, denied := connect(j.cfg, func(o *lightsail.Options) { o.Credentials = nobody }).GetKeyPairs(j.ctx, nil)
	once := connect(j.cfg, at(os.Getenv("BUSY_ENDPOINT")), func(o *lightsail.Options) { o.Retryer = aws.NopRetryer{} })
	throttled := steps.Throttled(func() error {
		_, err := once.GetRegions(j.ctx, nil)
		return err
	})
	return map[string]steps.Failure{"badName": shown(badName), "missing": shown(missing), "denied": shown(denied), "throttled": shown(throttled)}
}

// shown is what an error of the API shows. Of throttling the SDK has no type.
func shown(err error) steps.Failure {
	var invalid *types.InvalidInputException
	var missing *types.NotFoundException
	var denied *types.AccessDeniedException
	var other *smithy.GenericAPIError
	switch {
	case errors.As(err, &invalid):
		return steps.Failure{Class: "InvalidInputException", Code: aws.ToString(invalid.Code), Message: invalid.ErrorMessage()}
	case errors.As(err, &missing):
		return steps.Failure{Class: "NotFoundException", Code: aws.ToString(missing.Code), Message: missing.ErrorMessage()}
	case errors.As(err, &denied):
		return steps.Failure{Class: "AccessDeniedException", Code: aws.ToString(denied.Code), Message: denied.ErrorMessage()}
	case errors.As(err, &other):
		return steps.Failure{Class: other.ErrorCode(), Message: other.ErrorMessage()}
	}
	return steps.Failure{Message: fmt.Sprint(err)}
}

func (j journey) getThrough() int {
	cfg := j.cfg.Copy()
	cfg.RetryMaxAttempts = steps.MaxAttempts
	patient := connect(cfg, at(os.Getenv("BUSY_ENDPOINT")))
	return steps.GetThrough(func() error {
		_, err := patient.GetRegions(j.ctx, nil)
		return err
	})
}

// readPages follows the page tokens: the SDK has no paginators for Lightsail.
func (j journey) readPages() [][]string {
	for _, name := range steps.Names {
		steps.Must(j.client.ImportKeyPair(j.ctx, &lightsail.ImportKeyPairInput{KeyPairName: aws.String(name), PublicKeyBase64: aws.String(steps.PublicKey)}))
	}
	var pages [][]string
	for in := (&lightsail.GetKeyPairsInput{}); ; {
		out := steps.Must(j.client.GetKeyPairs(j.ctx, in))
		var page []string
		for _, pair := range out.KeyPairs {
			page = append(page, *pair.Name)
		}
		pages = append(pages, page)
		if in.PageToken = out.NextPageToken; in.PageToken == nil {
			break
		}
	}
	for _, name := range steps.Names {
		steps.Must(j.client.DeleteKeyPair(j.ctx, &lightsail.DeleteKeyPairInput{KeyPairName: aws.String(name)}))
	}
	return pages
}

func (j journey) makeInstance() string {
	made := steps.Must(j.client.CreateInstances(j.ctx, &lightsail.CreateInstancesInput{
		InstanceNames: []string{steps.Instance}, AvailabilityZone: aws.String("us-east-1a"), BlueprintId: aws.String("debian_12"),
		BundleId: aws.String("nano_3_0"), KeyPairName: aws.String(steps.KeyPair), UserData: aws.String(steps.UserData),
	}))
	steps.Until(func() bool {
		out := steps.Must(j.client.GetInstanceState(j.ctx, &lightsail.GetInstanceStateInput{InstanceName: aws.String(steps.Instance)}))
		return *out.State.Name == "running"
	})
	operation := steps.Must(j.client.GetOperation(j.ctx, &lightsail.GetOperationInput{OperationId: made.Operations[0].Id})).Operation
	steps.Want(types.OperationStatusSucceeded, operation.Status)
	steps.Want(1, len(steps.Must(j.client.GetInstances(j.ctx, nil)).Instances))
	instance := steps.Must(j.client.GetInstance(j.ctx, &lightsail.GetInstanceInput{InstanceName: aws.String(steps.Instance)})).Instance
	return *instance.PublicIpAddress
}
