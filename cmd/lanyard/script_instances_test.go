package main

import (
	"context"
	"os"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/lanyard-cloud/lanyard/internal/sdkhttp"
)

// rootClient calls the script's server as its root.
func rootClient(ts *testscript.TestScript, region string) *lightsail.Client {
	endpoint := ts.Getenv("ENDPOINT")
	return lightsail.New(lightsail.Options{
		HTTPClient: sdkhttp.Client(),
		Region:     region, BaseEndpoint: &endpoint, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(rootKey, rootSecret, ""),
	})
}

// makeKeyPair is the command: keypair REGION NAME FILE.
func makeKeyPair(ts *testscript.TestScript, _ bool, args []string) {
	out, err := rootClient(ts, args[0]).CreateKeyPair(context.Background(), &lightsail.CreateKeyPairInput{KeyPairName: &args[1]})
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(*out.PrivateKeyBase64+"\n"), 0o600))
}

// makeInstance is the command: instance REGION NAME BLUEPRINT BUNDLE [KEYPAIR].
func makeInstance(ts *testscript.TestScript, _ bool, args []string) {
	zone := args[0] + "a"
	in := &lightsail.CreateInstancesInput{InstanceNames: args[1:2], AvailabilityZone: &zone, BlueprintId: &args[2], BundleId: &args[3]}
	if len(args) > 4 {
		in.KeyPairName = &args[4]
	}
	_, err := rootClient(ts, args[0]).CreateInstances(context.Background(), in)
	ts.Check(err)
}

// makeDatabase is the command: database REGION NAME.
func makeDatabase(ts *testscript.TestScript, _ bool, args []string) {
	_, err := rootClient(ts, args[0]).CreateRelationalDatabase(context.Background(), &lightsail.CreateRelationalDatabaseInput{
		RelationalDatabaseName: &args[1], RelationalDatabaseBlueprintId: new("mysql_8_0"), RelationalDatabaseBundleId: new("micro_2_0"),
		MasterDatabaseName: new("main"), MasterUsername: new("chief"),
	})
	ts.Check(err)
}

// stopInstance is the command: halt REGION NAME.
func stopInstance(ts *testscript.TestScript, _ bool, args []string) {
	_, err := rootClient(ts, args[0]).StopInstance(context.Background(), &lightsail.StopInstanceInput{InstanceName: &args[1]})
	ts.Check(err)
}
