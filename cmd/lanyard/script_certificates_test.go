package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/rogpeppe/go-internal/testscript"
)

// makeCertificate is the command: certificate REGION NAME DOMAIN.
func makeCertificate(ts *testscript.TestScript, _ bool, args []string) {
	client, ctx := rootClient(ts, args[0]), context.Background()
	in := &lightsail.GetCertificatesInput{CertificateName: &args[1]}
	out, err := client.GetCertificates(ctx, in)
	ts.Check(err)
	if len(out.Certificates) == 0 {
		_, err = client.CreateCertificate(ctx, &lightsail.CreateCertificateInput{CertificateName: &args[1], DomainName: &args[2]})
		ts.Check(err)
		out, err = client.GetCertificates(ctx, in)
		ts.Check(err)
	}
	fmt.Fprintln(ts.Stdout(), out.Certificates[0].CertificateDetail.Status)
}

// makeBalancerCertificate is the command: balancer-certificate REGION BALANCER NAME DOMAIN.
func makeBalancerCertificate(ts *testscript.TestScript, _ bool, args []string) {
	client, ctx := rootClient(ts, args[0]), context.Background()
	in := &lightsail.GetLoadBalancerTlsCertificatesInput{LoadBalancerName: &args[1]}
	out, err := client.GetLoadBalancerTlsCertificates(ctx, in)
	if err != nil {
		_, err = client.CreateLoadBalancer(ctx, &lightsail.CreateLoadBalancerInput{
			LoadBalancerName: &args[1], InstancePort: 80, CertificateName: &args[2], CertificateDomainName: &args[3],
		})
		ts.Check(err)
		out, err = client.GetLoadBalancerTlsCertificates(ctx, in)
	}
	ts.Check(err)
	fmt.Fprintln(ts.Stdout(), out.TlsCertificates[0].Status)
}

// makeZone is the command: zone NAME.
func makeZone(ts *testscript.TestScript, _ bool, args []string) {
	_, err := rootClient(ts, "us-east-1").CreateDomain(context.Background(), &lightsail.CreateDomainInput{DomainName: &args[0]})
	ts.Check(err)
}

// enterRecords is the command: enter ZONE BALANCER. It enters the records of the balancer's certificate.
func enterRecords(ts *testscript.TestScript, _ bool, args []string) {
	client, ctx := rootClient(ts, "us-east-1"), context.Background()
	out, err := client.GetLoadBalancerTlsCertificates(ctx, &lightsail.GetLoadBalancerTlsCertificatesInput{LoadBalancerName: &args[1]})
	ts.Check(err)
	for _, r := range out.TlsCertificates[0].DomainValidationRecords {
		_, err := client.CreateDomainEntry(ctx, &lightsail.CreateDomainEntryInput{
			DomainName: &args[0], DomainEntry: &types.DomainEntry{Name: r.Name, Type: r.Type, Target: r.Value},
		})
		ts.Check(err)
	}
}

// stopServer is the command: stop-server.
func stopServer(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Check(ts.Value(hostedKey{}).(*hosted).stop())
}
