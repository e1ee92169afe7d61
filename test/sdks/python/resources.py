"""The calls that make, read, list and delete one resource of each other kind, for the programs of all Python clients."""

from typing import Any, Callable, NamedTuple, Optional


class Step(NamedTuple):
    """A call. With a condition it is repeated until its output meets that, as boto3 has no waiters for Lightsail."""

    method: str
    inputs: dict[str, Any]
    ready: Optional[Callable[[dict], bool]] = None


def call(method, **inputs):
    return Step(method, inputs)


def wait(ready, method, **inputs):
    return Step(method, inputs, ready)


STORAGE = [
    call("create_disk", diskName="journey-disk", availabilityZone="us-east-1a", sizeInGb=8),
    wait(lambda out: out["disk"]["state"] == "available", "get_disk", diskName="journey-disk"),
    wait(lambda out: [d["name"] for d in out["disks"]] == ["journey-disk"], "get_disks"),
    call("delete_disk", diskName="journey-disk"),
    call("create_instance_snapshot", instanceSnapshotName="journey-snapshot", instanceName="journey-web"),
    wait(
        lambda out: out["instanceSnapshot"]["state"] == "available",
        "get_instance_snapshot", instanceSnapshotName="journey-snapshot",
    ),
    wait(lambda out: len(out["instanceSnapshots"]) == 1, "get_instance_snapshots"),
    call("delete_instance_snapshot", instanceSnapshotName="journey-snapshot"),
]

NETWORK = [
    call("allocate_static_ip", staticIpName="journey-ip"),
    wait(lambda out: out["staticIp"]["ipAddress"], "get_static_ip", staticIpName="journey-ip"),
    wait(lambda out: len(out["staticIps"]) == 1, "get_static_ips"),
    call("release_static_ip", staticIpName="journey-ip"),
    call("create_domain", domainName="journey.example.com"),
    call(
        "create_domain_entry", domainName="journey.example.com",
        domainEntry={"name": "www.journey.example.com", "type": "A", "target": "192.0.2.1"},
    ),
    wait(
        lambda out: any(e["target"] == "192.0.2.1" for e in out["domain"]["domainEntries"]),
        "get_domain", domainName="journey.example.com",
    ),
    wait(lambda out: len(out["domains"]) == 1, "get_domains"),
    call("delete_domain", domainName="journey.example.com"),
    call("create_certificate", certificateName="journey-cert", domainName="journey.example.com"),
    wait(
        lambda out: out["certificates"][0]["certificateDetail"]["domainName"] == "journey.example.com",
        "get_certificates", certificateName="journey-cert", includeCertificateDetails=True,
    ),
    call("delete_certificate", certificateName="journey-cert"),
    call("create_load_balancer", loadBalancerName="journey-lb", instancePort=80),
    wait(lambda out: out["loadBalancer"]["instancePort"] == 80, "get_load_balancer", loadBalancerName="journey-lb"),
    wait(lambda out: len(out["loadBalancers"]) == 1, "get_load_balancers"),
    call("delete_load_balancer", loadBalancerName="journey-lb"),
]

CONTENT = [
    call("create_bucket", bucketName="journey-bucket", bundleId="small_1_0"),
    wait(lambda out: out["buckets"][0]["name"] == "journey-bucket", "get_buckets", bucketName="journey-bucket"),
    call(
        "create_distribution", distributionName="journey-cdn", bundleId="small_1_0", defaultCacheBehavior={"behavior": "cache"},
        origin={"name": "journey-bucket", "regionName": "us-east-1", "protocolPolicy": "https-only"},
    ),
    wait(
        lambda out: out["distributions"][0]["origin"]["name"] == "journey-bucket",
        "get_distributions", distributionName="journey-cdn",
    ),
    call("delete_distribution", distributionName="journey-cdn"),
    call("delete_bucket", bucketName="journey-bucket"),
]

SERVICES = [
    call("create_container_service", serviceName="journey-app", power="nano", scale=1),
    wait(lambda out: out["containerServices"][0]["state"] == "READY", "get_container_services", serviceName="journey-app"),
    call("delete_container_service", serviceName="journey-app"),
    call(
        "create_relational_database", relationalDatabaseName="journey-db", relationalDatabaseBlueprintId="postgres_16",
        relationalDatabaseBundleId="micro_2_0", masterDatabaseName="app", masterUsername="boss",
    ),
    wait(
        lambda out: out["relationalDatabase"]["state"] == "available",
        "get_relational_database", relationalDatabaseName="journey-db",
    ),
    wait(lambda out: len(out["relationalDatabases"]) == 1, "get_relational_databases"),
    call("delete_relational_database", relationalDatabaseName="journey-db", skipFinalSnapshot=True),
]

ALARMS = [
    call("create_contact_method", protocol="Email", contactEndpoint="journey@example.com"),
    wait(
        lambda out: out["contactMethods"][0]["contactEndpoint"] == "journey@example.com",
        "get_contact_methods", protocols=["Email"],
    ),
    call(
        "put_alarm", alarmName="journey-alarm", monitoredResourceName="journey-web", metricName="CPUUtilization",
        comparisonOperator="GreaterThanThreshold", threshold=90, evaluationPeriods=1,
    ),
    wait(lambda out: out["alarms"][0]["threshold"] == 90, "get_alarms", alarmName="journey-alarm"),
    call("delete_alarm", alarmName="journey-alarm"),
    call("delete_contact_method", protocol="Email"),
]

STEPS = STORAGE + NETWORK + CONTENT + SERVICES + ALARMS
