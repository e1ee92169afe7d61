"""Firewalls, static IPs, peering and HTTPS: python3 network.py ENDPOINT"""

from checks import (
    UUID, await_state, check_operation, check_started, check_time, create_instances, equal, invalid, knows, matches, missing, names, pages,
    pages_by_token, refused, run, run_instance, shows, until, without,
)


def rule(port, to=None, protocol="tcp", cidrs=("0.0.0.0/0",), ipv6=("::/0",), aliases=()):
    """A rule as GetInstancePortStates shows it."""
    return {
        "fromPort": port, "toPort": port if to is None else to, "protocol": protocol, "state": "open",
        "cidrs": list(cidrs), "ipv6Cidrs": list(ipv6), "cidrListAliases": list(aliases),
    }


def test_ports(client, region):
    run_instance(client, region, "web")
    states = lambda: client.get_instance_port_states(instanceName="web")["portStates"]
    opened = lambda **port: client.open_instance_public_ports(instanceName="web", portInfo=port)["operation"]
    closed = lambda **port: client.close_instance_public_ports(instanceName="web", portInfo=port)["operation"]
    equal(states(), [rule(80), rule(22)], "the firewall of a new instance")
    op = opened(fromPort=8000, toPort=8080, protocol="tcp", cidrs=["203.0.113.7", "198.51.100.0/24"])
    check_operation(op, "OpenInstancePublicPorts", "web", region, "Instance", region + "a", details="8000-8080/tcp")
    narrow = rule(8000, 8080, cidrs=["203.0.113.7/32", "198.51.100.0/24"], ipv6=[])
    equal(states(), [rule(80), rule(22), narrow], "opened ports")
    (web,) = [p for p in client.get_instance(instanceName="web")["instance"]["networking"]["ports"] if p["fromPort"] == 8000]
    equal((web["accessFrom"], web["cidrs"]), ("Custom", narrow["cidrs"]), "the rule in the instance")
    closed(fromPort=8000, toPort=8080, protocol="tcp", cidrs=["203.0.113.7/32"])
    equal(states()[2]["cidrs"], ["198.51.100.0/24"], "sources that are left")
    op = closed(fromPort=80, toPort=80, protocol="tcp")
    check_operation(op, "CloseInstancePublicPorts", "web", region, "Instance", region + "a", details="80/tcp")
    infos = [
        {"fromPort": 22, "toPort": 22, "protocol": "tcp", "cidrListAliases": ["lightsail-connect"]},
        {"fromPort": 8, "toPort": -1, "protocol": "icmp"},
        {"fromPort": 0, "toPort": 65535, "protocol": "udp", "ipv6Cidrs": ["2001:db8::/32"]},
    ]
    op = client.put_instance_public_ports(instanceName="web", portInfos=infos)["operation"]
    check_operation(op, "PutInstancePublicPorts", "web", region, "Instance", region + "a", details="22/tcp,8--1/icmp,0-65535/udp")
    equal(states(), [
        rule(22, cidrs=[], ipv6=[], aliases=["lightsail-connect"]), rule(8, -1, "icmp", ipv6=[]), rule(0, 65535, "udp", cidrs=[], ipv6=["2001:db8::/32"]),
    ], "ports that were put")
    client.put_instance_public_ports(instanceName="web", portInfos=[{"fromPort": 0, "toPort": 65535, "protocol": "all"}])
    equal(states(), [rule(0, 65535, "-1")], "everything")
    client.put_instance_public_ports(instanceName="web", portInfos=[])
    equal(states(), [], "no ports")


def test_ports_that_are_none(client, region):
    create_instances(client, region, "web")
    for port in (
        {"fromPort": 23, "toPort": 22, "protocol": "tcp"},
        {"fromPort": -1, "toPort": -1, "protocol": "tcp"},
        {"fromPort": 1, "toPort": 65535, "protocol": "all"},
        {"fromPort": 256, "toPort": 0, "protocol": "icmp"},
        {"fromPort": 22, "toPort": 65536, "protocol": "tcp"},
        {"fromPort": 22, "toPort": 22, "protocol": "sctp"},
        {"fromPort": 22, "toPort": 22, "protocol": "tcp", "cidrs": ["192.0.2.0/33"]},
        {"fromPort": 22, "toPort": 22, "protocol": "tcp", "cidrs": ["2001:db8::/32"]},
        {"fromPort": 22, "toPort": 22, "protocol": "tcp", "ipv6Cidrs": ["192.0.2.0/24"]},
        {"fromPort": 22, "toPort": 22, "protocol": "tcp", "cidrListAliases": ["everybody"]},
    ):
        print("  port", port)
        invalid(lambda: client.open_instance_public_ports(instanceName="web", portInfo=port), ".+")
        invalid(lambda: client.put_instance_public_ports(instanceName="web", portInfos=[port]), ".+")
    equal(len(client.get_instance_port_states(instanceName="web")["portStates"]), 2, "ports after refused changes")
    missing(lambda: client.open_instance_public_ports(instanceName="nobody", portInfo={"fromPort": 1, "toPort": 1, "protocol": "tcp"}), "Instance", "nobody")


def test_static_ips(client, region):
    (op,) = client.allocate_static_ip(staticIpName="front")["operations"]
    check_operation(op, "AllocateStaticIp", "front", region, "StaticIp")
    front = client.get_static_ip(staticIpName="front")["staticIp"]
    matches(front["arn"], f"arn:aws:lightsail:{region}:111122223333:StaticIp/{UUID}", "ARN")
    equal(front["supportCode"].split("/")[1], front["ipAddress"], "support code")
    check_time(front["createdAt"], "createdAt")
    shows("StaticIp", without(front, "arn", "supportCode", "createdAt", "ipAddress"), {
        "name": "front", "resourceType": "StaticIp", "location": {"availabilityZone": "all", "regionName": region}, "isAttached": False,
    }, "a free static IP")
    run_instance(client, region, "web")
    before = client.get_instance(instanceName="web")["instance"]["publicIpAddress"]
    attached, instance = client.attach_static_ip(staticIpName="front", instanceName="web")["operations"]
    check_operation(attached, "AttachStaticIp", "front", region, "StaticIp", details="web")
    check_operation(instance, "AttachStaticIp", "web", region, "Instance", region + "a", details="front")
    equal(client.get_static_ip(staticIpName="front")["staticIp"], {**front, "isAttached": True, "attachedTo": "web"}, "an attached static IP")
    web = client.get_instance(instanceName="web")["instance"]
    equal((web["publicIpAddress"], web["isStaticIp"]), (front["ipAddress"], True), "public address")
    client.stop_instance(instanceName="web")
    await_state(client, "web", "stopped")
    client.start_instance(instanceName="web")
    await_state(client, "web", "running")
    equal(client.get_instance(instanceName="web")["instance"]["publicIpAddress"], front["ipAddress"], "public address after a stop")
    detached, instance = client.detach_static_ip(staticIpName="front")["operations"]
    check_operation(detached, "DetachStaticIp", "front", region, "StaticIp", details="web")
    check_operation(instance, "DetachStaticIp", "web", region, "Instance", region + "a", details="front")
    web = client.get_instance(instanceName="web")["instance"]
    assert web["publicIpAddress"] not in (before, front["ipAddress"]) and not web["isStaticIp"], f"public address {web['publicIpAddress']}"
    equal(client.get_static_ip(staticIpName="front")["staticIp"], front, "a detached static IP")
    refused(lambda: client.detach_static_ip(staticIpName="front"), "OperationFailureException",
            "You can't detach this static IP right now. The state of this static IP is: detached", "InvalidState")
    client.attach_static_ip(staticIpName="front", instanceName="web")
    client.delete_instance(instanceName="web")
    equal(client.get_static_ip(staticIpName="front")["staticIp"], front, "the static IP of a deleted instance")
    (op,) = client.release_static_ip(staticIpName="front")["operations"]
    check_operation(op, "ReleaseStaticIp", "front", region, "StaticIp")


def test_static_ips_that_are_not_there(client, region):
    for call in client.get_static_ip, client.release_static_ip, client.detach_static_ip:
        missing(lambda: call(staticIpName="nobody"), "StaticIp", "nobody")
    client.allocate_static_ip(staticIpName="front")
    missing(lambda: client.attach_static_ip(staticIpName="front", instanceName="nobody"), "Instance", "nobody")
    invalid(lambda: client.allocate_static_ip(staticIpName="front"), "Some names are already in use: front", "NameExists")


def test_pages(client, region):
    equal(pages(client, "get_static_ips", "staticIps"), [[]], "pages of no static IPs")
    for name in "cc", "aa", "ee", "bb", "dd":
        client.allocate_static_ip(staticIpName=name)
    equal([names(page) for page in pages(client, "get_static_ips", "staticIps")], [["aa", "bb"], ["cc", "dd"], ["ee"]], "pages of static IPs")
    full = "Sorry, you've reached your maximum limit of Lightsail Static IPs : 5. .*"
    invalid(lambda: client.allocate_static_ip(staticIpName="ff"), full, "LimitExceeded")


def test_peering(client, region):
    peered = lambda: client.is_vpc_peered()["isPeered"]
    equal(peered(), False, "isPeered")
    op = client.peer_vpc()["operation"]
    for vpc in op["resourceName"], op["operationDetails"]:
        matches(vpc, "vpc-0[0-9a-f]{16}", "the id of a VPC")
    check_operation(op, "PeeredVpc", op["resourceName"], region, "PeeredVpc", details=op["operationDetails"])
    equal(peered(), True, "isPeered")
    end = client.unpeer_vpc()["operation"]
    check_operation(end, "UnpeeredVpc", op["resourceName"], region, "PeeredVpc", details=op["operationDetails"])
    equal(peered(), False, "isPeered")
    invalid(client.unpeer_vpc, f"The Lightsail VPC in the Region {region} is not peered with your default VPC.")


def test_https(client, region):
    if not knows("SetupInstanceHttps"):
        return
    run_instance(client, region, "blog", blueprintId="wordpress")
    setup = lambda *names: client.setup_instance_https(
        instanceName="blog", emailAddress="admin@example.org", domainNames=list(names), certificateProvider="LetsEncrypt")["operations"]
    history = lambda: sum(pages_by_token(client.get_setup_history, "setupHistory", resourceName="blog"), [])
    equal(history(), [], "history before")
    for n in range(3):
        (op,) = setup(f"n{n}.example.org")
        check_started(client, op, "SetupInstanceHttps", "blog", region, "Instance", region + "a")
    equal([s["request"]["domainNames"] for s in history()], [["n2.example.org"], ["n1.example.org"], ["n0.example.org"]], "history")
    (last, *_) = history()
    equal((last["operationId"], last["status"], last["resource"]["name"]), (op["id"], "succeeded", "blog"), "the last setup")
    setup("shop.test")
    failed = until(lambda: history()[0], lambda s: s["status"] != "inProgress")
    equal((failed["status"], failed["executionDetails"][-1]["status"]), ("failed", "failed"), "the setup for a name that cannot be certified")
    client.close_instance_public_ports(instanceName="blog", portInfo={"fromPort": 443, "toPort": 443, "protocol": "tcp"})
    invalid(lambda: setup("example.org"), "The firewall of the instance blog must allow connections to the TCP port 443 from any address.")
    missing(lambda: client.get_setup_history(resourceName="nobody"), "Instance", "nobody")


run(globals())
