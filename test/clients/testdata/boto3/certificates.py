"""Certificates and the zones that validate them: python3 certificates.py ENDPOINT"""

from checks import check_operation, connect, equal, invalid, matches, missing, run, takes, until


def detail(client, name):
    (one,) = client.get_certificates(certificateName=name)["certificates"]
    return one["certificateDetail"]


def test_certificate(client, region):
    zones = connect("us-east-1")  # the certificate is in another region
    zones.create_domain(domainName="example.com")
    made = client.create_certificate(
        certificateName="shop", domainName="example.com", subjectAlternativeNames=["www.example.com"], tags=[{"key": "team", "value": "web"}],
    )
    check_operation(made["operations"][0], "CreateCertificate", "shop", region, "Certificate")
    equal(made["certificate"]["tags"], [{"key": "team", "value": "web"}], "tags")
    invalid(lambda: client.create_certificate(certificateName="shop", domainName="example.com"), "Some names are already in use: shop", "NameExists")
    got = until(lambda: detail(client, "shop"), lambda c: c["status"] == "ISSUED")
    equal([r["domainName"] for r in got["domainValidationRecords"]], ["example.com", "www.example.com"], "names")
    matches(got["domainValidationRecords"][0]["resourceRecord"]["value"], r"_[0-9a-f]{32}\.[a-z]{10}\.acm-validations\.aws\.", "record")
    equal(got["inUseResourceCount"], 0, "inUseResourceCount")
    for name in "blog", "chat":
        client.create_certificate(certificateName=name, domainName="example.org")
    if takes("GetCertificates", "pageToken"):
        first = client.get_certificates(includeCertificateDetails=True)
        second = client.get_certificates(includeCertificateDetails=True, pageToken=first["nextPageToken"])
        equal([c["certificateName"] for c in first["certificates"] + second["certificates"]], ["blog", "chat", "shop"], "certificates of two pages")
    for name in "blog", "chat", "shop":
        (op,) = client.delete_certificate(certificateName=name)["operations"]
        check_operation(op, "DeleteCertificate", name, region, "Certificate")
    equal(client.get_certificates(certificateName="shop")["certificates"], [], "a name that no certificate has")
    missing(lambda: client.delete_certificate(certificateName="shop"), "Certificate", "shop")


run(globals())
