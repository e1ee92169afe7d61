// Command v1 takes the journey with version 1 of the SDK for Go.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go/aws"
	"github.com/aws/aws-sdk-go/aws/awserr"
	"github.com/aws/aws-sdk-go/aws/credentials"
	"github.com/aws/aws-sdk-go/aws/session"
	"github.com/aws/aws-sdk-go/service/lightsail"

	"github.com/lanyard-cloud/lanyard/test/sdks/go/steps"
)

func main() {
	s := steps.Must(session.NewSession())
	j := journey{s, lightsail.New(s, aws.NewConfig().WithEndpoint(os.Getenv("LANYARD_ENDPOINT")))}
	steps.Run(j.take, func() { steps.Want("profile", "journey") }) // it reads no endpoint from a profile
}

// A journey is what its steps need.
type journey struct {
	session *session.Session
	client  *lightsail.Lightsail
}

func (j journey) take(dir string) steps.Facts {
	steps.Want(true, len(steps.Must(j.client.GetRegions(nil)).Regions) > 0)
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
	made := steps.Must(j.client.CreateKeyPair(&lightsail.CreateKeyPairInput{
		KeyPairName: aws.String(steps.KeyPair),
		Tags:        []*lightsail.Tag{{Key: aws.String("team"), Value: aws.String("web")}, {Key: aws.String("on-call")}},
	}))
	steps.SaveKey(dir, *made.PrivateKeyBase64)
	pair := j.keyPair()
	steps.Want(*made.KeyPair.Fingerprint, *pair.Fingerprint)
	return steps.Pair{PublicKey: *made.PublicKeyBase64, Fingerprint: *pair.Fingerprint, CreatedAt: pair.CreatedAt.UnixMilli()}
}

func (j journey) keyPair() *lightsail.KeyPair {
	return steps.Must(j.client.GetKeyPair(&lightsail.GetKeyPairInput{KeyPairName: aws.String(steps.KeyPair)})).KeyPair
}

func (j journey) changeTags() map[string]*string {
	steps.Must(j.client.TagResource(&lightsail.TagResourceInput{
		ResourceName: aws.String(steps.KeyPair), Tags: []*lightsail.Tag{{Key: aws.String("Größe"), Value: aws.String("ü")}},
	}))
	steps.Must(j.client.UntagResource(&lightsail.UntagResourceInput{ResourceName: aws.String(steps.KeyPair), TagKeys: aws.StringSlice([]string{"team"})}))
	tags := map[string]*string{}
	for _, tag := range j.keyPair().Tags {
		tags[*tag.Key] = tag.Value
	}
	return tags
}

func (j journey) meetErrors() map[string]steps.Failure {
	_, badName := j.client.CreateKeyPair(&lightsail.CreateKeyPairInput{KeyPairName: aws.String("no good")})
	_, missing := j.client.GetKeyPair(&lightsail.GetKeyPairInput{KeyPairName: aws.String("journey-none")})
	nobody := credentials.NewStaticCredentials(os.Getenv("DENIED_ACCESS_KEY_ID"), os.Getenv("DENIED_SECRET_ACCESS_KEY"), "")
	_, denied := lightsail.New(j.session, j.client.Config.Copy().WithCredentials(nobody)).GetKeyPairs(nil)
	once := j.busy(0)
	throttled := steps.Throttled(func() error {
		_, err := once.GetRegions(nil)
		return err
	})
	return map[string]steps.Failure{"badName": shown(badName), "missing": shown(missing), "denied": shown(denied), "throttled": shown(throttled)}
}

// shown is what an error of the API shows. Of throttling the SDK has no type.
func shown(err error) steps.Failure {
	var invalid *lightsail.InvalidInputException
	var missing *lightsail.NotFoundException
	var denied *lightsail.AccessDeniedException
	var other awserr.RequestFailure
	switch {
	case errors.As(err, &invalid):
		return steps.Failure{Class: invalid.Code(), Code: aws.StringValue(invalid.Code_), Message: invalid.Message()}
	case errors.As(err, &missing):
		return steps.Failure{Class: missing.Code(), Code: aws.StringValue(missing.Code_), Message: missing.Message()}
	case errors.As(err, &denied):
		return steps.Failure{Class: denied.Code(), Code: aws.StringValue(denied.Code_), Message: denied.Message()}
	case errors.As(err, &other):
		return steps.Failure{Class: other.Code(), Message: other.Message()}
	}
	return steps.Failure{Message: fmt.Sprint(err)}
}

func (j journey) busy(retries int) *lightsail.Lightsail {
	return lightsail.New(j.session, aws.NewConfig().WithEndpoint(os.Getenv("BUSY_ENDPOINT")).WithMaxRetries(retries))
}

func (j journey) getThrough() int {
	patient := j.busy(steps.MaxAttempts - 1)
	return steps.GetThrough(func() error {
		_, err := patient.GetRegions(nil)
		return err
	})
}

// readPages follows the page tokens: the SDK has no paginators for Lightsail.
func (j journey) readPages() [][]string {
	for _, name := range steps.Names {
		steps.Must(j.client.ImportKeyPair(&lightsail.ImportKeyPairInput{KeyPairName: aws.String(name), PublicKeyBase64: aws.String(steps.PublicKey)}))
	}
	var pages [][]string
	for in := (&lightsail.GetKeyPairsInput{}); ; {
		out := steps.Must(j.client.GetKeyPairs(in))
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
		steps.Must(j.client.DeleteKeyPair(&lightsail.DeleteKeyPairInput{KeyPairName: aws.String(name)}))
	}
	return pages
}

func (j journey) makeInstance() string {
	made := steps.Must(j.client.CreateInstances(&lightsail.CreateInstancesInput{
		InstanceNames: aws.StringSlice([]string{steps.Instance}), AvailabilityZone: aws.String("us-east-1a"), BlueprintId: aws.String("debian_12"),
		BundleId: aws.String("nano_3_0"), KeyPairName: aws.String(steps.KeyPair), UserData: aws.String(steps.UserData),
	}))
	steps.Until(func() bool {
		out := steps.Must(j.client.GetInstanceState(&lightsail.GetInstanceStateInput{InstanceName: aws.String(steps.Instance)}))
		return *out.State.Name == "running"
	})
	operation := steps.Must(j.client.GetOperation(&lightsail.GetOperationInput{OperationId: made.Operations[0].Id})).Operation
	steps.Want(lightsail.OperationStatusSucceeded, *operation.Status)
	steps.Want(1, len(steps.Must(j.client.GetInstances(nil)).Instances))
	instance := steps.Must(j.client.GetInstance(&lightsail.GetInstanceInput{InstanceName: aws.String(steps.Instance)})).Instance
	return *instance.PublicIpAddress
}
