"""Key pairs, tags, operations, pages and signatures: python3 key_pairs.py ENDPOINT"""

import base64
import re

from botocore.config import Config

from checks import FINGERPRINT, PUBLIC_KEY, UUID, check_operation, check_time, connect, equal, import_key, knows, matches, missing, pages, refused, run


def test_create_key_pair(client, region):
    tags = [{"key": "team", "value": "web"}, {"key": "on-call"}]
    out = client.create_key_pair(keyPairName="deploy", tags=tags)
    check_operation(out["operation"], "CreateKeyPair", "deploy", region)
    matches(out["publicKeyBase64"], r"ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB\S+", "public key")
    matches(out["privateKeyBase64"], r"-----BEGIN RSA PRIVATE KEY-----\n[\s\S]+\n-----END RSA PRIVATE KEY-----\n?", "private key")
    pair = out["keyPair"]
    matches(pair["arn"], f"arn:aws:lightsail:{region}:111122223333:KeyPair/{UUID}", "ARN")
    matches(pair["supportCode"], r"\d{12}/deploy", "support code")
    matches(pair["fingerprint"], "([0-9a-f]{2}:){19}[0-9a-f]{2}", "fingerprint")
    equal(pair["tags"], [{"key": "team", "value": "web"}, {"key": "on-call"}], "tags")
    equal((pair["name"], pair["resourceType"]), ("deploy", "KeyPair"), "name and type")
    equal(pair["location"], {"availabilityZone": "all", "regionName": region}, "location")
    equal(pair["createdAt"], out["operation"]["createdAt"], "times of pair and operation")
    equal(client.get_key_pair(keyPairName="deploy")["keyPair"], pair, "the pair read back")
    equal(client.create_key_pair(keyPairName="bare")["keyPair"].get("tags"), [], "tags of a pair without any")


def test_import_key_pair(client, region):
    check_operation(import_key(client, "laptop"), "ImportKeyPair", "laptop", region)
    pair = client.get_key_pair(keyPairName="laptop")["keyPair"]
    equal(pair["fingerprint"], FINGERPRINT, "fingerprint")
    equal(pair["tags"], [], "tags")
    check_time(pair["createdAt"], "createdAt")
    for name, text in {
        "base64 of the line": base64.b64encode(PUBLIC_KEY.encode()).decode(),
        "a truncated blob": PUBLIC_KEY[:-8],
        "another type than the blob's": PUBLIC_KEY.replace("ssh-ed25519", "ssh-rsa"),
        "options in front": "no-pty " + PUBLIC_KEY,
        "two keys": PUBLIC_KEY + "\n" + PUBLIC_KEY,
        "nothing": "",
    }.items():
        print("  import of", name)
        refused(lambda: client.import_key_pair(keyPairName="other", publicKeyBase64=text),
                "InvalidInputException", "The format of this public key is not valid.", "InvalidKey.Format")
    for text in PUBLIC_KEY + " me@laptop", " \n" + PUBLIC_KEY + "\n":
        client.import_key_pair(keyPairName="other", publicKeyBase64=text)
        client.delete_key_pair(keyPairName="other")


def test_delete_key_pair(client, region):
    import_key(client, "laptop")
    refused(lambda: client.delete_key_pair(keyPairName="laptop", expectedFingerprint="00:11"), "InvalidInputException", ".*fingerprint.*", "InvalidParams")
    out = client.delete_key_pair(keyPairName="laptop", expectedFingerprint=FINGERPRINT)
    check_operation(out["operation"], "DeleteKeyPair", "laptop", region)
    refused(lambda: client.delete_key_pair(keyPairName="laptop"), "NotFoundException", "The KeyPair does not exist: laptop", "DoesNotExist")
    import_key(client, "laptop")  # the name is free again


def test_default_key_pair(client, region):
    first = client.download_default_key_pair()
    second = client.download_default_key_pair()
    for member in "publicKeyBase64", "privateKeyBase64", "createdAt":
        equal(second[member], first[member], member)
    check_time(first["createdAt"], "createdAt")
    equal(client.get_key_pairs()["keyPairs"], [], "key pairs without the default one")
    pairs = client.get_key_pairs(includeDefaultKeyPair=True)["keyPairs"]
    equal([p["name"] for p in pairs], ["LightsailDefaultKeyPair"], "key pairs with the default one")
    for name, fingerprint in {"without": {}, "with the wrong": {"expectedFingerprint": "00:11"}}.items():
        print("  delete", name, "fingerprint")
        refused(lambda: client.delete_key_pair(keyPairName="LightsailDefaultKeyPair", **fingerprint), "InvalidInputException", ".*ingerprint.*", "InvalidParams")
    client.delete_key_pair(keyPairName="LightsailDefaultKeyPair", expectedFingerprint=pairs[0]["fingerprint"])
    assert client.download_default_key_pair()["privateKeyBase64"] != first["privateKeyBase64"], "a deleted pair came back"


def test_tags(client, region):
    import_key(client, "laptop")
    (op,) = client.tag_resource(resourceName="laptop", tags=[{"key": "a", "value": "1"}, {"key": "only"}])["operations"]
    check_operation(op, "TagResource", "laptop", region)
    client.tag_resource(resourceName="laptop", tags=[{"key": "a", "value": "2"}, {"key": "Ключ", "value": "+-=._:/@ ü"}])
    want = [{"key": "a", "value": "2"}, {"key": "only"}, {"key": "Ключ", "value": "+-=._:/@ ü"}]
    pair = client.get_key_pair(keyPairName="laptop")["keyPair"]
    equal(pair["tags"], want, "tags")
    (op,) = client.untag_resource(resourceName="laptop", resourceArn=pair["arn"], tagKeys=["a", "missing"])["operations"]
    check_operation(op, "UntagResource", "laptop", region)
    equal(client.get_key_pair(keyPairName="laptop")["keyPair"]["tags"], want[1:], "tags after untagging")
    equal(client.get_key_pairs()["keyPairs"][0]["tags"], want[1:], "tags in the list")


def test_tag_rules(client, region):
    import_key(client, "laptop")
    for name, tags in {
        "a reserved key": [{"key": "aws:a"}],
        "a reserved value": [{"key": "a", "value": "aws:a"}],
        "an empty key": [{"key": ""}],
        "a key too long": [{"key": "k" * 129}],
        "a value too long": [{"key": "k", "value": "v" * 257}],
        "a bad character": [{"key": "a#"}],
        "one key twice": [{"key": "a"}, {"key": "a"}],
        "too many": [{"key": f"k{i}"} for i in range(51)],
    }.items():
        print("  tags with", name)
        refused(lambda: client.tag_resource(resourceName="laptop", tags=tags), "InvalidInputException", ".+", "InvalidParams")
        refused(lambda: client.create_key_pair(keyPairName="other", tags=tags), "InvalidInputException", ".+", "InvalidParams")
    equal(client.get_active_names()["activeNames"], ["laptop"], "names after refused creates")
    equal(client.get_key_pair(keyPairName="laptop")["keyPair"]["tags"], [], "tags after refused ones")
    client.tag_resource(resourceName="laptop", tags=[{"key": f"k{i}"} for i in range(50)])
    refused(lambda: client.tag_resource(resourceName="laptop", tags=[{"key": "k50"}]), "InvalidInputException", ".*50.*", "InvalidParams")


def test_operations(client, region):
    ids = [import_key(client, "laptop")["id"]]
    ids += [op["id"] for op in client.tag_resource(resourceName="laptop", tags=[{"key": "a"}])["operations"]]
    ids += [client.delete_key_pair(keyPairName="laptop")["operation"]["id"]]
    check_operation(client.get_operation(operationId=ids[0])["operation"], "ImportKeyPair", "laptop", region)
    first = client.get_operations_for_resource(resourceName="laptop")
    second = client.get_operations_for_resource(resourceName="laptop", pageToken=first["nextPageToken"])
    equal([op["id"] for op in first["operations"] + second["operations"]], ids[::-1], "operations, newest first")
    assert "nextPageToken" not in second, "the last page has a token"
    equal(client.get_operations_for_resource(resourceName="nobody")["operations"], [], "operations of a name that never was")
    missing = "00000000-0000-4000-8000-000000000000"
    refused(lambda: client.get_operation(operationId=missing), "NotFoundException", f"The Operation does not exist: {missing}", "DoesNotExist")


def test_paginators(client, region):
    for action, member in ("get_key_pairs", "keyPairs"), ("get_operations", "operations"), ("get_active_names", "activeNames"):
        equal(pages(client, action, member), [[]], f"pages of {action} with nothing to list")
    names = ["bb", "aa", "dd", "cc", "ee"]
    for name in names[:4]:
        import_key(client, name)
    equal(pages(client, "get_active_names", "activeNames"), [["aa", "bb"], ["cc", "dd"]], "full pages")
    import_key(client, names[4])
    equal(pages(client, "get_active_names", "activeNames"), [["aa", "bb"], ["cc", "dd"], ["ee"]], "pages of names")
    pairs = pages(client, "get_key_pairs", "keyPairs")
    equal([[p["name"] for p in page] for page in pairs], [["aa", "bb"], ["cc", "dd"], ["ee"]], "pages of key pairs")
    operations = pages(client, "get_operations", "operations")
    equal([[op["resourceName"] for op in page] for page in operations], [["ee", "cc"], ["dd", "aa"], ["bb"]], "pages of operations")
    limited = client.get_paginator("get_key_pairs").paginate(PaginationConfig={"MaxItems": 3}).build_full_result()
    equal([p["name"] for p in limited["keyPairs"]], ["aa", "bb", "cc"], "the first three")
    rest = client.get_paginator("get_key_pairs").paginate(PaginationConfig={"StartingToken": limited["NextToken"]}).build_full_result()
    equal([p["name"] for p in rest["keyPairs"]], ["dd", "ee"], "the rest")


def test_page_tokens(client, region):
    for name in "aa", "bb", "cc":
        import_key(client, name)
    token = client.get_key_pairs()["nextPageToken"]
    elsewhere = connect("eu-north-1" if region != "eu-north-1" else "eu-west-1")
    for name, call in {
        "made up": lambda: client.get_key_pairs(pageToken="nonsense"),
        "changed": lambda: client.get_key_pairs(pageToken=token[:-1] + ("A" if token[-1] != "A" else "E")),
        "of another action": lambda: client.get_active_names(pageToken=token),
        "of another list": lambda: client.get_key_pairs(pageToken=token, includeDefaultKeyPair=True),
        "of another region": lambda: elsewhere.get_key_pairs(pageToken=token),
        "of no resource": lambda: client.get_operations_for_resource(resourceName="aa", pageToken=token),
    }.items():
        print("  a token", name)
        refused(call, "InvalidInputException", ".*token.*", "InvalidParams")


def test_profile(client, region):
    if knows("GetProfile"):
        equal(client.get_profile()["profileType"], "Lightsailor", "type of the profile")


def test_regions(client, region):
    bare = client.get_regions()["regions"]
    for r in bare:
        equal((r["availabilityZones"], r["relationalDatabaseAvailabilityZones"]), ([], []), f"zones of {r['name']}")
        for member in "displayName", "description", "continentCode":
            assert r[member], f"{r['name']} has no {member}"
    full = client.get_regions(includeAvailabilityZones=True, includeRelationalDatabaseAvailabilityZones=True)["regions"]
    equal([r["name"] for r in full], [r["name"] for r in bare], "regions with and without zones")
    for r in full:
        for zone in r["availabilityZones"] + r["relationalDatabaseAvailabilityZones"]:
            equal(zone["state"], "available", "state of a zone")
            matches(zone["zoneName"], r["name"] + "[a-f]", "zone")
        assert r["availabilityZones"], f"{r['name']} has no zones"


def test_names(client, region):
    for name in "custom gitlab", "x", "-a", "a-", "a.", ".a", "ü" * 2, "a\n", "n" * 256:
        print("  the name", repr(name))
        want = re.escape(name) + " is not a valid resource name. Resource names must be at least 2 characters long and contain only alphanumerics, -, _, and ."
        for call in client.create_key_pair, client.get_key_pair, client.delete_key_pair:
            refused(lambda: call(keyPairName=name), "InvalidInputException", want, "InvalidResourceName")
    for name in "aa", "_a", "a_", "123-test", "a.b", "n" * 255:
        import_key(client, name)
        refused(lambda: import_key(client, name), "InvalidInputException", re.escape("Some names are already in use: " + name), "NameExists")
    import_key(client, "AA")  # case counts
    refused(lambda: import_key(client, "LightsailDefaultKeyPair"), "InvalidInputException", "Some names are already in use: LightsailDefaultKeyPair", "NameExists")


def test_missing_resources(client, region):
    refused(lambda: client.get_key_pair(keyPairName="nobody"), "NotFoundException", "The KeyPair does not exist: nobody", "DoesNotExist")
    refused(lambda: client.delete_key_pair(keyPairName="nobody"), "NotFoundException", "The KeyPair does not exist: nobody", "DoesNotExist")
    refused(lambda: client.tag_resource(resourceName="nobody", tags=[{"key": "a"}]), "NotFoundException", ".* does not exist: nobody", "DoesNotExist")
    refused(lambda: client.untag_resource(resourceName="nobody", tagKeys=["a"]), "NotFoundException", ".* does not exist: nobody", "DoesNotExist")


def test_input_that_clients_would_not_send(client, region):
    client = connect(region, Config(parameter_validation=False))
    null = "These parameters are required: {}"
    refused(lambda: client.create_key_pair(), "InvalidInputException", null.format("keyPairName"), "InvalidParams")
    refused(lambda: client.import_key_pair(keyPairName="laptop"), "InvalidInputException", null.format("publicKeyBase64"), "InvalidParams")
    refused(lambda: client.untag_resource(), "InvalidInputException", "These parameters are required: resourceName,tagKeys", "InvalidParams")
    refused(lambda: client.get_operation(), "InvalidInputException", null.format("operationId"), "InvalidParams")
    refused(lambda: client.get_key_pair(keyPairName=5), "SerializationException", ".+")
    refused(lambda: client.get_key_pairs(includeDefaultKeyPair="maybe"), "SerializationException", ".+")


def test_lists_of_an_account_that_has_nothing(client, region):
    for action, member in (
        ("get_load_balancers", "loadBalancers"),
        ("get_relational_databases", "relationalDatabases"),
        ("get_relational_database_snapshots", "relationalDatabaseSnapshots"),
    ):
        equal(pages(client, action, member), [[]], f"pages of {action}")
    home, abroad = connect("us-east-1"), connect("eu-west-1")
    equal(pages(home, "get_domains", "domains"), [[]], "pages of get_domains")
    for call, member in (
        (home.get_distributions, "distributions"), (client.get_buckets, "buckets"), (client.get_certificates, "certificates"),
        (client.get_container_services, "containerServices"), (client.get_alarms, "alarms"), (client.get_contact_methods, "contactMethods"),
    ):
        equal(call()[member], [], member)
    equal(client.is_vpc_peered()["isPeered"], False, "isPeered")
    missing(lambda: client.get_load_balancer(loadBalancerName="none"), "LoadBalancer", "none")
    for family, call in (("Domain", abroad.get_domains), ("Distribution", abroad.get_distributions), ("Distribution", abroad.get_distribution_bundles)):
        message = f"{family}-related APIs are only available in the us-east-1 Region. Please set your Region configuration to us-east-1 to create, view, or edit {family.lower()} resources."
        refused(call, "InvalidInputException", message, "UnsupportedOperation")


def test_signatures(client, region):
    mismatch = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
    known = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "wrong"}
    refused(connect(region, **known).get_regions, "InvalidSignatureException", mismatch)
    unknown = {"aws_access_key_id": "AKIAUNKNOWN", "aws_secret_access_key": "any"}
    refused(connect(region, **unknown).get_instances, "UnrecognizedClientException", r"The security token included in the request is invalid\.?")
    refused(connect("us-moon-1").get_regions, "InvalidSignatureException", "Credential should be scoped to a valid region.*")


run(globals())
