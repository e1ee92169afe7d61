//go:build early

package main

import (
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
)

// connect makes a client of LANYARD_ENDPOINT: this release knows of no variable for it.
func connect(cfg aws.Config, more ...func(*lightsail.Options)) *lightsail.Client {
	return lightsail.NewFromConfig(cfg, append([]func(*lightsail.Options){at(os.Getenv("LANYARD_ENDPOINT"))}, more...)...)
}

// at points a client elsewhere.
func at(endpoint string) func(*lightsail.Options) {
	return lightsail.WithEndpointResolver(lightsail.EndpointResolverFromURL(endpoint))
}
