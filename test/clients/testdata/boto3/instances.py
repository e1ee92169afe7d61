"""Instances: python3 instances.py ENDPOINT"""

import datetime

from checks import (
    UUID, await_state, check_operation, check_started, check_time, create_instances, equal, import_key, invalid, matches, missing, names, nano,
    not_now, pages, run, run_instance, shows, until, without,
)


def everybody(port):
    """A rule of a firewall as an instance shows it."""
    return {
        "fromPort": port, "toPort": port, "protocol": "tcp", "accessFrom": "Anywhere (0.0.0.0/0 and ::/0)", "accessType": "public",
        "commonName": "", "accessDirection": "inbound", "cidrs": ["0.0.0.0/0"], "ipv6Cidrs": ["::/0"], "cidrListAliases": [],
    }


def test_create_instances(client, region):
    import_key(client, "laptop")
    operations = create_instances(
        client, region, "web", "db", keyPairName="laptop", userData="#!/bin/sh\necho prepared\n", tags=[{"key": "team", "value": "web"}, {"key": "x"}],
        addOns=[{"addOnType": "AutoSnapshot", "autoSnapshotAddOnRequest": {"snapshotTimeOfDay": "23:00"}}])
    equal([op["resourceName"] for op in operations], ["web", "db"], "one operation for each instance")
    for op in operations:
        check_started(client, op, "CreateInstance", op["resourceName"], region, "Instance", region + "a")
    equal(client.get_instance_state(instanceName="web")["state"], {"code": 16, "name": "running"}, "state")
    web = client.get_instance(instanceName="web")["instance"]
    matches(web["arn"], f"arn:aws:lightsail:{region}:111122223333:Instance/{UUID}", "ARN")
    matches(web["supportCode"], r"\d{12}/i-[0-9a-f]{17}", "support code")
    matches(web["privateIpAddress"], r"172\.26\.(\d|1[0-5])\.\d+", "private address")
    matches(web["publicIpAddress"], r"198\.1[89]\.\d+\.\d+", "public address")
    equal(len(web["ipv6Addresses"]), 1, "IPv6 addresses")
    check_time(web["createdAt"], "createdAt")
    shows("Instance", without(web, "arn", "supportCode", "privateIpAddress", "publicIpAddress", "ipv6Addresses", "createdAt"), {
        "name": "web", "resourceType": "Instance", "location": {"availabilityZone": region + "a", "regionName": region},
        "tags": [{"key": "team", "value": "web"}, {"key": "x"}],
        "blueprintId": "debian_12", "blueprintName": "Debian", "bundleId": nano(region), "username": "admin", "sshKeyName": "laptop",
        "addOns": [{"name": "AutoSnapshot", "status": "Enabled", "snapshotTimeOfDay": "23:00"}],
        "ipAddressType": "dualstack", "isStaticIp": False, "state": {"code": 16, "name": "running"},
        "hardware": {"cpuCount": 2, "ramSizeInGb": 0.5, "disks": [{
            "attachedTo": "web", "attachmentState": "attached", "createdAt": web["createdAt"], "iops": 100, "isSystemDisk": True,
            "path": "/dev/xvda", "sizeInGb": 20,
        }]},
        "networking": {"monthlyTransfer": {"gbPerMonthAllocated": 1024}, "ports": [everybody(80), everybody(22)]},
        "metadataOptions": {
            "state": "applied", "httpTokens": "optional", "httpEndpoint": "enabled", "httpPutResponseHopLimit": 1, "httpProtocolIpv6": "disabled",
        },
    }, "instance")
    equal(client.get_instances()["instances"][1], web, "the instance in the list")
    equal(client.get_active_names()["activeNames"], ["db", "laptop"], "names")


def test_provisioning_as_ansible_does(client, region):
    """The steps of Ansible's module: create on a bundle of the oldest generation, ask until it runs and has an address, stop, delete."""
    bundles = [b for page in pages(client, "get_bundles", "bundles", includeInactive=True) for b in page]
    nanos = [b for b in bundles if b["name"] == "Nano" and b["supportedPlatforms"] == ["LINUX_UNIX"] and "_ipv6_" not in b["bundleId"]]
    oldest = min(nanos, key=lambda b: b["bundleId"])
    create_instances(client, region, "web", blueprintId="ubuntu_22_04", bundleId=oldest["bundleId"], userData="")
    seen = []

    def look():
        web = client.get_instance(instanceName="web")["instance"]
        seen.append((web["state"]["name"], "publicIpAddress" in web))
        return web

    web = until(look, lambda got: got["state"]["name"] == "running" and "publicIpAddress" in got)
    assert ("pending", True) not in seen, f"a pending instance has a public address: {seen}"
    equal((web["bundleId"], web["hardware"]["cpuCount"]), (oldest["bundleId"], oldest["cpuCount"]), "bundle and CPUs")
    equal(web["hardware"]["disks"][0]["path"], "/dev/sda1", "system disk of Ubuntu")
    client.stop_instance(instanceName="web")
    await_state(client, "web", "stopped")
    client.delete_instance(instanceName="web")
    missing(lambda: client.get_instance(instanceName="web"), "Instance", "web")


def test_default_key_pair(client, region):
    run_instance(client, region, "web", blueprintId="ubuntu_24_04", userData="")
    web = client.get_instance(instanceName="web")["instance"]
    equal((web["sshKeyName"], web["username"], web["tags"], web["addOns"]), ("LightsailDefaultKeyPair", "ubuntu", [], []), "key pair, user, tags, add-ons")
    equal(client.get_key_pairs()["keyPairs"], [], "key pairs without the default one")


def test_life(client, region):
    run_instance(client, region, "web")
    public = client.get_instance(instanceName="web")["instance"]["publicIpAddress"]
    (rebooted,) = client.reboot_instance(instanceName="web")["operations"]
    check_operation(rebooted, "RebootInstance", "web", region, "Instance", region + "a", details="")
    (stopped,) = client.stop_instance(instanceName="web")["operations"]
    check_started(client, stopped, "StopInstance", "web", region, "Instance", region + "a")
    web = client.get_instance(instanceName="web")["instance"]
    equal(web["state"], {"code": 80, "name": "stopped"}, "state")
    assert "publicIpAddress" not in web, "a stopped instance has a public address"
    not_now(lambda: client.stop_instance(instanceName="web"), "stop", "this instance", "stopped")
    not_now(lambda: client.reboot_instance(instanceName="web"), "reboot", "this instance", "stopped")
    (started,) = client.start_instance(instanceName="web")["operations"]
    check_started(client, started, "StartInstance", "web", region, "Instance", region + "a", details="")
    not_now(lambda: client.start_instance(instanceName="web"), "start", "this instance", "running")
    again = client.get_instance(instanceName="web")["instance"]
    assert again["publicIpAddress"] != public, "the public address is the same after a stop"
    equal(without(again, "publicIpAddress", "state"), without(web, "state"), "the instance after a stop")
    (deleted,) = client.delete_instance(instanceName="web")["operations"]
    check_operation(deleted, "DeleteInstance", "web", region, "Instance", region + "a")
    missing(lambda: client.get_instance(instanceName="web"), "Instance", "web")
    kinds = [op["operationType"] for page in pages(client, "get_operations", "operations") for op in page]
    equal(kinds[:5], ["DeleteInstance", "StartInstance", "StopInstance", "RebootInstance", "CreateInstance"], "operations, newest first")


def test_refusals(client, region):
    run_instance(client, region, "web")
    create = lambda *names, **more: lambda: create_instances(client, region, *names, **more)
    invalid(create("web"), "Some names are already in use: web", "NameExists")
    invalid(create("db", "db"), "Some names are already in use: db", "NameExists")
    invalid(create("db", "w"), "w is not a valid resource name. Resource names must be .*", "InvalidResourceName")
    invalid(create("db", bundleId="nano_9_9"), "The specified bundle does not exist in this region: nano_9_9")
    windows = nano(region).replace("nano", "nano_win")
    invalid(create("db", bundleId=windows), f"The blueprint debian_12 is for the platform LINUX_UNIX, the bundle {windows} for WINDOWS.")
    invalid(create("db", blueprintId="debian_1"), "The specified blueprint does not exist in this region: debian_1")
    invalid(create("db", ipAddressType="ipv6"), "The bundle nano_3_. doesn't support the IP address type ipv6.")
    missing(create("db", keyPairName="nobody"), "KeyPair", "nobody")
    elsewhere = lambda: client.create_instances(instanceNames=["db"], availabilityZone="eu-moon-1a", blueprintId="debian_12", bundleId=nano(region))
    invalid(elsewhere, "The given Availability Zone is invalid. It must be one of the following: .*")
    full = "Sorry, you've reached your maximum limit of Lightsail Instances : 20. If you're new to Lightsail, please try again later. .*"
    invalid(create(*(f"db{i}" for i in range(20))), full, "LimitExceeded")
    equal(names(client.get_instances()["instances"]), ["web"], "instances after refused creates")
    for call in (
        client.get_instance, client.get_instance_state, client.start_instance, client.stop_instance, client.reboot_instance, client.delete_instance,
        client.get_instance_access_details, client.delete_known_host_keys, client.get_instance_port_states,
    ):
        missing(lambda: call(instanceName="nobody"), "Instance", "nobody")


def test_pages(client, region):
    equal(pages(client, "get_instances", "instances"), [[]], "pages of no instances")
    create_instances(client, region, "cc", "aa", "ee", "bb", "dd")
    listed = [names(page) for page in pages(client, "get_instances", "instances")]
    equal(listed, [["aa", "bb"], ["cc", "dd"], ["ee"]], "pages of instances")
    until(lambda: [i["state"]["name"] for page in pages(client, "get_instances", "instances") for i in page], lambda got: got == 5 * ["running"])


def test_catalogue(client, region):
    blueprints = [b for page in pages(client, "get_blueprints", "blueprints") for b in page]
    bundles = [b for page in pages(client, "get_bundles", "bundles") for b in page]
    assert all(b["isActive"] for b in blueprints + bundles), "something inactive is listed"
    (debian,) = [b for b in blueprints if b["blueprintId"] == "debian_12"]
    shows("Blueprint", without(debian, "description", "productUrl", "licenseUrl", "version", "versionCode"), {
        "blueprintId": "debian_12", "name": "Debian", "group": "debian_12", "type": "os", "isActive": True, "minPower": 0, "platform": "LINUX_UNIX",
    }, "blueprint")
    (bundle,) = [b for b in bundles if b["bundleId"] == "nano_3_0"]
    shows("Bundle", bundle, {
        "bundleId": "nano_3_0", "name": "Nano", "instanceType": "nano", "price": 5.0, "cpuCount": 2, "ramSizeInGb": 0.5, "diskSizeInGb": 20,
        "power": 298, "transferPerMonthInGb": 1024, "supportedPlatforms": ["LINUX_UNIX"], "isActive": True, "publicIpv4AddressCount": 1,
    }, "bundle")
    more = [b["bundleId"] for page in pages(client, "get_bundles", "bundles", includeInactive=True) for b in page]
    assert "nano_2_0" in more and len(more) == len(set(more)) > len(bundles), f"bundles with inactive ones: {more}"
    assert "nextPageToken" not in client.get_bundles(), "the catalogue comes in pages"
    invalid(lambda: client.get_bundles(pageToken="x"), ".*token.*")
    engines = [b for page in pages(client, "get_relational_database_blueprints", "blueprints") for b in page]
    equal([b["blueprintId"] for b in engines if b["isEngineDefault"]], ["mysql_8_4", "postgres_17"], "default engines")
    plans = [b for page in pages(client, "get_relational_database_bundles", "bundles", includeInactive=True) for b in page]
    equal((plans[0]["bundleId"], plans[-1]["bundleId"], plans[-1]["isActive"]), ("micro_2_0", "large_ha_1_0", False), "first and last plan of databases")


def test_access_details(client, region):
    run_instance(client, region, "web")
    web = client.get_instance(instanceName="web")["instance"]
    before = datetime.datetime.now(datetime.timezone.utc)
    details = client.get_instance_access_details(instanceName="web", protocol="ssh")["accessDetails"]
    matches(details.pop("privateKey"), r"-----BEGIN RSA PRIVATE KEY-----\n[\s\S]+\n-----END RSA PRIVATE KEY-----\n?", "private key")
    matches(details.pop("certKey"), r"ssh-rsa-cert-v01@openssh.com AAAA\S+\n?", "certificate")
    assert before < details.pop("expiresAt") < before + datetime.timedelta(minutes=10), "the key does not expire soon"
    host_keys = details.pop("hostKeys")
    shows("InstanceAccessDetails", details, {
        "instanceName": "web", "protocol": "ssh", "username": "admin", "ipAddress": web["publicIpAddress"], "ipv6Addresses": web["ipv6Addresses"],
    }, "access details")
    for key in host_keys:
        matches(key["algorithm"], "ssh-ed25519|ecdsa-sha2-nistp256|ssh-rsa", "algorithm")
        matches(key["publicKey"], "AAAA[A-Za-z0-9+/]+=*", "public key")
        matches(key["fingerprintSHA1"], "SHA1:[A-Za-z0-9+/]{27}", "SHA-1 fingerprint")
        matches(key["fingerprintSHA256"], "SHA256:[A-Za-z0-9+/]{43}", "SHA-256 fingerprint")
        check_time(key["witnessedAt"], "witnessedAt")
    assert host_keys, "there are no host keys"
    (op,) = client.delete_known_host_keys(instanceName="web")["operations"]
    check_operation(op, "DeleteKnownHostKeys", "web", region, "Instance", region + "a")
    (seen_again, *_) = client.get_instance_access_details(instanceName="web")["accessDetails"]["hostKeys"]
    equal(seen_again["publicKey"], host_keys[0]["publicKey"], "host key")
    assert seen_again["witnessedAt"] > host_keys[0]["witnessedAt"], "the host key was not seen again"
    invalid(lambda: client.get_instance_access_details(instanceName="web", protocol="rdp"), "The protocol rdp is not for instances of the platform LINUX_UNIX: web")


def test_options(client, region):
    run_instance(client, region, "web")
    op = client.update_instance_metadata_options(instanceName="web", httpTokens="required", httpPutResponseHopLimit=2)["operation"]
    check_operation(op, "UpdateInstanceMetadataOptions", "web", region, "Instance", region + "a")
    shows("InstanceMetadataOptions", client.get_instance(instanceName="web")["instance"]["metadataOptions"], {
        "state": "applied", "httpTokens": "required", "httpEndpoint": "enabled", "httpPutResponseHopLimit": 2, "httpProtocolIpv6": "disabled",
    }, "metadata options")
    invalid(lambda: client.update_instance_metadata_options(instanceName="web", httpPutResponseHopLimit=65), "httpPutResponseHopLimit must be from 1 to 64.")
    change = lambda kind, resource="Instance": client.set_ip_address_type(resourceType=resource, resourceName="web", ipAddressType=kind)
    (op,) = change("ipv4")["operations"]
    check_operation(op, "SetIpAddressType", "web", region, "Instance", region + "a")
    web = client.get_instance(instanceName="web")["instance"]
    equal((web["ipAddressType"], web.get("ipv6Addresses")), ("ipv4", []), "IPv4 alone")
    change("dualstack")
    equal(len(client.get_instance(instanceName="web")["instance"]["ipv6Addresses"]), 1, "IPv6 addresses")
    missing(lambda: change("ipv4", "LoadBalancer"), "LoadBalancer", "web")
    invalid(lambda: change("ipv4", "Disk"), "The resource type, Disk, has no IP address type.")


def test_add_ons(client, region):
    run_instance(client, region, "web")
    enable = lambda hour: client.enable_add_on(
        resourceName="web", addOnRequest={"addOnType": "AutoSnapshot", "autoSnapshotAddOnRequest": {"snapshotTimeOfDay": hour}})
    disable = lambda: client.disable_add_on(resourceName="web", addOnType="AutoSnapshot")
    invalid(disable, "AutoSnapshot not enabled for the resource")
    invalid(lambda: enable("06:30"), ".*06:30.*")
    (op,) = enable("06:00")["operations"]
    check_operation(op, "EnableAddOn", "web", region, "Instance", region + "a")
    invalid(lambda: enable("06:00"), "The addOn is already in requested state")
    equal(client.get_instance(instanceName="web")["instance"]["addOns"], [{"name": "AutoSnapshot", "status": "Enabled", "snapshotTimeOfDay": "06:00"}], "add-ons")
    auto = without(client.get_auto_snapshots(resourceName="web"), "ResponseMetadata")
    equal(auto, {"resourceName": "web", "resourceType": "Instance", "autoSnapshots": []}, "automatic snapshots")
    (op,) = disable()["operations"]
    check_operation(op, "DisableAddOn", "web", region, "Instance", region + "a")
    enable("06:00")
    invalid(lambda: client.delete_instance(instanceName="web"), "You cannot delete the Instance web with addons. "
            "Specify the forceDeleteAddons parameter to delete the Instance and its associated addons.")
    client.delete_instance(instanceName="web", forceDeleteAddOns=True)
    missing(lambda: client.enable_add_on(resourceName="nobody", addOnRequest={"addOnType": "AutoSnapshot"}), "resource", "nobody")


run(globals())
