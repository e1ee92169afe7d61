// Package loadbalancer says what a stored load balancer is, and a TLS certificate of one: their documents, states and
// attributes, the health of attached instances, and what is measured.
//
// It forwards no request, checks no instance and changes no store.
package loadbalancer

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// The states of a load balancer.
const (
	provisioning = string(types.LoadBalancerStateProvisioning)
	active       = string(types.LoadBalancerStateActive)
)

// Create is the event that makes a load balancer.
const Create = "create"

// Lifecycle is how the state of a load balancer moves. It is active without instances, too. An Application Load
// Balancer takes one to three minutes.
var Lifecycle = resource.Lifecycle{Create: {{State: provisioning, Takes: 90 * time.Second}, {State: active}}}

// LoadBalancer is a stored load balancer, opened. Links lead to its instances and from its certificates.
type LoadBalancer struct {
	resource.Record[types.LoadBalancer, Priv, *types.LoadBalancer]
	// Targets are the attached instances, in the order in which they were attached. The caller reads them.
	Targets []Target
}

// Priv is what Lanyard knows of a load balancer and the API never shows.
type Priv struct{ resource.Planned }

// New returns a load balancer without instances and certificates. It is not stored yet.
func New(r *resource.Resource, port int32, addresses types.IpAddressType, plan resource.Plan) *LoadBalancer {
	b := &LoadBalancer{}
	b.Resource, b.Priv.Plan = r, plan
	b.Doc = types.LoadBalancer{
		ConfigurationOptions:    map[string]string{stickiness: "false", cookieSeconds: "86400"},
		HealthCheckPath:         new("/"),
		HttpsRedirectionEnabled: new(false),
		InstancePort:            &port,
		IpAddressType:           addresses,
		TlsPolicyName:           policies[0].Name,
	}
	if addresses == "" {
		b.Doc.IpAddressType = types.IpAddressTypeDualstack
	}
	return b
}

// Load opens a stored load balancer.
func Load(r *resource.Resource) (*LoadBalancer, error) {
	b := &LoadBalancer{}
	return b, b.Open(r)
}

// Kind is resource.LoadBalancer.
func (*LoadBalancer) Kind() resource.Kind { return resource.LoadBalancer }

// SupportSuffix is the ARN of the balancer in Elastic Load Balancing (observed).
func (b *LoadBalancer) SupportSuffix() string {
	name, id, _ := b.elb()
	r := b.Resource
	return "arn:aws:elasticloadbalancing:" + r.Region + ":" + r.SupportAccount() + ":loadbalancer/app/" + name + "/" + id
}

// Pack writes the documents into the row, without what Show adds.
func (b *LoadBalancer) Pack() error {
	doc := b.Doc
	doc.DnsName, doc.InstanceHealthSummary, doc.Protocol, doc.PublicPorts = nil, nil, "", nil
	doc.State, doc.Tags, doc.TlsCertificateSummaries = "", nil, nil
	return b.PackDoc(doc)
}

// elb is what the balancer is called in Elastic Load Balancing: its name, its id, and the number in its DNS name of
// nine or ten digits (observed).
func (b *LoadBalancer) elb() (name, id string, number uint64) {
	sum := sha256.Sum256([]byte("load balancer\x00" + b.Resource.ID))
	text := hex.EncodeToString(sum[:24])
	return text[:32], text[32:], 1e8 + binary.BigEndian.Uint64(sum[24:])%(1e10-1e8)
}

// CertificateLinks are the links from the certificates that were made for the load balancer, the oldest first.
func (b *LoadBalancer) CertificateLinks() []resource.Link {
	return b.Resource.LinksOf(resource.BalancerCertificate)
}

// HasInstance reports whether an instance is attached at a moment. The link to one that was detached stays for a while.
func (b *LoadBalancer) HasInstance(now time.Time) (bool, error) {
	for _, l := range b.Resource.LinksOf(resource.BalancedInstance) {
		if a, err := OpenAttachment(&l); err != nil || !a.Gone(now) {
			return err == nil, err
		}
	}
	return false, nil
}

// Serving is the link from the certificate that the load balancer serves HTTPS with; nil if it has HTTP only.
func (b *LoadBalancer) Serving() *resource.Link {
	return b.Resource.Linked(resource.BalancerHTTPS)
}

// EndHTTPS notes that the load balancer serves HTTP only: nothing can be redirected to HTTPS then.
func (b *LoadBalancer) EndHTTPS() { b.Doc.HttpsRedirectionEnabled = new(false) }

// DNSName is the balancer's name in DNS.
func (b *LoadBalancer) DNSName() string {
	name, _, number := b.elb()
	return fmt.Sprintf("%s-%d.%s.elb.amazonaws.com", name, number, b.Resource.Region)
}

// Show is the load balancer as the API shows it at a moment.
func (b *LoadBalancer) Show(now time.Time) *types.LoadBalancer {
	doc := b.Doc
	doc.DnsName = new(b.DNSName())
	doc.State = types.LoadBalancerState(b.Priv.State(now))
	doc.Protocol, doc.PublicPorts = types.LoadBalancerProtocolHttp, []int32{80}
	serving := b.Serving()
	if serving != nil {
		doc.Protocol, doc.PublicPorts = types.LoadBalancerProtocolHttpHttps, []int32{80, 443}
	}
	doc.TlsCertificateSummaries = []types.LoadBalancerTlsCertificateSummary{}
	for _, l := range b.CertificateLinks() {
		doc.TlsCertificateSummaries = append(doc.TlsCertificateSummaries, types.LoadBalancerTlsCertificateSummary{
			Name: &l.Other.Name, IsAttached: new(serving != nil && serving.Other.ID == l.Other.ID),
		})
	}
	doc.InstanceHealthSummary = []types.InstanceHealthSummary{}
	for _, t := range b.Targets {
		if !t.Gone(now) {
			doc.InstanceHealthSummary = append(doc.InstanceHealthSummary, t.summary(b.activeFrom(), now))
		}
	}
	doc.Tags = b.Resource.Tags
	return &doc
}

// activeFrom is when the load balancer begins to work.
func (b *LoadBalancer) activeFrom() time.Time { return b.Priv.Settled() }

// redirects reports whether HTTP is redirected to HTTPS.
func (b *LoadBalancer) redirects() bool { return aws.ToBool(b.Doc.HttpsRedirectionEnabled) }
