//go:build !early

package main

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
)

// connect makes a client. The SDK reads the endpoint from the environment or the profile.
func connect(cfg aws.Config, more ...func(*lightsail.Options)) *lightsail.Client {
	return lightsail.NewFromConfig(cfg, more...)
}

// at points a client elsewhere.
func at(endpoint string) func(*lightsail.Options) {
	return func(o *lightsail.Options) { o.BaseEndpoint = aws.String(endpoint) }
}
