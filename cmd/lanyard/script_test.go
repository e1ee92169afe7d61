package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/smithy-go"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/sdkhttp"
	"github.com/lanyard-cloud/lanyard/internal/server"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"lanyard": main})
}

// TestScripts runs the scripts in testdata/script, which use the lanyard command beside a
// running server. They have these commands, too:
//
//	capture NAME REGEXP   sets $NAME to the match of the expression's group in the last output
//	call KEYID SECRET     signs GetKeyPairs; its standard error is the code of the error
//
//	keypair REGION NAME FILE                          makes a key pair and writes its private half
//	instance REGION NAME BLUEPRINT BUNDLE [KEYPAIR]   makes an instance that runs at once
//	halt REGION NAME                                  stops an instance
//	firewall REGION NAME SOURCE...                    opens port 22 to blocks and aliases, and nothing else
//	access REGION NAME FILE                           writes a key and certificate of GetInstanceAccessDetails
//
//	certificate REGION NAME DOMAIN                    makes a certificate if there is none; prints its status
//	balancer-certificate REGION BALANCER NAME DOMAIN  does so for a load balancer and its first certificate
//	zone NAME                                         makes a DNS zone
//	enter ZONE BALANCER                               enters the validation records of a balancer's certificate
//
//	contact REGION ADDRESS                            makes a contact method
//	newmail FILE                                      waits for a mail and copies it
//	visit METHOD FILE                                 opens the link of a mail; the page is its standard error
//
//	rewrite REGION NAME MEMBER QUOTED                 changes an instance's document without the server
//	rename-user NAME QUOTED                           changes a user's name without the server
//	stop-server                                       stops the server
//	impostor REGION NAME                              stops the server and starts a hostile one on its port
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:   "testdata/script",
		Setup: startServer,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"capture": capture,
			"call":    call,

			"keypair":  makeKeyPair,
			"instance": makeInstance,
			"database": makeDatabase,
			"halt":     stopInstance,

			"certificate":          makeCertificate,
			"balancer-certificate": makeBalancerCertificate,
			"zone":                 makeZone,
			"enter":                enterRecords,
			"stop-server":          stopServer,

			"contact": makeContact,
			"newmail": newMail,
			"visit":   visitLink,

			"firewall":    setFirewall,
			"access":      getAccess,
			"rewrite":     rewriteInstance,
			"rename-user": renameUser,
			"impostor":    impersonate,
		},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

const (
	rootAccount = "111122223333"
	rootKey     = "ROOTKEY"
	rootSecret  = "the-secret-of-the-root"
)

// startServer runs a server on the data directory of the script's commands.
func startServer(env *testscript.Env) error {
	dir := filepath.Join(env.WorkDir, "data")
	s, err := server.New(context.Background(), server.Options{
		Listen:   "127.0.0.1:0",
		Database: home.Database{DataDir: dir},
		KeyPool:  -1,
		Root:     home.Root{AccountID: rootAccount, AccessKeyID: rootKey, SecretAccessKey: rootSecret},
	})
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	stopped := make(chan error, 1)
	go func() { stopped <- s.Serve(ctx) }()
	end := sync.OnceValue(func() error {
		stop()
		return <-stopped
	})
	env.Values[hostedKey{}] = &hosted{s, end}
	env.Defer(func() {
		if err := end(); err != nil {
			env.T().Fatal(err)
		}
	})
	env.Setenv("LANYARD_DATA_DIR", dir)
	env.Setenv("ENDPOINT", s.Endpoint())
	env.Setenv("ROOT_SECRET", rootSecret)
	env.Setenv("HOME", env.WorkDir)
	for _, name := range []string{"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"} {
		env.Setenv(name, filepath.Join(env.WorkDir, "aws", name))
	}
	return os.Mkdir(filepath.Join(env.WorkDir, "aws"), 0o700)
}

func capture(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: capture NAME REGEXP")
	}
	match := regexp.MustCompile("(?m)" + args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if len(match) != 2 {
		ts.Fatalf("%s does not match the output once", args[1])
	}
	ts.Setenv(args[0], match[1])
}

func call(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: call KEYID SECRET")
	}
	endpoint := ts.Getenv("ENDPOINT")
	client := lightsail.New(lightsail.Options{
		HTTPClient: sdkhttp.Client(),
		Region:     "us-east-1", BaseEndpoint: &endpoint, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(args[0], args[1], ""),
	})
	_, err := client.GetKeyPairs(context.Background(), &lightsail.GetKeyPairsInput{})
	if refused, ok := errors.AsType[smithy.APIError](err); ok {
		if _, e := ts.Stderr().Write([]byte(refused.ErrorCode() + "\n")); e != nil {
			ts.Fatalf("%v", e)
		}
	}
	if (err != nil) != neg {
		ts.Fatalf("the call: %v", err)
	}
}
