package provider

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

// A resource is one that a provider manages.
type resource struct {
	// name is the provider's word for the type, and what is particular about this one.
	name string
	// region is us-east-1 if it is "".
	region string
	// needs are made before it.
	needs []resource
	// id is what it is imported by. If it is known only after the creation, a step of create sets that of the session.
	id             string
	create, remove []step
	// shared says that its deletion is to be waited for: it changes another resource.
	shared bool
	// stays says that the provider only forgets it, and that it is gone with the first of what it needs.
	stays bool
	// read returns what the provider reads of it, or an error if it is gone: see isGone.
	read func(s *session, id string) (any, error)
	// reads are the members that the provider keeps: see attributes.faults.
	reads   string
	want    attributes
	changes []change
}

// A change is an update with what is read after it.
type change struct {
	steps []step
	want  attributes
}

// resources lists all resources, with names of their own at each call.
func resources() []resource {
	return slices.Concat(domainResources(), certificateResources(), computeResources(), bucketResources(), containerResources(), databaseResources(),
		loadBalancerResources(), distributionResources())
}

// dependents are resources that disappear with the first of what they need.
func dependents() (list []resource) {
	for _, r := range []resource{
		thirdPartyEntry(newName() + ".com"), staticIPAttachment(newName()), diskAttachment(newName()), publicPorts(newName()),
	} {
		r.name += " with its " + r.needs[0].name
		r.stays = true
		list = append(list, r)
	}
	return list
}

// newName returns a name as the providers' tests make them.
func newName() string {
	n, err := rand.Int(rand.Reader, big.NewInt(9e18))
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf("tf-acc-test-%019d", n.Int64()+1e18)
}

// tags makes a resource's tags.
func tags(pairs ...string) (list []types.Tag) {
	for pair := range slices.Chunk(pairs, 2) {
		list = append(list, types.Tag{Key: &pair[0], Value: &pair[1]})
	}
	return list
}
