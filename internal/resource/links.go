package resource

import (
	"maps"
	"slices"
)

// Role is what one resource is to another in a link between them.
type Role string

// The roles. The first end is what is attached, the second what it is attached to.
const (
	// AttachedDisk is a disk of an instance, beside its system disk.
	AttachedDisk Role = "attachedDisk"
	// AttachedStaticIP is the static IP of an instance.
	AttachedStaticIP Role = "attachedStaticIp"
	// BalancedInstance is an instance that a load balancer is attached to: it gets requests.
	BalancedInstance Role = "balancedInstance"
	// BalancerCertificate is a TLS certificate that was made for a load balancer.
	BalancerCertificate Role = "balancerCertificate"
	// BalancerHTTPS is the one of a load balancer's TLS certificates that it serves HTTPS with.
	BalancerHTTPS Role = "balancerHttps"
	// BucketAccess is the access of an instance to a bucket.
	BucketAccess Role = "bucketAccess"
	// ClaimedSubdomain is a subdomain whose name the account has by a claim on its top-level subdomain.
	ClaimedSubdomain Role = "claimedSubdomain"
	// MonitoredBalancer is the load balancer that an alarm monitors.
	MonitoredBalancer Role = "monitoredLoadBalancer"
	// MonitoredDatabase is the database that an alarm monitors.
	MonitoredDatabase Role = "monitoredDatabase"
	// MonitoredInstance is the instance that an alarm monitors.
	MonitoredInstance Role = "monitoredInstance"
	// OriginBucket, OriginContainerService, OriginInstance and OriginLoadBalancer are what a distribution
	// gets its content from. The distribution keeps the name of one that is deleted.
	OriginBucket           Role = "originBucket"
	OriginContainerService Role = "originContainerService"
	OriginInstance         Role = "originInstance"
	OriginLoadBalancer     Role = "originLoadBalancer"
	// ServingCertificate is a certificate with names of it that a container service has.
	ServingCertificate Role = "servingCertificate"
	// ServingSubdomain is a subdomain that is associated with a distribution, or is going to be.
	ServingSubdomain Role = "servingSubdomain"
	// ViewerCertificate is a certificate that is attached to a distribution, with the names of it that the
	// distribution serves.
	ViewerCertificate Role = "viewerCertificate"
)

// Ends says what a role links, and how.
type Ends struct {
	// From and To are the kinds of the two ends.
	From, To Kind
	// Single reports that a resource has one such link at its To end at most.
	Single bool
	// Many reports that a resource can have several such links at its From end, each to another
	// resource. Without it, one is the most.
	Many bool
	// BlocksFrom reports that the resource at the From end cannot be deleted while it has the
	// link. A deletion of the other end ends the link.
	BlocksFrom bool
	// DeletesFrom reports that a deletion of the resource at the To end deletes the one at the From
	// end, too.
	DeletesFrom bool
	// Anywhere reports that the ends may be in two regions.
	Anywhere bool
	// Shown reports that the resource at the To end shows what the document of the From end says.
	Shown bool
}

var roles = map[Role]Ends{
	AttachedDisk:           {From: Disk, To: Instance, BlocksFrom: true, Shown: true},
	AttachedStaticIP:       {From: StaticIP, To: Instance, Single: true, Shown: true},
	BalancedInstance:       {From: LoadBalancer, To: Instance, Many: true},
	BalancerCertificate:    {From: LoadBalancerTLSCertificate, To: LoadBalancer, DeletesFrom: true},
	BalancerHTTPS:          {From: LoadBalancerTLSCertificate, To: LoadBalancer, Single: true},
	BucketAccess:           {From: Bucket, To: Instance, Many: true},
	ClaimedSubdomain:       {From: Subdomain, To: SubdomainClaim},
	MonitoredBalancer:      {From: Alarm, To: LoadBalancer, DeletesFrom: true},
	MonitoredDatabase:      {From: Alarm, To: RelationalDatabase, DeletesFrom: true},
	MonitoredInstance:      {From: Alarm, To: Instance, DeletesFrom: true},
	OriginBucket:           {From: Distribution, To: Bucket, Anywhere: true},
	OriginContainerService: {From: Distribution, To: ContainerService, Anywhere: true, Shown: true},
	OriginInstance:         {From: Distribution, To: Instance, Anywhere: true},
	OriginLoadBalancer:     {From: Distribution, To: LoadBalancer, Anywhere: true},
	ServingCertificate:     {From: Certificate, To: ContainerService, Many: true, BlocksFrom: true},
	ServingSubdomain:       {From: Subdomain, To: Distribution, Single: true},
	ViewerCertificate:      {From: Certificate, To: Distribution, Single: true, Many: true, BlocksFrom: true},
}

// Roles returns all roles in order.
func Roles() []Role { return slices.Sorted(maps.Keys(roles)) }

// Ends says what the role links; ok is false for a role that does not exist.
func (r Role) Ends() (e Ends, ok bool) {
	e, ok = roles[r]
	return e, ok
}

// Fits reports whether the role can link two resources: they are of its kinds, in one account, and in
// one region unless the role links over regions.
func (r Role) Fits(from, to *Resource) bool {
	e, ok := roles[r]
	return ok && from.Kind == e.From && to.Kind == e.To && from.Account == to.Account && (e.Anywhere || from.Region == to.Region)
}

// Full reports whether one of two resources has a link of the role that does not admit another one.
func (r Role) Full(from, to *Resource) bool {
	if roles[r].Single && to.Linked(r) != nil {
		return true
	}
	if roles[r].Many {
		return from.LinkedTo(r, to.ID) != nil
	}
	return from.Linked(r) != nil
}

// Side is an end of links.
type Side int

// The two ends.
const (
	From Side = iota
	To
)

// sides are the ends at which the resources of each kind have links.
var sides = func() map[Kind][]Side {
	all := map[Kind][]Side{}
	add := func(k Kind, s Side) {
		if !slices.Contains(all[k], s) {
			all[k] = append(all[k], s)
		}
	}
	for _, e := range roles {
		add(e.From, From)
		add(e.To, To)
	}
	return all
}()

// Sides are the ends at which resources of the kind have links; none for most kinds.
func (k Kind) Sides() []Side { return sides[k] }

// Link is a relation of a resource to another one in the same account.
type Link struct {
	Role Role
	// Side is the end at which the resource is that has the link.
	Side Side
	// Doc is what belongs to the relation, as JSON; "{}" if nothing does.
	Doc []byte
	// Other is the resource at the other end, without tags, private document and links of its
	// own. At the To end it has its time and zone, too, and its document if the role shows that.
	Other *Resource
}

// NoDoc is the document of a link without details.
var NoDoc = []byte("{}")

// Linked is the first link of a role that the resource has; nil if it has none.
func (r *Resource) Linked(role Role) *Link {
	for i := range r.Links {
		if r.Links[i].Role == role {
			return &r.Links[i]
		}
	}
	return nil
}

// LinksOf are all links of a role that the resource has, the oldest first. Unlink changes nothing of that list.
func (r *Resource) LinksOf(role Role) (all []Link) {
	for _, l := range r.Links {
		if l.Role == role {
			all = append(all, l)
		}
	}
	return all
}

// LinkedTo is the link of a role to another resource, given by its id; nil if there is none.
func (r *Resource) LinkedTo(role Role, other string) *Link {
	at := slices.IndexFunc(r.Links, func(l Link) bool { return l.Role == role && l.Other.ID == other })
	if at < 0 {
		return nil
	}
	return &r.Links[at]
}

// Unlink removes the link of a role to another resource, given by its id, from what was read.
func (r *Resource) Unlink(role Role, other string) {
	r.Links = slices.DeleteFunc(slices.Clone(r.Links), func(l Link) bool { return l.Role == role && l.Other.ID == other })
}
