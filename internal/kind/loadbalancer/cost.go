package loadbalancer

import "github.com/lanyard-cloud/lanyard/internal/cost"

// price is US dollars for a month (AWS's pricing page of Lightsail). AWS's usage type is not known.
const price = 18

// Charge is for the load balancer, in every state and with any number of instances. Its certificates cost nothing.
func (b *LoadBalancer) Charge() cost.Charge { return cost.Hourly("LoadBalancerUsage", 1, price) }
