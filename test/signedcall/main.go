// Command signedcall makes one signed call with the AWS SDK for Go, GetRegions, of the server that the environment names,
// and prints how many regions the server has:
//
//	eval "$(bin/lanyard env)" && go run ./test/signedcall
//
// It is a client for machines that have no other yet. It does not change anything on the server.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/sdkhttp"
)

func main() {
	if err := call(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "signedcall:", err)
		os.Exit(1)
	}
}

func call(ctx context.Context) error {
	c, err := config.LoadDefaultConfig(ctx, config.WithHTTPClient(sdkhttp.Client()))
	if err != nil {
		return err
	}
	out, err := lightsail.NewFromConfig(c).GetRegions(ctx, &lightsail.GetRegionsInput{})
	if err != nil {
		return err
	}
	fmt.Printf("GetRegions answers with %d regions\n", len(out.Regions))
	return nil
}
