"""Load balancers, their instances and their certificates: python3 load_balancers.py ENDPOINT"""

import datetime

from checks import check_operation, check_started, connect, equal, invalid, knows, matches, missing, names, pages, run, run_instance, until


def balancer(client, name="lb"):
    return client.get_load_balancer(loadBalancerName=name)["loadBalancer"]


def pair(ops, kind, region, *ends, done):
    """Checks two operations, each of which names the other end. An end is a name and a resource type."""
    equal(len(ops), 2, f"operations of {kind}")
    for op, (name, resource), (other, _) in zip(ops, ends, reversed(ends)):
        check_operation(op, kind, name, region, resource, done=done, details=other)


def test_instances(client, region):
    run_instance(client, region, "web")
    (op,) = client.create_load_balancer(loadBalancerName="lb", instancePort=80, tags=[{"key": "team", "value": "web"}])["operations"]
    check_started(client, op, "CreateLoadBalancer", "lb", region, "LoadBalancer")
    lb = balancer(client)
    matches(lb["dnsName"], rf"[0-9a-f]{{32}}-[0-9]{{9,10}}\.{region}\.elb\.amazonaws\.com", "dnsName")
    matches(lb["supportCode"], rf"[0-9]{{12}}/arn:aws:elasticloadbalancing:{region}:[0-9]{{12}}:loadbalancer/app/{lb['dnsName'][:32]}/[0-9a-f]{{16}}", "supportCode")
    equal((lb["state"], lb["protocol"], lb["publicPorts"], lb["instanceHealthSummary"]), ("active", "HTTP", [80], []), "a new load balancer")
    ends = ("lb", "LoadBalancer"), ("web", "Instance")
    arguments = {"loadBalancerName": "lb", "instanceNames": ["web"]}
    pair(client.attach_instances_to_load_balancer(**arguments)["operations"], "AttachInstancesToLoadBalancer", region, *ends, done=False)
    healthy = until(lambda: balancer(client)["instanceHealthSummary"], lambda all: all[0]["instanceHealth"] == "healthy")
    equal(healthy, [{"instanceName": "web", "instanceHealth": "healthy"}], "the health of an instance without a reason")
    now = datetime.datetime.now(datetime.timezone.utc)
    data = client.get_load_balancer_metric_data(
        loadBalancerName="lb", metricName="HealthyHostCount", period=60, startTime=now - datetime.timedelta(hours=1), endTime=now,
        unit="Count", statistics=["Average"],
    )
    equal(data["metricName"], "HealthyHostCount", "metricName")
    (op,) = client.put_alarm(
        alarmName="down", monitoredResourceName="lb", metricName="UnhealthyHostCount", comparisonOperator="GreaterThanOrEqualToThreshold",
        threshold=1, evaluationPeriods=1,
    )["operations"]
    check_operation(op, "PutAlarm", "down", region, "Alarm", details="lb")
    pair(client.detach_instances_from_load_balancer(**arguments)["operations"], "DetachInstancesFromLoadBalancer", region, *ends, done=False)
    invalid(lambda: client.detach_instances_from_load_balancer(**arguments), "The instance web is not attached to the load balancer lb.")
    until(lambda: balancer(client)["instanceHealthSummary"], lambda all: all == [])


def test_attributes(client, region):
    for name in "aa", "bb", "lb":
        client.create_load_balancer(loadBalancerName=name, instancePort=80)
    equal([names(p) for p in pages(client, "get_load_balancers", "loadBalancers")], [["aa", "bb"], ["lb"]], "load balancers of all pages")
    for name, value in ("HealthCheckPath", "/up"), ("SessionStickinessEnabled", "true"), ("SessionStickiness_LB_CookieDurationSeconds", "259200"):
        (op,) = client.update_load_balancer_attribute(loadBalancerName="lb", attributeName=name, attributeValue=value)["operations"]
        check_operation(op, "UpdateLoadBalancerAttribute", "lb", region, "LoadBalancer", details=name)
    lb = balancer(client)
    equal(lb["healthCheckPath"], "/up", "healthCheckPath")
    equal(lb["configurationOptions"], {"SessionStickinessEnabled": "true", "SessionStickiness_LB_CookieDurationSeconds": "259200"}, "options")
    if knows("SetIpAddressType"):
        (op,) = client.set_ip_address_type(resourceType="LoadBalancer", resourceName="lb", ipAddressType="ipv4")["operations"]
        check_operation(op, "SetIpAddressType", "lb", region, "LoadBalancer")
    if knows("GetLoadBalancerTlsPolicies"):
        policies = client.get_load_balancer_tls_policies()["tlsPolicies"]
        equal([(p["name"], p["isDefault"]) for p in policies], [("TLS-2016-08", True), ("TLS-FS-1-2-Res-2019-08", False)], "TLS policies")
    (op,) = client.delete_load_balancer(loadBalancerName="lb")["operations"]
    check_operation(op, "DeleteLoadBalancer", "lb", region, "LoadBalancer")
    missing(lambda: balancer(client), "LoadBalancer", "lb")


def test_certificates(client, region):
    connect("us-east-1").create_domain(domainName="balanced.example.com")  # the load balancer is in another region
    client.create_load_balancer(loadBalancerName="lb", instancePort=80)
    made = client.create_load_balancer_tls_certificate(
        loadBalancerName="lb", certificateName="cert", certificateDomainName="balanced.example.com", certificateAlternativeNames=["www.balanced.example.com"],
    )
    ends = ("cert", "LoadBalancerTlsCertificate"), ("lb", "LoadBalancer")
    pair(made["operations"], "CreateLoadBalancerTlsCertificate", region, *ends, done=True)
    certificates = lambda: client.get_load_balancer_tls_certificates(loadBalancerName="lb")["tlsCertificates"]
    (issued,) = until(certificates, lambda all: all[0]["status"] == "ISSUED")
    equal((issued["subject"], issued["issuer"], issued["loadBalancerName"]), ("CN=balanced.example.com", "Amazon", "lb"), "an issued certificate")
    attached = client.attach_load_balancer_tls_certificate(loadBalancerName="lb", certificateName="cert")["operations"]
    pair(attached, "AttachLoadBalancerTlsCertificate", region, *reversed(ends), done=True)
    equal((balancer(client)["protocol"], balancer(client)["publicPorts"]), ("HTTP_HTTPS", [80, 443]), "protocol and ports")
    ops = client.delete_load_balancer_tls_certificate(loadBalancerName="lb", certificateName="cert", force=True)["operations"]
    for op, (name, resource) in zip(ops, ends):
        check_operation(op, "DeleteLoadBalancerTlsCertificate", name, region, resource, done=False)
    equal(certificates(), [], "certificates after the deletion")


run(globals())
