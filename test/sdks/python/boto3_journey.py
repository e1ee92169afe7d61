"""The journey with boto3: python boto3_journey.py journey DIR, or python boto3_journey.py profile"""

import concurrent.futures
import json
import os
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
RETRIES = {"total_max_attempts": 12, "mode": "standard"}


def connect(endpoint=os.environ.get("LANYARD_ENDPOINT"), **more):
    """A client. Without LANYARD_ENDPOINT, boto3 reads the endpoint from the environment or the profile."""
    return boto3.client("lightsail", endpoint_url=endpoint, **more)


def failure(error_class, call):
    """What the exception of a call shows, which must be of a class that the client made of the API model."""
    try:
        call()
    except error_class as error:
        return {"class": error.response["Error"]["Code"], "code": error.response.get("code", ""), "message": error.response["Error"]["Message"]}
    raise AssertionError("the call succeeded")


def make_key_pair(client, folder):
    made = client.create_key_pair(keyPairName="journey-key", tags=[{"key": "team", "value": "web"}, {"key": "on-call"}])
    path = os.path.join(folder, "key.pem")
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(made["privateKeyBase64"])
    pair = client.get_key_pair(keyPairName="journey-key")["keyPair"]
    assert pair == made["keyPair"], pair
    created = round(pair["createdAt"].timestamp() * 1000)
    return {"publicKey": made["publicKeyBase64"], "fingerprint": pair["fingerprint"], "createdAt": created}


def change_tags(client):
    client.tag_resource(resourceName="journey-key", tags=[{"key": "Größe", "value": "ü"}])
    client.untag_resource(resourceName="journey-key", tagKeys=["team"])
    tags = client.get_key_pair(keyPairName="journey-key")["keyPair"]["tags"]
    return {tag["key"]: tag.get("value") for tag in tags}


def meet_errors(client):
    denied = connect(aws_access_key_id=os.environ["DENIED_ACCESS_KEY_ID"], aws_secret_access_key=os.environ["DENIED_SECRET_ACCESS_KEY"])
    errors = {
        "badName": failure(client.exceptions.InvalidInputException, lambda: client.create_key_pair(keyPairName="no good")),
        "missing": failure(client.exceptions.NotFoundException, lambda: client.get_key_pair(keyPairName="journey-none")),
        "denied": failure(client.exceptions.AccessDeniedException, denied.get_key_pairs),
    }
    once = connect(os.environ["BUSY_ENDPOINT"], config=Config(retries={"total_max_attempts": 1}))

    def until_throttled():
        for _ in range(1000):
            once.get_regions()

    errors["throttled"] = failure(ClientError, until_throttled)
    return errors


def get_through(count=40):
    patient = connect(os.environ["BUSY_ENDPOINT"], config=Config(retries=RETRIES))
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return sum(1 for out in pool.map(lambda _: patient.get_regions(), range(count)) if out["regions"])


def read_pages(client):
    for name in "journey-a", "journey-b", "journey-c":
        client.import_key_pair(keyPairName=name, publicKeyBase64=PUBLIC_KEY)
    pages = [[pair["name"] for pair in page["keyPairs"]] for page in client.get_paginator("get_key_pairs").paginate()]
    for name in "journey-a", "journey-b", "journey-c":
        client.delete_key_pair(keyPairName=name)
    return pages


def until(ready, seconds=60):
    """Polls, as boto3 has no waiters for Lightsail."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ready():
            return
        time.sleep(0.1)
    raise AssertionError("it takes too long")


def make_instance(client):
    made = client.create_instances(
        instanceNames=["journey-web"], availabilityZone="us-east-1a", blueprintId="debian_12", bundleId="nano_3_0",
        keyPairName="journey-key", userData="#!/bin/sh\necho prepared\n",
    )
    until(lambda: client.get_instance_state(instanceName="journey-web")["state"]["name"] == "running")
    operation = client.get_operation(operationId=made["operations"][0]["id"])["operation"]
    assert operation["status"] == "Succeeded", operation
    assert [i["name"] for i in client.get_instances()["instances"]] == ["journey-web"]
    return client.get_instance(instanceName="journey-web")["instance"]["publicIpAddress"]


def make_storage(client):
    client.create_disk(diskName="journey-disk", availabilityZone="us-east-1a", sizeInGb=8)
    until(lambda: client.get_disk(diskName="journey-disk")["disk"]["state"] == "available")
    assert [d["name"] for d in client.get_disks()["disks"]] == ["journey-disk"]
    client.delete_disk(diskName="journey-disk")
    client.create_instance_snapshot(instanceSnapshotName="journey-snapshot", instanceName="journey-web")
    until(lambda: client.get_instance_snapshot(instanceSnapshotName="journey-snapshot")["instanceSnapshot"]["state"] == "available")
    assert len(client.get_instance_snapshots()["instanceSnapshots"]) == 1
    client.delete_instance_snapshot(instanceSnapshotName="journey-snapshot")


def make_network(client):
    client.allocate_static_ip(staticIpName="journey-ip")
    assert client.get_static_ip(staticIpName="journey-ip")["staticIp"]["ipAddress"]
    assert len(client.get_static_ips()["staticIps"]) == 1
    client.release_static_ip(staticIpName="journey-ip")
    client.create_domain(domainName="journey.example.com")
    client.create_domain_entry(domainName="journey.example.com", domainEntry={"name": "www.journey.example.com", "type": "A", "target": "192.0.2.1"})
    entries = client.get_domain(domainName="journey.example.com")["domain"]["domainEntries"]
    assert any(e["target"] == "192.0.2.1" for e in entries), entries
    assert len(client.get_domains()["domains"]) == 1
    client.delete_domain(domainName="journey.example.com")
    client.create_certificate(certificateName="journey-cert", domainName="journey.example.com")
    assert client.get_certificates(certificateName="journey-cert")["certificates"][0]["certificateDetail"]["domainName"] == "journey.example.com"
    client.delete_certificate(certificateName="journey-cert")
    client.create_load_balancer(loadBalancerName="journey-lb", instancePort=80)
    assert client.get_load_balancer(loadBalancerName="journey-lb")["loadBalancer"]["instancePort"] == 80
    assert len(client.get_load_balancers()["loadBalancers"]) == 1
    client.delete_load_balancer(loadBalancerName="journey-lb")


def make_content(client):
    client.create_bucket(bucketName="journey-bucket", bundleId="small_1_0")
    assert client.get_buckets(bucketName="journey-bucket")["buckets"][0]["name"] == "journey-bucket"
    client.create_distribution(
        distributionName="journey-cdn", bundleId="small_1_0", defaultCacheBehavior={"behavior": "cache"},
        origin={"name": "journey-bucket", "regionName": "us-east-1", "protocolPolicy": "https-only"},
    )
    assert client.get_distributions(distributionName="journey-cdn")["distributions"][0]["origin"]["name"] == "journey-bucket"
    client.delete_distribution(distributionName="journey-cdn")
    client.delete_bucket(bucketName="journey-bucket")


def make_services(client):
    client.create_container_service(serviceName="journey-app", power="nano", scale=1)
    until(lambda: client.get_container_services(serviceName="journey-app")["containerServices"][0]["state"] == "READY")
    client.delete_container_service(serviceName="journey-app")
    client.create_relational_database(
        relationalDatabaseName="journey-db", relationalDatabaseBlueprintId="postgres_16", relationalDatabaseBundleId="micro_2_0",
        masterDatabaseName="app", masterUsername="boss",
    )
    until(lambda: client.get_relational_database(relationalDatabaseName="journey-db")["relationalDatabase"]["state"] == "available")
    assert len(client.get_relational_databases()["relationalDatabases"]) == 1
    client.delete_relational_database(relationalDatabaseName="journey-db", skipFinalSnapshot=True)


def make_alarms(client):
    client.create_contact_method(protocol="Email", contactEndpoint="journey@example.com")
    assert client.get_contact_methods(protocols=["Email"])["contactMethods"][0]["contactEndpoint"] == "journey@example.com"
    client.put_alarm(
        alarmName="journey-alarm", monitoredResourceName="journey-web", metricName="CPUUtilization",
        comparisonOperator="GreaterThanThreshold", threshold=90, evaluationPeriods=1,
    )
    assert client.get_alarms(alarmName="journey-alarm")["alarms"][0]["threshold"] == 90
    client.delete_alarm(alarmName="journey-alarm")
    client.delete_contact_method(protocol="Email")


def journey(folder):
    client = connect()
    assert client.get_regions()["regions"]
    facts = {
        "keyPair": make_key_pair(client, folder), "tags": change_tags(client), "errors": meet_errors(client), "busy": get_through(),
        "pages": read_pages(client), "instance": make_instance(client),
    }
    for make in make_storage, make_network, make_content, make_services, make_alarms:
        make(client)
    with open(os.path.join(folder, "facts.json"), "w") as file:
        json.dump(facts, file)


if sys.argv[1] == "profile":
    print(*(r["name"] for r in connect().get_regions()["regions"]))
else:
    journey(sys.argv[2])
