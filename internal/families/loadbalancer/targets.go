package loadbalancer

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/kind/loadbalancer"
	"github.com/lanyard-cloud/lanyard/internal/metric"
	"github.com/lanyard-cloud/lanyard/internal/quota"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// open opens a load balancer with its targets as they are at a moment. They can be many, and are read at once.
func open(tx *store.Tx, r *resource.Resource, now time.Time) (*loadbalancer.LoadBalancer, error) {
	b, err := loadbalancer.Load(r)
	if err != nil {
		return nil, err
	}
	links := r.LinksOf(resource.BalancedInstance)
	ids := make([]string, len(links))
	for i, l := range links {
		ids[i] = l.Other.ID
	}
	rows, err := tx.ResourcesByID(ids)
	if err != nil {
		return nil, err
	}
	for _, l := range links {
		row, found := rows[l.Other.ID]
		if !found {
			return nil, fmt.Errorf("the attached instance %s: %w", l.Other.ID, store.ErrNotFound)
		}
		t, err := target(row, &l, uint16(*b.Doc.InstancePort), now)
		if err != nil {
			return nil, err
		}
		b.Targets = append(b.Targets, t)
	}
	return b, nil
}

// target opens an attached instance, which gets requests at a port.
func target(row *resource.Resource, link *resource.Link, port uint16, now time.Time) (t loadbalancer.Target, err error) {
	i, err := instance.Load(row)
	if err != nil {
		return t, err
	}
	a, err := loadbalancer.OpenAttachment(link)
	after := now.Add(time.Millisecond) // so that the present moment is in the time of an instance that runs
	return loadbalancer.Target{Attachment: a, Name: row.Name, Runs: i.Runtimes(after), Open: i.Opens("tcp", port)}, err
}

// series is the metric.Source of load balancers.
func series(tx *store.Tx, r *resource.Resource, name string, now time.Time) (metric.Series, error) {
	m, known := loadbalancer.LookupMetric(types.LoadBalancerMetricName(name))
	if !known {
		return metric.Series{}, nil
	}
	b, err := open(tx, r, now)
	return metric.Series{Unit: m.Unit, Samples: func(from, to time.Time) metric.Samples { return b.Samples(m, from, to, now) }}, err
}

// attach attaches running instances. One that is attached already stays as it is.
func attach(c *api.Call, in *lightsail.AttachInstancesToLoadBalancerInput) (*lightsail.AttachInstancesToLoadBalancerOutput, error) {
	b, instances, err := balanced(c, in.InstanceNames)
	if err != nil {
		return nil, err
	}
	out := &lightsail.AttachInstancesToLoadBalancerOutput{}
	for _, r := range instances {
		if err := attachOne(c, b, r); err != nil {
			return nil, err
		}
		out.Operations = append(out.Operations, bothStarted(c, b.Resource, r, loadbalancer.AttachTakes)...)
	}
	return out, nil
}

// balanced opens the load balancer that a call is on, and has the instances that it names, each once. The links to
// those that have finished their requests are removed.
func balanced(c *api.Call, names []string) (*loadbalancer.LoadBalancer, []*resource.Resource, error) {
	if len(names) == 0 {
		return nil, nil, api.MissingParameters("instanceNames")
	}
	b, err := api.Target[loadbalancer.LoadBalancer](c)
	if err != nil {
		return nil, nil, err
	}
	for _, l := range b.Resource.LinksOf(resource.BalancedInstance) {
		a, err := loadbalancer.OpenAttachment(&l)
		if err == nil && a.Gone(c.Now) {
			err = c.Unlink(b.Resource, &l)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	var once []*resource.Resource
	for _, r := range c.Targets(resource.Instance) {
		if !slices.ContainsFunc(once, func(other *resource.Resource) bool { return other.ID == r.ID }) {
			once = append(once, r)
		}
	}
	return b, once, nil
}

// attachOne attaches an instance, also one that is finishing its requests since it was detached.
func attachOne(c *api.Call, b *loadbalancer.LoadBalancer, r *resource.Resource) error {
	i, err := instance.Load(r)
	if err != nil {
		return err
	}
	if state := i.State(c.Now); state != instance.Running {
		return api.InvalidParams("You can't attach this instance right now. The state of this instance is: %s", state)
	}
	link := b.Resource.LinkedTo(resource.BalancedInstance, r.ID)
	if link != nil {
		a, err := loadbalancer.OpenAttachment(link)
		if err != nil || !a.Drains() {
			return err
		}
		if err := c.Unlink(b.Resource, link); err != nil {
			return err
		}
		r.Unlink(resource.BalancedInstance, b.Resource.ID) // what was read of the other end
	}
	if err := checkRoom(c, b, r); err != nil {
		return err
	}
	return c.Link(b, resource.BalancedInstance, r, loadbalancer.NewAttachment(c.Now, c.After(loadbalancer.CheckEvery).Sub(c.Now)).Doc())
}

// checkRoom returns an error if the load balancer has as many instances as it may have, or the instance as many load
// balancers. The texts are AWS's (developer guide, troubleshooting load balancers).
func checkRoom(c *api.Call, b *loadbalancer.LoadBalancer, r *resource.Resource) error {
	fullBalancer, err := isFull(c, b.Resource, quota.InstancesPerLoadBalancer)
	fullInstance, failed := isFull(c, r, quota.LoadBalancersPerInstance)
	switch {
	case err != nil || failed != nil:
		return errors.Join(err, failed)
	case fullBalancer:
		return api.InvalidInput(api.CodeLimitExceeded, "Sorry, you've reached the maximum number of instances you can attach to this load balancer.")
	case fullInstance:
		return api.InvalidInput(api.CodeLimitExceeded, "Sorry, you've reached the maximum number of times an instance can be registered with a load balancer.")
	}
	return nil
}

// isFull reports whether a load balancer or an instance has as many attachments as a quota admits. Only among that many
// links it matters which ones have ended: the documents of all, read for each instance of a call, take seconds.
func isFull(c *api.Call, r *resource.Resource, q quota.Name) (bool, error) {
	if len(r.LinksOf(resource.BalancedInstance)) < c.Quota(q) {
		return false, nil
	}
	n, err := attachments(c, r)
	return n >= c.Quota(q), err
}

// attachments is how many attachments a load balancer or an instance has now.
func attachments(c *api.Call, r *resource.Resource) (n int, err error) {
	for _, l := range r.LinksOf(resource.BalancedInstance) {
		a, err := loadbalancer.OpenAttachment(&l)
		if err != nil {
			return 0, err
		}
		if !a.Gone(c.Now) {
			n++
		}
	}
	return n, nil
}

// detach lets attached instances finish their requests. Then they are gone.
func detach(c *api.Call, in *lightsail.DetachInstancesFromLoadBalancerInput) (*lightsail.DetachInstancesFromLoadBalancerOutput, error) {
	b, instances, err := balanced(c, in.InstanceNames)
	if err != nil {
		return nil, err
	}
	out := &lightsail.DetachInstancesFromLoadBalancerOutput{}
	for _, r := range instances {
		if err := detachOne(c, b, r); err != nil {
			return nil, err
		}
		out.Operations = append(out.Operations, bothStarted(c, b.Resource, r, loadbalancer.DrainTakes)...)
	}
	return out, nil
}

func detachOne(c *api.Call, b *loadbalancer.LoadBalancer, r *resource.Resource) error {
	link := b.Resource.LinkedTo(resource.BalancedInstance, r.ID)
	var a loadbalancer.Attachment
	if link != nil {
		var err error
		if a, err = loadbalancer.OpenAttachment(link); err != nil {
			return err
		}
	}
	if link == nil || a.Drains() {
		return api.InvalidParams("The instance %s is not attached to the load balancer %s.", r.Name, b.Resource.Name)
	}
	a.Detached, a.Until = c.Now, c.After(loadbalancer.DrainTakes)
	if err := c.Unlink(b.Resource, link); err != nil {
		return fmt.Errorf("detach %s: %w", r.ID, err)
	}
	r.Unlink(resource.BalancedInstance, b.Resource.ID) // what was read of the other end
	return c.Link(b, resource.BalancedInstance, r, a.Doc())
}

// bothStarted records one operation for the load balancer, and one for the instance, which is in no zone there
// (observed). Each names the other.
func bothStarted(c *api.Call, b, i *resource.Resource, takes time.Duration) []types.Operation {
	end := c.After(takes)
	first, second := c.Started(b, end), c.Started(i, end)
	second.Location = b.Location()
	return api.EachNamesOther(first, second)
}
