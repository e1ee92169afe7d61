package distribution

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// defaultTLS is the minimum version for viewers of a distribution with a certificate (developer guide).
const defaultTLS = types.ViewerMinimumTlsProtocolVersionEnumTLSv122021

// Certify notes that the distribution has a certificate, or that it has none any more: only with one there is a minimum
// TLS version. One that is there stays.
func (d *Distribution) Certify(has bool) {
	switch tls := &d.Doc.ViewerMinimumTlsProtocolVersion; {
	case !has:
		*tls = nil
	case *tls == nil:
		*tls = new(string(defaultTLS))
	}
}

// CertificateLink is the link to the certificate that is attached; nil if none is.
func (d *Distribution) CertificateLink() *resource.Link {
	return d.Resource.Linked(resource.ViewerCertificate)
}

// certificate is what the distribution shows of the certificate that is attached.
func (d *Distribution) certificate() (name *string, domains []string) {
	link := d.CertificateLink()
	if link == nil {
		return nil, []string{}
	}
	return &link.Other.Name, d.Serves()
}

// Serves are the names that the distribution serves beside its own: those of its certificate, or none.
func (d *Distribution) Serves() []string {
	link := d.CertificateLink()
	if link == nil || string(link.Doc) == string(resource.NoDoc) {
		return []string{}
	}
	names, err := resource.ServedNames(link.Doc)
	if err != nil { // checkLink and the actions see to it
		return []string{}
	}
	return names
}

func isTLSVersion(s string) bool {
	v := types.ViewerMinimumTlsProtocolVersionEnum(s)
	return slices.Contains(v.Values(), v)
}
