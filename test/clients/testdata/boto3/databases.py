"""Databases and their snapshots: python3 databases.py ENDPOINT"""

from checks import check_operation, check_started, check_time, equal, invalid, matches, missing, names, not_now, pages, run, shows, until

DATABASE, SNAPSHOT = "RelationalDatabase", "RelationalDatabaseSnapshot"


def get(client, name):
    return client.get_relational_database(relationalDatabaseName=name)["relationalDatabase"]


def await_database(client, name, state="available"):
    return until(lambda: get(client, name), lambda d: d["state"] == state)


def password(client, name, **version):
    return client.get_relational_database_master_user_password(relationalDatabaseName=name, **version)["masterUserPassword"]


def create(client, region, name, **more):
    return client.create_relational_database(**{
        "relationalDatabaseName": name, "availabilityZone": region + "a", "relationalDatabaseBlueprintId": "postgres_16",
        "relationalDatabaseBundleId": "micro_2_0", "masterDatabaseName": "shop", "masterUsername": "chief", **more})["operations"]


def test_database(client, region):
    zone = region + "a"
    (op,) = create(client, region, "db", preferredBackupWindow="05:00-05:30", preferredMaintenanceWindow="Wed:07:00-Wed:08:30", tags=[{"key": "team"}])
    check_started(client, op, "CreateRelationalDatabase", "db", region, DATABASE, zone)
    assert get(client, "db")["state"] in ("modifying", "backing-up", "available"), "the database is not there at the end of its operation"
    found = await_database(client, "db")
    matches(found["arn"], f"arn:aws:lightsail:{region}:[0-9]{{12}}:RelationalDatabase/[0-9a-f-]{{36}}", "ARN")
    matches(found["supportCode"], "[0-9]{12}/ls-[0-9a-f]{40}", "support code")
    equal(found["masterEndpoint"]["port"], 5432, "port")
    matches(found["masterEndpoint"]["address"], rf"{found['supportCode'].split('/')[1]}\.[a-z0-9]{{12}}\.{region}\.rds\.amazonaws\.com", "address")
    matches(found["engineVersion"], "16[.][0-9]+", "version")
    check_time(found["createdAt"], "createdAt")
    rest = {k: v for k, v in found.items() if k not in ("arn", "supportCode", "createdAt", "masterEndpoint", "engineVersion", "latestRestorableTime")}
    shows("RelationalDatabase", rest, {
        "name": "db", "location": {"availabilityZone": zone, "regionName": region}, "resourceType": DATABASE, "tags": [{"key": "team"}],
        "relationalDatabaseBlueprintId": "postgres_16", "relationalDatabaseBundleId": "micro_2_0", "masterDatabaseName": "shop",
        "hardware": {"cpuCount": 2, "diskSizeInGb": 40, "ramSizeInGb": 1.0}, "state": "available", "backupRetentionEnabled": True,
        "pendingModifiedValues": {}, "engine": "postgres", "masterUsername": "chief", "parameterApplyStatus": "in-sync",
        "preferredBackupWindow": "05:00-05:30", "preferredMaintenanceWindow": "wed:07:00-wed:08:30", "publiclyAccessible": False,
        "pendingMaintenanceActions": [], "caCertificateIdentifier": "rds-ca-rsa2048-g1",
    }, "a database")
    invalid(lambda: create(client, region, "db"), "Some names are already in use: db", "NameExists")
    invalid(lambda: create(client, region, "other", availabilityZone="nowhere"), f"The given Availability Zone is invalid. It must be one of the following: {zone}.+")
    missing(lambda: get(client, "other"), DATABASE, "other")
    (op,) = client.delete_relational_database(relationalDatabaseName="db", skipFinalSnapshot=True)["operations"]
    check_started(client, op, "DeleteRelationalDatabase", "db", region, DATABASE, zone)
    missing(lambda: get(client, "db"), DATABASE, "db")


def test_changes(client, region):
    create(client, region, "db")
    await_database(client, "db")
    change = lambda **what: client.update_relational_database(relationalDatabaseName="db", **what)["operations"]
    first = password(client, "db")
    equal(len(first), 32, "length of a generated password")
    (op,) = change(masterUserPassword="correct-horse")
    check_operation(op, "UpdateRelationalDatabase", "db", region, DATABASE, region + "a")
    until(lambda: password(client, "db", passwordVersion="CURRENT"), lambda p: p == "correct-horse")
    equal(password(client, "db", passwordVersion="PREVIOUS"), first, "the password before")
    await_database(client, "db")
    change(disableBackupRetention=True)
    equal(get(client, "db")["pendingModifiedValues"], {"backupRetentionEnabled": False}, "what waits for the maintenance window")
    change(disableBackupRetention=True, applyImmediately=True)
    until(lambda: get(client, "db"), lambda d: not d["backupRetentionEnabled"] and d["state"] == "available")
    equal("latestRestorableTime" in get(client, "db"), False, "a time to restore without backups")
    invalid(lambda: change(enableBackupRetention=True, disableBackupRetention=True), ".*")
    invalid(lambda: change(masterUserPassword="short"), ".*")
    (op,) = client.stop_relational_database(relationalDatabaseName="db")["operations"]
    check_started(client, op, "StopRelationalDatabase", "db", region, DATABASE, region + "a")
    not_now(lambda: client.reboot_relational_database(relationalDatabaseName="db"), "reboot", "this database", "stopped")
    (op,) = client.start_relational_database(relationalDatabaseName="db")["operations"]
    check_started(client, op, "StartRelationalDatabase", "db", region, DATABASE, region + "a")
    (op,) = client.reboot_relational_database(relationalDatabaseName="db")["operations"]
    check_started(client, op, "RebootRelationalDatabase", "db", region, DATABASE, region + "a", details="")


def test_snapshots(client, region):
    create(client, region, "db")
    await_database(client, "db")
    of_snapshot, of_database = client.create_relational_database_snapshot(relationalDatabaseName="db", relationalDatabaseSnapshotName="saved")["operations"]
    check_started(client, of_snapshot, "CreateRelationalDatabaseSnapshot", "saved", region, SNAPSHOT, details="db")
    check_started(client, of_database, "CreateRelationalDatabaseSnapshot", "db", region, DATABASE, region + "a", details="saved")
    saved = client.get_relational_database_snapshot(relationalDatabaseSnapshotName="saved")["relationalDatabaseSnapshot"]
    rest = {k: v for k, v in saved.items() if k not in ("arn", "supportCode", "createdAt", "engineVersion", "fromRelationalDatabaseArn")}
    shows("RelationalDatabaseSnapshot", rest, {
        "name": "saved", "location": {"availabilityZone": "all", "regionName": region}, "resourceType": SNAPSHOT, "tags": [], "engine": "postgres",
        "sizeInGb": 40, "state": "available", "fromRelationalDatabaseName": "db", "fromRelationalDatabaseBundleId": "micro_2_0",
        "fromRelationalDatabaseBlueprintId": "postgres_16",
    }, "a snapshot")
    restore = lambda **of: client.create_relational_database_from_snapshot(relationalDatabaseName="copy", availabilityZone=region + "a", **of)["operations"]
    invalid(lambda: restore(), ".*")
    missing(lambda: restore(relationalDatabaseSnapshotName="none"), SNAPSHOT, "none")
    (op,) = restore(relationalDatabaseSnapshotName="saved", relationalDatabaseBundleId="medium_2_0")
    check_started(client, op, "CreateRelationalDatabaseFromSnapshot", "copy", region, DATABASE, region + "a")
    equal(await_database(client, "copy")["hardware"]["diskSizeInGb"], 120, "disk of a restored database")
    assert password(client, "copy") != password(client, "db"), "a restored database has the password of its source"
    kept, *last = client.delete_relational_database(relationalDatabaseName="db")["operations"]
    equal((kept["operationType"], kept["status"]), ("DeleteRelationalDatabase", "Started"), "deletion")
    matches(last[1]["resourceName"], "db-FinalSnapshot-[0-9]{13}", "the last snapshot")
    check_started(client, last[1], "CreateRelationalDatabaseSnapshot", last[1]["resourceName"], region, SNAPSHOT, details="db")
    equal(sorted(sum(map(names, pages(client, "get_relational_database_snapshots", "relationalDatabaseSnapshots")), [])), [last[1]["resourceName"], "saved"], "snapshots")
    (op,) = client.delete_relational_database_snapshot(relationalDatabaseSnapshotName="saved")["operations"]
    check_operation(op, "DeleteRelationalDatabaseSnapshot", "saved", region, SNAPSHOT)
    equal(sum(map(names, pages(client, "get_relational_databases", "relationalDatabases")), [])[0], "copy", "the first of the databases")


run(globals())
