package certificate

import (
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/lanyard-cloud/lanyard/internal/acm"
	"github.com/lanyard-cloud/lanyard/internal/kind/audit"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Stored is how an import checks certificates.
func Stored() resource.StoredKinds {
	return resource.StoredKinds{resource.Certificate: {Check: check, CheckLinks: checkLink}}
}

func check(r *resource.Resource) (claims resource.Claims, err error) {
	c, err := Load(r)
	if err != nil {
		return claims, err
	}
	var a audit.Audit
	a.Envelope(c, c.SupportSuffix())
	a.Everywhere(r)
	a.Want(aws.ToString(c.Doc.KeyAlgorithm) == acm.KeyAlgorithm, "doc: unknown keyAlgorithm")
	CheckValidation(&a, c, c.Doc.DomainName)
	return claims, a.Repack(c)
}

// CheckValidation wants the names of a certificate in their normal form, with the first one as primary, and the plan to
// be one that their validations can have made.
func CheckValidation(a *audit.Audit, c Validated, primary *string) {
	names, v := c.Domains(), c.Validation()
	a.Want(len(names) > 0 && len(names) == len(v.Names), "priv: there is not one validation for each name of the certificate")
	if a.Err != nil {
		return
	}
	normal, err := acm.Names(names[0], names[1:])
	a.Want(err == nil && slices.Equal(normal, names), "doc: subjectAlternativeNames are not the names of a certificate")
	a.Want(aws.ToString(primary) == names[0], "doc: domainName is not the first of subjectAlternativeNames")
	for _, n := range v.Names {
		a.Moment("proven of a name", n.Proven)
		a.Want(n.Refused == "" || n.Zoned && audit.IsText(n.Refused), "priv: a name was refused by no zone, or with no line of text")
	}
	a.Plan(v.Plan, pending, issued, timedOut, failed)
	if a.Err == nil {
		a.Want((v.end() == failed) == (Refusal(names) != ""), "priv: the plan does not end as the names of the certificate have it")
		a.Want(v.WillBeIssued() == v.IsProven(), "priv: the plan does not end as the validations of the names have it")
	}
}

// checkLink wants an issued certificate that has the names which it serves: all of them, or none, of a distribution.
func checkLink(role resource.Role, from, to *resource.Resource, doc []byte) error {
	c, err := Load(from)
	if err != nil {
		return err
	}
	var served resource.DomainNames
	if err := audit.Decode(doc, &served); err != nil {
		return err
	}
	sorted, wanted := slices.Sorted(slices.Values(served.Names)), c.Doc.SubjectAlternativeNames
	switch {
	case role == resource.ViewerCertificate && (len(sorted) == 0 || slices.Equal(served.Names, wanted)):
	case role == resource.ViewerCertificate:
		return errors.New("doc: the names are not all names of the certificate, in order")
	case len(sorted) == 0 || !c.HasAll(sorted) || len(slices.Compact(sorted)) < len(served.Names):
		return errors.New("doc: the names are not names of the certificate, each once")
	}
	if role == resource.ViewerCertificate && to.Linked(resource.ServingSubdomain) != nil {
		return errors.New("the distribution has a subdomain")
	}
	if !c.Priv.WillBeIssued() {
		return errors.New("the plan of the certificate does not end in the state ISSUED")
	}
	return nil
}
