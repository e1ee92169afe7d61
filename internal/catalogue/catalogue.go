// Package catalogue knows the products of each region: the blueprints and bundles
// that instances and databases are made from, the parameters of database engines, the bundles of buckets and
// distributions, and the powers of container services.
//
// They are data files, embedded and read once. What is here is shared and never
// changes: callers copy what they want to alter. The package knows no accounts and
// decides nothing about them; quotas and the order of checks are the actions' business.
package catalogue

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

//go:embed data/blueprints.json
var blueprintsJSON []byte

//go:embed data/bundles.json
var bundlesJSON []byte

//go:embed data/bucket_bundles.json
var bucketBundlesJSON []byte

//go:embed data/distribution_bundles.json
var distributionBundlesJSON []byte

//go:embed data/powers.json
var powersJSON []byte

//go:embed data/database_blueprints.json
var databaseBlueprintsJSON []byte

//go:embed data/database_bundles.json
var databaseBundlesJSON []byte

//go:embed data/mysql_parameters.json
var mysqlParametersJSON []byte

//go:embed data/postgres_parameters.json
var postgresParametersJSON []byte

// products is all that the data files hold.
type products struct {
	blueprints index[Blueprint]
	// bundles are those of each region.
	bundles map[string]index[Bundle]
	// bucketBundles are those of buckets.
	bucketBundles index[types.BucketBundle]
	// distributionBundles are those of distributions.
	distributionBundles index[types.DistributionBundle]
	// powers are those of container services.
	powers index[types.ContainerServicePower]
	// databaseBlueprints and databaseBundles are those of databases.
	databaseBlueprints index[DatabaseBlueprint]
	databaseBundles    index[DatabaseBundle]
}

// all reads the data files. They are part of the program: what is wrong with them is
// found by every test, so it panics.
var all = sync.OnceValue(func() products {
	var p products
	p.blueprints = newIndex(readBlueprints(), func(b *Blueprint) string { return *b.BlueprintId })
	p.bundles = readBundles()
	p.bucketBundles = readBucketBundles()
	p.distributionBundles = readDistributionBundles()
	p.powers = readPowers()
	p.databaseBlueprints = readDatabaseBlueprints()
	p.databaseBundles = readDatabaseBundles()
	return p
})

func readFile(name string, data []byte, v any) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		panic(fmt.Sprintf("catalogue: embedded %s: %v", name, err))
	}
}

// index is a list in its order, with a way to find an element by its id.
type index[T any] struct {
	list []T
	byID map[string]*T
}

func newIndex[T any](list []T, id func(*T) string) index[T] {
	x := index[T]{list: list, byID: make(map[string]*T, len(list))}
	for i := range list {
		key := id(&list[i])
		if x.byID[key] != nil {
			panic(fmt.Sprintf("catalogue: %s is there twice", key))
		}
		x.byID[key] = &list[i]
	}
	return x
}

func (x index[T]) lookup(id string) (*T, bool) {
	v, ok := x.byID[id]
	return v, ok
}

// Blueprints returns a region's blueprints in the order in which GetBlueprints lists
// them, inactive ones included: Windows first, then the other operating systems, then
// applications (observed in AWS CLI output of 2026). All regions have the same.
// An unknown region has none.
func Blueprints(region string) []Blueprint {
	if _, ok := LookupRegion(region); !ok {
		return nil
	}
	return all().blueprints.list
}

// LookupBlueprint finds one of a region's blueprints, be it active or not.
func LookupBlueprint(region, id string) (*Blueprint, bool) {
	if _, ok := LookupRegion(region); !ok {
		return nil, false
	}
	return all().blueprints.lookup(id)
}

// Bundles returns a region's bundles in the order in which GetBundles lists them,
// inactive ones last. An unknown region has none.
func Bundles(region string) []Bundle { return bundlesOf(region).list }

// LookupBundle finds one of a region's bundles, be it active or not.
func LookupBundle(region, id string) (*Bundle, bool) { return bundlesOf(region).lookup(id) }

// FindBundle finds a bundle of any region: ids end in the price class of their region,
// and those with the same id differ in nothing.
func FindBundle(id string) (*Bundle, bool) {
	for _, bundles := range all().bundles {
		if b, ok := bundles.lookup(id); ok {
			return b, true
		}
	}
	return nil, false
}

func bundlesOf(region string) index[Bundle] { return all().bundles[region] }
