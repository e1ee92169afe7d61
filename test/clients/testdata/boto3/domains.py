"""DNS zones and their entries: python3 domains.py ENDPOINT

They are in us-east-1, whatever region a test has.
"""

from checks import check_operation, connect, equal, invalid, matches, missing, names, pages, run, shows

HOME = "us-east-1"


def check_record(op, kind, name):
    check_operation(op, kind, name, "global", "Domain")


def entry(name, kind, target, **more):
    return {"name": name, "type": kind, "target": target, "isAlias": False, **more}


def added(client, zone):
    """The entries that were added to a zone, without their ids."""
    entries = client.get_domain(domainName=zone)["domain"]["domainEntries"]
    for e in entries:
        matches(e.pop("id"), "-?[0-9]{1,10}", "an entry's id")
    return [e for e in entries if e["type"] not in ("NS", "SOA")]


def test_domain(client, region):
    client = connect(HOME)
    check_record(client.create_domain(domainName="Example.com", tags=[{"key": "team", "value": "web"}])["operation"], "CreateDomain", "example.com")
    domain = client.get_domain(domainName="example.com")["domain"]
    matches(domain["arn"], "arn:aws:lightsail:global:[0-9]{12}:Domain/[0-9a-f-]{36}", "ARN")
    matches(domain["supportCode"], "[0-9]{12}//hostedzone/Z[A-Z0-9]{13,20}", "support code")
    equal([e["type"] for e in domain["domainEntries"]], ["NS", "NS", "NS", "NS", "SOA"], "entries of a new domain")
    rest = {k: v for k, v in domain.items() if k not in ("arn", "supportCode", "createdAt", "domainEntries")}
    shows("Domain", rest, {
        "name": "example.com", "location": {"availabilityZone": "all", "regionName": "global"}, "resourceType": "Domain",
        "tags": [{"key": "team", "value": "web"}],
    }, "a domain")
    invalid(lambda: client.create_domain(domainName="example.com"), "Some names are already in use: example.com", "NameExists")
    for name in "b.example.org", "a.example.org":
        client.create_domain(domainName=name)
    equal([names(page) for page in pages(client, "get_domains", "domains")], [["a.example.org", "b.example.org"], ["example.com"]], "pages of domains")
    for name in "b.example.org", "a.example.org", "example.com":
        check_record(client.delete_domain(domainName=name)["operation"], "DeleteDomain", name)
    missing(lambda: client.get_domain(domainName="example.com"), "Domain", "example.com")


def test_domain_entries(client, region):
    client, zone = connect(HOME), "example.net"
    client.create_domain(domainName=zone)
    # What DNS challenges send: the whole name with a dot at its end, and the value in quotes.
    challenge = {"name": "_acme-challenge.example.net.", "type": "TXT", "target": '"token"'}
    op = client.create_domain_entry(domainName=zone, domainEntry=challenge)["operation"]
    check_record(op, "CreateDomainEntry", zone)
    client.create_domain_entry(domainName=zone, domainEntry=entry("www.example.net", "CNAME", "host.example.org.", isAlias=False))
    client.create_domain_entry(domainName=zone, domainEntry=entry("lb.example.net", "A", "abc.elb.amazonaws.com", isAlias=True))
    equal(added(client, zone), [
        entry("_acme-challenge.example.net", "TXT", '"token"'), entry("lb.example.net", "A", "abc.elb.amazonaws.com", isAlias=True),
        entry("www.example.net", "CNAME", "host.example.org"),
    ], "entries")
    (op,) = client.update_domain_entry(domainName=zone, domainEntry=entry("www.example.net", "CNAME", "other.example.org"))["operations"]
    check_record(op, "UpdateDomainEntry", zone)
    for e in challenge, entry("lb.example.net", "A", "abc.elb.amazonaws.com", isAlias=True):
        check_record(client.delete_domain_entry(domainName=zone, domainEntry=e)["operation"], "DeleteDomainEntry", zone)
    equal(added(client, zone), [entry("www.example.net", "CNAME", "other.example.org")], "entries that are left")
    missing(lambda: client.delete_domain_entry(domainName=zone, domainEntry=challenge), "DomainEntry", r"_acme-challenge\.example\.net\.")
    invalid(lambda: client.create_domain_entry(domainName=zone, domainEntry=entry("www", "A", "192.0.2.1")), ".+")
    client.delete_domain(domainName=zone)


def test_other_regions(client, region):
    text = r"Domain-related APIs are only available in the us-east-1 Region\. .*"
    invalid(lambda: connect("eu-west-1").get_domains(), text, "UnsupportedOperation")


run(globals())
