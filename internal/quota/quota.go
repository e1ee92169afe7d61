// Package quota holds the service quotas: how many of a thing an account may have.
//
// It names and parses them. It counts nothing: the pipeline and the families do.
package quota

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Name is the name of a quota, as the setting of the server spells it.
type Name string

// The quotas of the AWS General Reference (state of 2026-09), per account and region
// unless their comment says otherwise.
const (
	Instances Name = "instances"
	StaticIPs Name = "static-ips"
	// DisksPerInstance counts the attached ones, without the system disk.
	DisksPerInstance Name = "disks-per-instance"
	// Disks counts them attached or not, without system disks. AWS publishes the refusal
	// and not the number: the default is how many of the smallest ones have DiskGB.
	Disks Name = "disks"
	// DiskGB is the size of all disks, attached or not, without system disks (Lightsail
	// user guide, block storage disks).
	DiskGB Name = "disk-gb"
	// Domains, Distributions and Buckets are for all regions of an account.
	Domains       Name = "domains"
	Distributions Name = "distributions"
	Buckets       Name = "buckets"
	// ContainerServices is for one region of an account.
	ContainerServices Name = "container-services"
	// Databases is for one region of an account.
	Databases Name = "databases"
	// Certificates counts those that exist. CertificatesPerYear counts those that were created
	// in 365 days, deleted or not.
	Certificates        Name = "certificates"
	CertificatesPerYear Name = "certificates-per-year"
	// LoadBalancers is for one region of an account.
	LoadBalancers Name = "load-balancers"
	// InstancesPerLoadBalancer and LoadBalancersPerInstance count attachments. AWS publishes the refusals and not
	// the numbers: the first default is how many targets an Application Load Balancer has (Elastic Load Balancing
	// user guide), and with the second one an instance can be attached to all load balancers.
	InstancesPerLoadBalancer Name = "instances-per-load-balancer"
	LoadBalancersPerInstance Name = "load-balancers-per-instance"
	// Subdomains is for an account: those that exist, and deleted ones that other accounts cannot create yet.
	// SubdomainReservations is how many names an account has reserved at a time (API reference, CreateSubdomain and
	// CheckSubdomainAvailability).
	Subdomains            Name = "subdomains"
	SubdomainReservations Name = "subdomain-reservations"
	// PortRules is for one instance, for IPv4 and IPv6 each.
	PortRules Name = "port-rules"
	// PortSources is how many source addresses one call may name.
	PortSources Name = "port-sources"
	// AutoSnapshots is how many automatic snapshots are kept of one resource.
	AutoSnapshots Name = "auto-snapshots"
)

// Table is the value of each quota.
type Table map[Name]int

// Default is a table of its own with AWS's values.
func Default() Table {
	return Table{
		Instances: 20, StaticIPs: 5, Disks: 2500, DiskGB: 20000, DisksPerInstance: 15, PortRules: 60, PortSources: 60, AutoSnapshots: 7,
		Domains: 6, Distributions: 20, Buckets: 20, ContainerServices: 100, Databases: 40, Certificates: 10, CertificatesPerYear: 20,
		LoadBalancers: 10, InstancesPerLoadBalancer: 1000, LoadBalancersPerInstance: 10,
		Subdomains: 30, SubdomainReservations: 5,
	}
}

// renamed are names of earlier versions.
var renamed = map[string]Name{"attached-gb": DiskGB}

// Names are the names of all quotas in order.
func Names() []Name { return slices.Sorted(maps.Keys(Default())) }

// Parse returns AWS's values, changed by settings of the form "instances=100". An error
// begins with the setting.
func Parse(settings []string) (Table, error) {
	t := Default()
	for _, s := range settings {
		name, value, _ := strings.Cut(s, "=")
		if now, old := renamed[name]; old {
			return nil, fmt.Errorf("%s: this quota is now %s, for all disks of a region: give %s=%s", s, now, now, value)
		}
		if _, known := t[Name(name)]; !known {
			return nil, fmt.Errorf("%s: unknown quota: give one of %v, such as instances=100", s, Names())
		}
		n, err := strconv.ParseUint(value, 10, 31)
		if err != nil {
			return nil, fmt.Errorf("%s: must be 0 or more", s)
		}
		t[Name(name)] = int(n)
	}
	return t, nil
}
