package provider

import (
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

func domainResources() []resource {
	return []resource{
		domain(newName() + ".com"),
		thirdPartyEntry(newName() + ".com"),
		entry("apex", newName()+".com", "", "A", "127.0.0.1"),
		entry("alias", newName()+".com", "", "A", "d111111abcdef8.cloudfront.net"),
		entry("TXT", newName()+".com", "_acme-challenge", "TXT", `"a token"`),
		entry("CNAME", newName()+".com", "www", "CNAME", "host.example.net"),
		contactMethod(),
	}
}

// domain is a zone. No provider waits for its deletion.
func domain(name string) resource {
	return resource{
		name:   "domain",
		id:     name,
		create: []step{awaited((*lightsail.Client).CreateDomain, &lightsail.CreateDomainInput{DomainName: &name, Tags: tags("key1", "value1", "key2", "value2")})},
		read: reads((*lightsail.Client).GetDomain, func(id string) *lightsail.GetDomainInput { return &lightsail.GetDomainInput{DomainName: &id} },
			func(out *lightsail.GetDomainOutput, _ string) (any, error) { return out.Domain, nil }),
		reads: "name! arn! tags domainEntries.*.name! domainEntries.*.type! domainEntries.*.target!",
		want:  attributes{"name": name, "tags.%": "2", "tags.key1": "value1", "tags.key2": "value2"},
		changes: []change{{
			steps: retagged(name, []string{"key2"}, "key1", "new_value1"),
			want:  attributes{"tags.%": "1", "tags.key1": "new_value1"},
		}},
		remove: []step{sent((*lightsail.Client).DeleteDomain, &lightsail.DeleteDomainInput{DomainName: &name})},
	}
}

// thirdPartyEntry is an entry with the id of the third-party provider, from which it knows the entry again. Its tests delete without
// isAlias.
func thirdPartyEntry(zone string) resource {
	const target = "127.0.0.1"
	name := "test-x." + zone
	return resource{
		name:  "domain_entry of the third-party provider",
		needs: []resource{domain(zone)},
		id:    strings.Join([]string{name, zone, "A", target}, "_"),
		create: []step{awaited((*lightsail.Client).CreateDomainEntry, &lightsail.CreateDomainEntryInput{
			DomainName: &zone, DomainEntry: &types.DomainEntry{Name: &name, Type: new("A"), Target: new(target), IsAlias: new(false)},
		})},
		read: reads((*lightsail.Client).GetDomain, func(id string) *lightsail.GetDomainInput {
			return &lightsail.GetDomainInput{DomainName: &strings.Split(id, "_")[1]}
		}, func(out *lightsail.GetDomainOutput, id string) (any, error) {
			parts := strings.Split(id, "_")
			return findEntry(out, parts[0], parts[2], parts[3])
		}),
		reads: "name! type! target! isAlias",
		want:  attributes{"name": name, "type": "A", "target": target, "isAlias": "false"},
		remove: []step{awaited((*lightsail.Client).DeleteDomainEntry, &lightsail.DeleteDomainEntryInput{
			DomainName: &zone, DomainEntry: &types.DomainEntry{Name: &name, Type: new("A"), Target: new(target)},
		})},
	}
}

// entry is an entry as the official provider makes it: its configuration has the name without the zone.
func entry(what, zone, name, kind, target string) resource {
	alias := what == "alias"
	whole := strings.TrimPrefix(name+"."+zone, ".")
	return resource{
		name:  "domain_entry " + what,
		needs: []resource{domain(zone)},
		id:    strings.Join([]string{name, zone, kind, target}, ","),
		create: []step{awaited((*lightsail.Client).CreateDomainEntry, &lightsail.CreateDomainEntryInput{
			DomainName: &zone, DomainEntry: &types.DomainEntry{Name: &whole, Type: &kind, Target: &target, IsAlias: &alias},
		})},
		read: reads((*lightsail.Client).GetDomain, func(id string) *lightsail.GetDomainInput {
			return &lightsail.GetDomainInput{DomainName: &strings.Split(id, ",")[1]}
		}, func(out *lightsail.GetDomainOutput, id string) (any, error) {
			parts := strings.Split(id, ",")
			return findEntry(out, strings.TrimPrefix(parts[0]+"."+parts[1], "."), parts[2], parts[3])
		}),
		reads: "name! type! target! isAlias",
		want:  attributes{"name": whole, "type": kind, "target": target, "isAlias": strconv.FormatBool(alias)},
		remove: []step{awaited((*lightsail.Client).DeleteDomainEntry, &lightsail.DeleteDomainEntryInput{
			DomainName: &zone, DomainEntry: &types.DomainEntry{Name: &whole, Type: &kind, Target: &target},
		})},
	}
}

func findEntry(out *lightsail.GetDomainOutput, name, kind, target string) (any, error) {
	return find(out.Domain.DomainEntries, func(e types.DomainEntry) bool { return *e.Name == name && *e.Type == kind && *e.Target == target })
}

// contactMethod is never verified: the provider does not wait for that.
func contactMethod() resource {
	const address = "terraform@example.com"
	return resource{
		name: "contact_method",
		id:   "Email",
		create: []step{awaited((*lightsail.Client).CreateContactMethod, &lightsail.CreateContactMethodInput{
			ContactEndpoint: new(address), Protocol: types.ContactProtocolEmail,
		})},
		read: reads((*lightsail.Client).GetContactMethods, func(id string) *lightsail.GetContactMethodsInput {
			return &lightsail.GetContactMethodsInput{Protocols: []types.ContactProtocol{types.ContactProtocol(id)}}
		}, func(out *lightsail.GetContactMethodsOutput, id string) (any, error) {
			return find(out.ContactMethods, func(m types.ContactMethod) bool { return string(m.Protocol) == id })
		}),
		reads:  "protocol! contactEndpoint!",
		want:   attributes{"protocol": "Email", "contactEndpoint": address},
		remove: []step{awaited((*lightsail.Client).DeleteContactMethod, &lightsail.DeleteContactMethodInput{Protocol: types.ContactProtocolEmail})},
	}
}
