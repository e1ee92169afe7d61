package provider

import (
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

func loadBalancerResources() []resource {
	return []resource{
		loadBalancer(newName()), loadBalancerAttachment(newName()), loadBalancerCertificate(newName()), stickinessPolicy(newName()),
		certificateAttachment(newName()), redirectionPolicy(newName()),
	}
}

func loadBalancer(name string) resource {
	return resource{
		name: "lb",
		id:   name,
		create: []step{awaited((*lightsail.Client).CreateLoadBalancer, &lightsail.CreateLoadBalancerInput{
			LoadBalancerName: &name, HealthCheckPath: new("/"), InstancePort: 80, IpAddressType: types.IpAddressTypeIpv4, Tags: tags("key1", "value1"),
		})},
		read: readLoadBalancer(func(b *types.LoadBalancer) (any, error) { return b, nil }),
		reads: "name! arn! ipAddressType! createdAt! healthCheckPath! instancePort! protocol! publicPorts dnsName! supportCode! tags " +
			"configurationOptions httpsRedirectionEnabled!",
		want: attributes{
			"name": name, "ipAddressType": "ipv4", "healthCheckPath": "/", "instancePort": "80", "protocol": "HTTP", "publicPorts.#": "1",
			"tags.%": "1", "tags.key1": "value1",
		},
		changes: []change{
			{steps: retagged(name, []string{"key1"}, "key2", "value2"), want: attributes{"tags.%": "1", "tags.key2": "value2"}},
			{steps: []step{awaited((*lightsail.Client).SetIpAddressType, &lightsail.SetIpAddressTypeInput{
				ResourceName: &name, ResourceType: types.ResourceTypeLoadBalancer, IpAddressType: types.IpAddressTypeDualstack,
			})}, want: attributes{"ipAddressType": "dualstack"}},
			{steps: []step{balancerAttribute(name, "HealthCheckPath", "/healthcheck")}, want: attributes{"healthCheckPath": "/healthcheck"}},
		},
		remove: []step{awaited((*lightsail.Client).DeleteLoadBalancer, &lightsail.DeleteLoadBalancerInput{LoadBalancerName: &name})},
	}
}

func balancerAttribute(name string, attribute types.LoadBalancerAttributeName, value string) step {
	return awaited((*lightsail.Client).UpdateLoadBalancerAttribute, &lightsail.UpdateLoadBalancerAttributeInput{
		LoadBalancerName: &name, AttributeName: attribute, AttributeValue: &value,
	})
}

func readLoadBalancer(pick func(*types.LoadBalancer) (any, error)) func(*session, string) (any, error) {
	return reads((*lightsail.Client).GetLoadBalancer,
		func(id string) *lightsail.GetLoadBalancerInput {
			return &lightsail.GetLoadBalancerInput{LoadBalancerName: &id}
		},
		func(out *lightsail.GetLoadBalancerOutput, _ string) (any, error) { return pick(out.LoadBalancer) })
}

// loadBalancerAttachment holds an instance in any health.
func loadBalancerAttachment(name string) resource {
	web := newName()
	return resource{
		name:   "lb_attachment",
		needs:  []resource{instance(web), loadBalancer(name)},
		id:     name,
		shared: true, // the instance finishes its requests
		create: []step{awaited((*lightsail.Client).AttachInstancesToLoadBalancer, &lightsail.AttachInstancesToLoadBalancerInput{
			LoadBalancerName: &name, InstanceNames: []string{web},
		})},
		read: readLoadBalancer(func(b *types.LoadBalancer) (any, error) {
			return find(b.InstanceHealthSummary, func(h types.InstanceHealthSummary) bool { return *h.InstanceName == web })
		}),
		reads: "instanceName!",
		want:  attributes{"instanceName": web},
		remove: []step{awaited((*lightsail.Client).DetachInstancesFromLoadBalancer, &lightsail.DetachInstancesFromLoadBalancerInput{
			LoadBalancerName: &name, InstanceNames: []string{web},
		})},
	}
}

// loadBalancerCertificate is deleted without force.
func loadBalancerCertificate(name string) resource {
	balancer, domain := newName(), newName()+".com"
	return resource{
		name:  "lb_certificate",
		needs: []resource{loadBalancer(balancer)},
		id:    name,
		create: []step{awaited((*lightsail.Client).CreateLoadBalancerTlsCertificate, &lightsail.CreateLoadBalancerTlsCertificateInput{
			LoadBalancerName: &balancer, CertificateName: &name, CertificateDomainName: &domain, CertificateAlternativeNames: []string{"www." + domain},
		})},
		read: reads((*lightsail.Client).GetLoadBalancerTlsCertificates, func(string) *lightsail.GetLoadBalancerTlsCertificatesInput {
			return &lightsail.GetLoadBalancerTlsCertificatesInput{LoadBalancerName: &balancer}
		}, func(out *lightsail.GetLoadBalancerTlsCertificatesOutput, id string) (any, error) {
			return find(out.TlsCertificates, func(c types.LoadBalancerTlsCertificate) bool { return *c.Name == id })
		}),
		reads: "name! arn! createdAt! domainName! supportCode! subjectAlternativeNames domainValidationRecords.*.domainName! " +
			"domainValidationRecords.*.name! domainValidationRecords.*.type! domainValidationRecords.*.value!",
		want: attributes{"name": name, "domainName": domain, "subjectAlternativeNames.#": "2", "domainValidationRecords.#": "2"},
		remove: []step{awaited((*lightsail.Client).DeleteLoadBalancerTlsCertificate, &lightsail.DeleteLoadBalancerTlsCertificateInput{
			LoadBalancerName: &balancer, CertificateName: &name,
		})},
	}
}

// stickinessPolicy is two attributes of a load balancer. The provider switches it off in place of a deletion.
func stickinessPolicy(name string) resource {
	const duration, enabled = "SessionStickiness_LB_CookieDurationSeconds", "SessionStickinessEnabled"
	set := func(value, seconds string) []step {
		return []step{balancerAttribute(name, enabled, value), balancerAttribute(name, duration, seconds)}
	}
	return resource{
		name: "lb_stickiness_policy", needs: []resource{loadBalancer(name)}, id: name, create: set("true", "259200"), stays: true,
		read:    readLoadBalancer(func(b *types.LoadBalancer) (any, error) { return b, nil }),
		reads:   "configurationOptions." + enabled + "! configurationOptions." + duration + "!",
		want:    attributes{"configurationOptions." + enabled: "true", "configurationOptions." + duration: "259200"},
		changes: []change{{steps: set("false", "1000"), want: attributes{"configurationOptions." + enabled: "false", "configurationOptions." + duration: "1000"}}},
		remove:  set("false", "1000"),
	}
}

// validated is a certificate for a zone of the account, which validates it. It is named after its load balancer.
func validated(balancer, zone string) resource {
	r := loadBalancerCertificate(balancer + "-cert")
	name := r.id
	r.needs = nil
	r.create = []step{awaited((*lightsail.Client).CreateLoadBalancerTlsCertificate, &lightsail.CreateLoadBalancerTlsCertificateInput{
		LoadBalancerName: &balancer, CertificateName: &name, CertificateDomainName: &zone,
	}), refused((*lightsail.Client).AttachLoadBalancerTlsCertificate, &lightsail.AttachLoadBalancerTlsCertificateInput{
		LoadBalancerName: &balancer, CertificateName: &name,
	}, "Sorry, you can only attach a validated certificate to a load balancer."), settled("the status of "+name, func(s *session) (string, error) {
		out, err := s.GetLoadBalancerTlsCertificates(s.t.Context(), &lightsail.GetLoadBalancerTlsCertificatesInput{LoadBalancerName: &balancer})
		if err != nil {
			return "", err
		}
		one, err := first(out.TlsCertificates)
		if err != nil {
			return "", err
		}
		return string(one.(types.LoadBalancerTlsCertificate).Status), nil
	}, "PENDING_VALIDATION", "ISSUED")}
	r.remove = []step{awaited((*lightsail.Client).DeleteLoadBalancerTlsCertificate, &lightsail.DeleteLoadBalancerTlsCertificateInput{
		LoadBalancerName: &balancer, CertificateName: &name,
	})}
	return r
}

// certificateAttachment has no deletion: there is no action that detaches a certificate.
func certificateAttachment(name string) resource {
	zone, cert := name+".com", name+"-cert"
	return resource{
		name: "lb_certificate_attachment", needs: []resource{loadBalancer(name), domain(zone), validated(name, zone)}, id: name, stays: true,
		create: []step{awaited((*lightsail.Client).AttachLoadBalancerTlsCertificate, &lightsail.AttachLoadBalancerTlsCertificateInput{
			LoadBalancerName: &name, CertificateName: &cert,
		})},
		read: reads((*lightsail.Client).GetLoadBalancerTlsCertificates, func(id string) *lightsail.GetLoadBalancerTlsCertificatesInput {
			return &lightsail.GetLoadBalancerTlsCertificatesInput{LoadBalancerName: &id}
		}, func(out *lightsail.GetLoadBalancerTlsCertificatesOutput, _ string) (any, error) {
			return find(out.TlsCertificates, func(c types.LoadBalancerTlsCertificate) bool { return *c.Name == cert && *c.IsAttached })
		}),
		reads: "name! loadBalancerName!",
		want:  attributes{"name": cert, "loadBalancerName": name},
	}
}

// redirectionPolicy is an attribute of a load balancer that serves HTTPS. The provider switches it off in place of a deletion.
func redirectionPolicy(name string) resource {
	r := certificateAttachment(name)
	set := func(value string) step { return balancerAttribute(name, "HttpsRedirectionEnabled", value) }
	r.create = append([]step{refused((*lightsail.Client).UpdateLoadBalancerAttribute, &lightsail.UpdateLoadBalancerAttributeInput{
		LoadBalancerName: &name, AttributeName: "HttpsRedirectionEnabled", AttributeValue: new("true"),
	}, "cannot enable https redirection while https is disabled.")}, append(r.create, set("true"))...)
	r.name, r.read, r.reads = "lb_https_redirection_policy", readLoadBalancer(func(b *types.LoadBalancer) (any, error) { return b, nil }), "httpsRedirectionEnabled!"
	r.want = attributes{"httpsRedirectionEnabled": "true"}
	r.changes = []change{
		{steps: []step{set("false")}, want: attributes{"httpsRedirectionEnabled": "false"}},
		{steps: []step{set("true")}, want: r.want},
	}
	r.remove = []step{set("false")}
	return r
}
