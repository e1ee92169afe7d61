// Command lego sets or removes the record of a challenge by lego's provider, as lego does: lego perform|cleanup DOMAIN TOKEN
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/go-acme/lego/v5/challenge/dns01"
	"github.com/go-acme/lego/v5/providers/dns/lightsail"
)

func main() {
	if err := run(context.Background(), os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, command, domain, token string) error {
	// lego asks whether the record is an alias. Nothing answers on the discard port.
	dns01.SetDefaultClient(dns01.NewClient(&dns01.Options{RecursiveNameservers: []string{"127.0.0.1:9"}, Timeout: time.Second}))
	provider, err := lightsail.NewDNSProvider()
	if err != nil {
		return err
	}
	act := provider.Present
	if command == "cleanup" {
		act = provider.CleanUp
	}
	if err := act(ctx, domain, "", token); err != nil {
		return err
	}
	fmt.Println(dns01.GetChallengeInfo(ctx, domain, token).Value)
	return nil
}
