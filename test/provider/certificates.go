package provider

import (
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

func certificateResources() []resource {
	return []resource{certificate(newName() + ".com"), officialCertificate(newName()), servedNames(newName())}
}

// certificate has the name of its domain. No zone has that, so it waits for its validation. Its details are read without being asked for.
func certificate(name string) resource {
	return resource{
		name: "certificate",
		id:   name,
		create: []step{awaited((*lightsail.Client).CreateCertificate, &lightsail.CreateCertificateInput{
			CertificateName: &name, DomainName: &name, SubjectAlternativeNames: []string{"www." + name}, Tags: tags("key1", "value1", "key2", "value2"),
		})},
		read: reads((*lightsail.Client).GetCertificates,
			func(id string) *lightsail.GetCertificatesInput {
				return &lightsail.GetCertificatesInput{CertificateName: &id}
			},
			findCertificate),
		reads: "certificateName! certificateArn! domainName! tags certificateDetail.createdAt! certificateDetail.domainName! " +
			"certificateDetail.subjectAlternativeNames.*! certificateDetail.domainValidationRecords.*.domainName! " +
			"certificateDetail.domainValidationRecords.*.resourceRecord.name! certificateDetail.domainValidationRecords.*.resourceRecord.type! " +
			"certificateDetail.domainValidationRecords.*.resourceRecord.value!",
		want: attributes{
			"certificateName": name, "domainName": name, "tags.%": "2", "tags.key1": "value1", "tags.key2": "value2",
			"certificateDetail.domainName": name, "certificateDetail.subjectAlternativeNames.#": "2",
		},
		changes: []change{{
			steps: retagged(name, []string{"key2"}, "key1", "new_value1"),
			want:  attributes{"tags.%": "1", "tags.key1": "new_value1"},
		}},
		remove: []step{awaited((*lightsail.Client).DeleteCertificate, &lightsail.DeleteCertificateInput{CertificateName: &name})},
	}
}

// findCertificate takes an empty list for a certificate that is gone, as both providers do.
func findCertificate(out *lightsail.GetCertificatesOutput, id string) (any, error) {
	return find(out.Certificates, func(c types.CertificateSummary) bool { return *c.CertificateName == id })
}

// officialCertificate is read as the official provider does, which asks for the details. Its tests have a name that cannot be validated: there
// is one record without anything to enter.
func officialCertificate(name string) resource {
	domain := name + ".test"
	r := certificate(name)
	r.name = "certificate of the official provider"
	r.create = []step{awaited((*lightsail.Client).CreateCertificate, &lightsail.CreateCertificateInput{CertificateName: &name, DomainName: &domain})}
	r.read = reads((*lightsail.Client).GetCertificates,
		func(id string) *lightsail.GetCertificatesInput {
			return &lightsail.GetCertificatesInput{CertificateName: &id, IncludeCertificateDetails: true}
		},
		findCertificate)
	r.reads = "certificateName! certificateArn! domainName! tags certificateDetail.createdAt! certificateDetail.domainName! " +
		"certificateDetail.subjectAlternativeNames.*! certificateDetail.domainValidationRecords.*.domainName!"
	record := "certificateDetail.domainValidationRecords.0."
	r.want = attributes{
		"certificateName": name, "domainName": domain, "tags.%": "0", "certificateDetail.domainName": domain,
		"certificateDetail.subjectAlternativeNames.#": "1", "certificateDetail.subjectAlternativeNames.0": domain,
		"certificateDetail.domainValidationRecords.#": "1", record + "domainName": domain, record + "resourceRecord.name": absent,
	}
	r.changes = []change{
		{steps: retagged(name, nil, "key1", "value1"), want: attributes{"tags.%": "1", "tags.key1": "value1"}},
		{steps: retagged(name, []string{"key1"}, "key2", "value2"), want: attributes{"tags.%": "1", "tags.key2": "value2"}},
	}
	return r
}

// issued is a certificate of names in a zone of the account, which validates them.
func issued(name, zone string) resource {
	r := certificate(name)
	r.create = []step{awaited((*lightsail.Client).CreateCertificate, &lightsail.CreateCertificateInput{
		CertificateName: &name, DomainName: &zone, SubjectAlternativeNames: []string{"www." + zone},
	}), settled("the status of "+name, func(s *session) (string, error) {
		out, err := s.GetCertificates(s.t.Context(), &lightsail.GetCertificatesInput{CertificateName: &name})
		if err != nil {
			return "", err
		}
		one, err := first(out.Certificates)
		if err != nil {
			return "", err
		}
		return string(one.(types.CertificateSummary).CertificateDetail.Status), nil
	}, "PENDING_VALIDATION", "ISSUED")}
	return r
}

// servedNames is a container service with names of an issued certificate, after it was refused those of one that waits.
func servedNames(name string) resource {
	zone, valid, waiting := name+".com", name+"-valid", name+"-waiting"
	domains := func(certificate, domain string) map[string][]string {
		return map[string][]string{certificate: {domain}}
	}
	updated := func(names map[string][]string) []step {
		return []step{sent((*lightsail.Client).UpdateContainerService, &lightsail.UpdateContainerServiceInput{
			ServiceName: &name, PublicDomainNames: names,
		}), serviceReady(name)}
	}
	r := containerService(name)
	r.name = "container_public_domain_names of a certificate"
	pending := certificate(waiting)
	pending.create = []step{awaited((*lightsail.Client).CreateCertificate, &lightsail.CreateCertificateInput{
		CertificateName: &waiting, DomainName: new("nowhere-" + zone),
	})}
	r.needs = []resource{domain(zone), issued(valid, zone), pending}
	r.create = append(append(r.create, refused((*lightsail.Client).UpdateContainerService, &lightsail.UpdateContainerServiceInput{
		ServiceName: &name, PublicDomainNames: domains(waiting, "nowhere-"+zone),
	}, `InvalidInputException: Certificate "`+waiting+`" provided for service "`+name+`" has PENDING_VALIDATION status, required status: ISSUED\.`)),
		updated(domains(valid, zone))...)
	r.want = attributes{"publicDomainNames." + valid + ".#": "1", "state": "READY"}
	r.changes = []change{
		{steps: updated(domains(valid, "www."+zone)), want: attributes{"publicDomainNames." + valid + ".0": "www." + zone}},
		{steps: updated(map[string][]string{valid: {}}), want: attributes{"publicDomainNames." + valid + ".#": absent}},
	}
	return r
}
