"""Distributions with their certificates: python3 distributions.py ENDPOINT"""

import datetime

from checks import check_operation, check_started, connect, equal, invalid, knows, matches, missing, run, until

HOME = "us-east-1"
NAME = "cdn"


def started(client, op, kind, **details):
    check_started(client, op, kind, NAME, HOME, "Distribution", **details)


def get(client):
    (one,) = client.get_distributions(distributionName=NAME)["distributions"]
    return one


def test_distribution(_, region):
    client = connect(HOME)
    equal(client.get_distributions(distributionName="none")["distributions"], [], "an account without distributions")
    client.create_bucket(bucketName="photos", bundleId="small_1_0")
    made = client.create_distribution(
        distributionName=NAME, bundleId="small_1_0", origin={"name": "photos", "regionName": HOME}, defaultCacheBehavior={"behavior": "cache"},
        cacheBehaviors=[{"path": "*.php", "behavior": "dont-cache"}], tags=[{"key": "team", "value": "web"}],
    )
    equal(made["distribution"]["status"], "InProgress", "status")
    matches(made["distribution"]["domainName"], r"d[0-9a-z]{13}\.cloudfront\.net", "domainName")
    started(client, made["operation"], "CreateDistribution")
    equal(get(client), {**made["distribution"], "status": "Deployed"}, "distribution")
    invalid(lambda: client.get_distributions(distributionName="none"), "Requested resource not found", "DoesNotExist")
    changes(client)
    certificate(client)
    if knows("CreateSubdomain"):
        subdomain(client)
    metrics(client)
    check_operation(client.delete_distribution(distributionName=NAME)["operation"], "DeleteDistribution", NAME, HOME, "Distribution")
    client.delete_bucket(bucketName="photos")


def changes(client):
    started(client, client.update_distribution(distributionName=NAME, isEnabled=False, cacheBehaviors=[])["operation"], "UpdateDistribution")
    (op,) = client.set_ip_address_type(resourceType="Distribution", resourceName=NAME, ipAddressType="ipv4")["operations"]
    started(client, op, "SetIpAddressType")
    got = get(client)
    equal((got["isEnabled"], got["ipAddressType"]), (False, "ipv4"), "changed members")
    bundles = [b["bundleId"] for b in client.get_distribution_bundles()["bundles"]]
    op = client.update_distribution_bundle(distributionName=NAME, bundleId=bundles[1])["operation"]
    check_operation(op, "UpdateDistributionBundle", NAME, HOME, "Distribution")
    equal(get(client)["ableToUpdateBundle"], False, "ableToUpdateBundle")
    reset = client.reset_distribution_cache(distributionName=NAME)
    equal(reset["status"], "InProgress", "status of a reset")
    started(client, reset["operation"], "ResetDistributionCache")
    latest = client.get_distribution_latest_cache_reset(distributionName=NAME)
    equal((latest["status"], latest["createTime"]), ("Completed", reset["createTime"]), "latest reset")


def certificate(client):
    client.create_domain(domainName="example.com")
    client.create_certificate(certificateName="shop", domainName="example.com", subjectAlternativeNames=["www.example.com"])
    missing(lambda: client.attach_certificate_to_distribution(distributionName=NAME, certificateName="none"), "Certificate", "none")
    detail = lambda: client.get_certificates(certificateName="shop")["certificates"][0]["certificateDetail"]
    until(detail, lambda c: c["status"] == "ISSUED")
    op = client.attach_certificate_to_distribution(distributionName=NAME, certificateName="shop")["operation"]
    started(client, op, "AttachCertificateToDistribution", details="shop")
    got = get(client)
    equal((got["certificateName"], got["alternativeDomainNames"]), ("shop", ["example.com", "www.example.com"]), "certificate")
    equal(detail()["inUseResourceCount"], 1, "inUseResourceCount")
    started(client, client.detach_certificate_from_distribution(distributionName=NAME)["operation"], "DetachCertificateFromDistribution", details="shop")
    equal(get(client)["alternativeDomainNames"], [], "names without a certificate")
    client.delete_certificate(certificateName="shop")


def subdomain(client):
    name = "blog.boto3"
    checked = client.check_subdomain_availability(subdomainName=name, reserve=True)
    equal((checked["available"], "reservationExpiresAt" in checked), (True, True), "availability")
    check_started(client, client.create_subdomain(subdomainName=name)["operation"], "CreateSubdomain", name, HOME, "Subdomain")
    read = lambda: client.get_subdomains(subdomainName=name)["subdomains"][0]
    equal((read()["state"], read()["fqdn"]), ("UNATTACHED", "blog.boto3.amazonlightsail.com"), "subdomain")
    (top,) = client.get_subdomains()["subdomains"]
    equal((top["state"], [c["subdomainName"] for c in top["children"]]), ("IMPLICIT", [name]), "list of subdomains")
    for action, more, state in (("ASSOCIATE", {"targetResourceArn": get(client)["arn"]}, "ATTACHED"), ("DISASSOCIATE", {}, "UNATTACHED")):
        op = client.update_subdomain_association(subdomainName=name, action=action, **more)["operation"]
        check_started(client, op, "UpdateSubdomainAssociation", name, HOME, "Subdomain", details=NAME)
        equal(read()["state"], state, "state of the subdomain")
    check_operation(client.delete_subdomain(subdomainName=name)["operation"], "DeleteSubdomain", name, HOME, "Subdomain")


def metrics(client):
    now = datetime.datetime.now(datetime.timezone.utc)
    got = client.get_distribution_metric_data(
        distributionName=NAME, metricName="Requests", startTime=now - datetime.timedelta(hours=1), endTime=now, period=300, unit="None", statistics=["Sum"],
    )
    equal(got["metricName"], "Requests", "metricName")


run(globals())
