"""Automatic snapshots and metrics of the last days, on an aged server: python3 past.py ENDPOINT"""

import datetime

from checks import check_operation, check_started, connect, equal, invalid, knows, missing, nano, run

AGED = connect("us-west-1")  # where the instance "aged" and the disk "vault" are days old


def test_automatic_snapshots_of_an_instance(client, region):
    taken = AGED.get_auto_snapshots(resourceName="aged")
    equal((taken["resourceName"], taken["resourceType"]), ("aged", "Instance"), "resource")
    dates = [s["date"] for s in taken["autoSnapshots"]]
    equal(dates, sorted(dates, reverse=True), "dates, newest first")
    assert 3 <= len(dates) <= 5, f"snapshots of four days: {dates}"
    for s in taken["autoSnapshots"][1:]:  # the first may be in progress
        equal((s["status"], s["fromAttachedDisks"]), ("Success", []), "automatic snapshot")
        equal(s["createdAt"].astimezone(datetime.timezone.utc).strftime("%Y-%m-%d %H"), s["date"] + " 06", "time of the snapshot")
    (op,) = AGED.create_instances_from_snapshot(
        instanceNames=["clone"], sourceInstanceName="aged", restoreDate=dates[1], availabilityZone="us-west-1a", bundleId=nano(region))["operations"]
    check_started(AGED, op, "CreateInstancesFromSnapshot", "clone", "us-west-1", "Instance", "us-west-1a")
    copy = lambda name, **which: client.copy_snapshot(
        sourceRegion="us-west-1", sourceResourceName="aged", targetSnapshotName=name, **which)["operations"]
    (op,) = copy("kept", restoreDate=dates[1])
    check_started(client, op, "CopySnapshot", "kept", region, "InstanceSnapshot", details="us-west-1:aged")
    assert client.get_instance_snapshot(instanceSnapshotName="kept")["instanceSnapshot"]["isFromAutoSnapshot"], "the copy is not of an automatic snapshot"
    copy("latest", useLatestRestorableAutoSnapshot=True)
    missing(lambda: copy("none", restoreDate="2016-11-28"), "AutoSnapshot", "2016-11-28")
    invalid(lambda: copy("none"), "These parameters are required: restoreDate or useLatestRestorableAutoSnapshot")
    (op,) = AGED.delete_auto_snapshot(resourceName="aged", date=dates[1])["operations"]
    equal(op["operationDetails"], "DeleteAutoSnapshot-" + dates[1], "details of the operation")
    equal((op["operationType"], op["location"]["availabilityZone"], "statusChangedAt" in op), ("DeleteAutoSnapshot", "us-west-1", False), "operation")
    equal([s["date"] for s in AGED.get_auto_snapshots(resourceName="aged")["autoSnapshots"]], dates[:1] + dates[2:], "dates that are left")
    missing(lambda: AGED.delete_auto_snapshot(resourceName="aged", date=dates[1]), "AutoSnapshot", dates[1])


def test_automatic_snapshots_of_a_disk(client, region):
    taken = AGED.get_auto_snapshots(resourceName="vault")
    equal(taken["resourceType"], "Disk", "resource")
    (op,) = AGED.create_disk_from_snapshot(
        diskName="restored", sourceDiskName="vault", useLatestRestorableAutoSnapshot=True, availabilityZone="us-west-1c", sizeInGb=8)["operations"]
    check_started(AGED, op, "CreateDiskFromSnapshot", "restored", "us-west-1", "Disk", "us-west-1c")
    (op,) = AGED.disable_add_on(resourceName="vault", addOnType="AutoSnapshot")["operations"]
    check_operation(op, "DisableAddOn", "vault", "us-west-1", "Disk", "us-west-1a")
    equal(AGED.get_disk(diskName="vault")["disk"]["addOns"], [{"name": "AutoSnapshot", "status": "Disabled", "snapshotTimeOfDay": "06:00"}], "add-ons")
    equal(AGED.get_auto_snapshots(resourceName="vault")["autoSnapshots"], taken["autoSnapshots"], "snapshots when they are switched off")


def test_metrics(client, region):
    end = datetime.datetime.now(datetime.timezone.utc).replace(minute=0, second=0, microsecond=0)
    ask = {
        "instanceName": "aged", "metricName": "CPUUtilization", "unit": "Percent", "period": 3600, "startTime": end - datetime.timedelta(days=1),
        "endTime": end, "statistics": ["Average", "Minimum", "Maximum", "Sum", "SampleCount"],
    }
    get = lambda **other: AGED.get_instance_metric_data(**{**ask, **other})
    answer = get()
    equal(answer["metricName"], "CPUUtilization", "metric")
    times = [p["timestamp"] for p in answer["metricData"]]
    equal(times, [ask["startTime"] + datetime.timedelta(hours=i) for i in range(24)], "times of the datapoints")
    for p in answer["metricData"]:
        equal((p["unit"], p["sampleCount"]), ("Percent", 12.0), "unit and samples of an hour")
        assert 0 <= p["minimum"] <= p["average"] <= p["maximum"] <= 100, f"datapoint {p}"
        assert abs(p["sum"] - 12 * p["average"]) < 1e-6, f"datapoint {p}"
    equal(get()["metricData"], answer["metricData"], "the same datapoints again")
    equal(set(get(statistics=["Average"], period=86400)["metricData"][0]), {"average", "timestamp", "unit"}, "members")
    equal(get(unit="Bytes")["metricData"], [], "datapoints in a unit that the metric is not in")
    assert all(p["sum"] > 0 for p in get(metricName="NetworkOut", unit="Bytes")["metricData"]), "nothing was sent in an hour"
    equal({p["maximum"] for p in get(metricName="StatusCheckFailed", unit="Count")["metricData"]}, {0.0}, "failed status checks")
    invalid(lambda: get(period=90), "The parameter Period must be a multiple of 60.")
    invalid(lambda: get(startTime=end), "The parameter StartTime must not equal parameter EndTime.")
    invalid(lambda: get(period=60, startTime=end - datetime.timedelta(days=2)), "You have requested up to 2880 datapoints, which exceeds the limit of 1440. .*")
    missing(lambda: get(instanceName="nobody"), "Instance", "nobody")


def test_costs(client, region):
    if not knows("GetCostEstimate"):
        return
    now = datetime.datetime.now(datetime.timezone.utc)
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    get = lambda **other: AGED.get_cost_estimate(**{
        "resourceName": "aged", "startTime": today - datetime.timedelta(days=1), "endTime": today + datetime.timedelta(days=2), **other})
    (budget,) = get()["resourcesBudgetEstimate"]
    equal((budget["resourceName"], budget["resourceType"]), ("aged", "Instance"), "resource")
    (estimate,) = budget["costEstimates"]
    equal(estimate["usageType"], "USW1-BundleUsage:0.5GB", "usage type")
    for day in estimate["resultsByTime"]:
        equal((day["pricingUnit"], day["currency"], day["timePeriod"]["start"].hour), ("Hrs", "USD", 0), "unit, currency, begin of the day")
        assert abs(day["usageCost"] - day["unit"] * 5 / 744) < 1e-9, f"the cost of {day}"
    equal(get(startTime=today - datetime.timedelta(days=60), endTime=today - datetime.timedelta(days=30))["resourcesBudgetEstimate"][0]["costEstimates"], [], "costs before")
    invalid(lambda: get(startTime=today - datetime.timedelta(days=99)), "The time between startTime and endTime must not be more than 3 months.")
    missing(lambda: get(resourceName="nobody"), "resource", "nobody")


run(globals())
