package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
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
