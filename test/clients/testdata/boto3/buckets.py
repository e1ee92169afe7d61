"""Buckets, their settings, keys and access: python3 buckets.py ENDPOINT

Their names are unique over all regions.
"""

import datetime

from checks import check_operation, connect, equal, invalid, matches, missing, names, pages_by_token, run, run_instance, shows


def check_record(op, kind, name, region, **details):
    check_operation(op, kind, name, region, "Bucket", **details)


def bucket(client, name, **more):
    (found,) = client.get_buckets(bucketName=name, **more)["buckets"]
    return found


def test_settings(client, region):
    name = "settings-of-a-bucket"
    created = client.create_bucket(bucketName=name, bundleId="small_1_0", tags=[{"key": "team", "value": "web"}])
    (op,) = created["operations"]
    check_record(op, "CreateBucket", name, region)
    found = bucket(client, name)
    equal(found, created["bucket"], "a bucket as it was created")
    matches(found["arn"], f"arn:aws:lightsail:{region}:[0-9]{{12}}:Bucket/[0-9a-f-]{{36}}", "ARN")
    rest = {k: v for k, v in found.items() if k not in ("arn", "supportCode", "createdAt")}
    shows("Bucket", rest, {
        "resourceType": "Bucket", "name": name, "bundleId": "small_1_0", "url": f"https://{name}.s3.{region}.amazonaws.com/",
        "accessRules": {"getObject": "private", "allowPublicOverrides": False}, "location": {"availabilityZone": "all", "regionName": region},
        "tags": [{"key": "team", "value": "web"}], "objectVersioning": "NeverEnabled", "ableToUpdateBundle": True, "readonlyAccessAccounts": [],
        "state": {"code": "OK"}, "accessLogConfig": {"enabled": False},
    }, "a new bucket")
    client.update_bucket(bucketName=name, accessRules={"getObject": "private", "allowPublicOverrides": True})
    updated = client.update_bucket(bucketName=name, versioning="Enabled")
    check_record(updated["operations"][0], "UpdateBucket", name, region)
    equal(updated["bucket"]["accessRules"], {"getObject": "private", "allowPublicOverrides": False}, "access rules after a change of versioning")
    client.update_bucket(bucketName=name, readonlyAccessAccounts=["222233334444"], accessLogConfig={"enabled": True, "destination": name, "prefix": "logs/"})
    equal(bucket(client, name)["readonlyAccessAccounts"], ["222233334444"], "accounts that may read")
    equal(bucket(client, name)["accessLogConfig"], {"enabled": True, "destination": name, "prefix": "logs/"}, "access log")
    client.update_bucket(bucketName=name, readonlyAccessAccounts=[])
    equal(bucket(client, name)["readonlyAccessAccounts"], [], "accounts that may read, cleared")
    check_record(client.update_bucket_bundle(bucketName=name, bundleId="medium_1_0")["operations"][0], "UpdateBucketBundle", name, region)
    equal(bucket(client, name)["ableToUpdateBundle"], False, "a second change of the bundle in a month")
    invalid(lambda: client.update_bucket_bundle(bucketName=name, bundleId="large_1_0"), ".+")
    invalid(lambda: client.create_bucket(bucketName=name, bundleId="small_1_0"), f".*{name}.* already exists", "NameExists")
    check_record(client.delete_bucket(bucketName=name)["operations"][0], "DeleteBucket", name, region)
    missing(lambda: client.get_buckets(bucketName=name), "Bucket", name)


def test_access_keys(client, region):
    name = "keys-of-a-bucket"
    client.create_bucket(bucketName=name, bundleId="small_1_0", enableObjectVersioning=True)
    made = client.create_bucket_access_key(bucketName=name)
    check_record(made["operations"][0], "CreateBucketAccessKey", name, region)
    matches(made["accessKey"]["accessKeyId"], "AKIA[A-Z0-9]{16}", "access key id")
    matches(made["accessKey"]["secretAccessKey"], "[A-Za-z0-9/+]{40}", "secret access key")
    client.create_bucket_access_key(bucketName=name)
    invalid(lambda: client.create_bucket_access_key(bucketName=name), f"You have reached the limit of access keys for {name}", "LimitExceeded")
    keys = client.get_bucket_access_keys(bucketName=name)["accessKeys"]
    equal([k["status"] for k in keys], ["Active", "Active"], "states of keys")
    assert all("secretAccessKey" not in k for k in keys), "a secret is shown again"
    deleted = client.delete_bucket_access_key(bucketName=name, accessKeyId=made["accessKey"]["accessKeyId"])
    check_record(deleted["operations"][0], "DeleteBucketAccessKey", name, region)
    equal([k["accessKeyId"] for k in client.get_bucket_access_keys(bucketName=name)["accessKeys"]], [keys[1]["accessKeyId"]], "keys that are left")
    invalid(lambda: client.delete_bucket(bucketName=name), ".+")
    client.delete_bucket(bucketName=name, forceDelete=True)


def test_resource_access(client, region):
    name = "access-to-a-bucket"
    client.create_bucket(bucketName=name, bundleId="small_1_0")
    equal(bucket(client, name, includeConnectedResources=True)["resourcesReceivingAccess"], [], "instances with access")
    run_instance(client, region, "web")
    on_bucket, on_instance = client.set_resource_access_for_bucket(bucketName=name, resourceName="web", access="allow")["operations"]
    check_record(on_bucket, "SetResourceAccessForBucket", name, region, details="web")
    check_operation(on_instance, "SetResourceAccessForBucket", "web", region, "Instance", region + "a", details=name)
    equal(bucket(client, name, includeConnectedResources=True)["resourcesReceivingAccess"], [{"name": "web", "resourceType": "Instance"}], "instances with access")
    client.set_resource_access_for_bucket(bucketName=name, resourceName="web", access="deny")
    client.delete_bucket(bucketName=name)


def test_lists(client, region):
    for name in "list-of-buckets-c", "list-of-buckets-a", "list-of-buckets-b":
        client.create_bucket(bucketName=name, bundleId="small_1_0")
    got = [names(page) for page in pages_by_token(client.get_buckets, "buckets")]
    equal(got, [["list-of-buckets-a", "list-of-buckets-b"], ["list-of-buckets-c"]], "pages of buckets")
    equal([b["bundleId"] for b in client.get_bucket_bundles()["bundles"]], ["small_1_0", "medium_1_0", "large_1_0"], "bundles")
    end = datetime.datetime.now(datetime.timezone.utc)
    data = client.get_bucket_metric_data(
        bucketName="list-of-buckets-a", metricName="NumberOfObjects", startTime=end - datetime.timedelta(days=3), endTime=end, period=86400,
        statistics=["Average"], unit="Count")
    equal((data["metricName"], data["metricData"]), ("NumberOfObjects", []), "metric data of an empty bucket")
    missing(lambda: connect("us-west-2" if region != "us-west-2" else "us-east-1").get_buckets(bucketName="list-of-buckets-a"), "Bucket", "list-of-buckets-a")


run(globals())
