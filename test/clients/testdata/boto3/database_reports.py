"""Parameters, events, logs and metrics of databases: python3 database_reports.py ENDPOINT"""

import datetime

from checks import check_operation, equal, invalid, missing, not_now, pages, run, until


def create(client, name, blueprint):
    client.create_relational_database(
        relationalDatabaseName=name, masterDatabaseName="main", masterUsername="chief", relationalDatabaseBlueprintId=blueprint,
        relationalDatabaseBundleId="micro_2_0")
    await_database(client, name, "available")


def await_database(client, name, state):
    until(lambda: client.get_relational_database(relationalDatabaseName=name)["relationalDatabase"]["state"], lambda got: got == state)


def apply_status(client, name):
    return client.get_relational_database(relationalDatabaseName=name)["relationalDatabase"]["parameterApplyStatus"]


def update(client, name, *parameters):
    keys = ("parameterName", "parameterValue", "applyMethod")
    return client.update_relational_database_parameters(
        relationalDatabaseName=name, parameters=[dict(zip(keys, p)) for p in parameters])["operations"]


def parameters(client, name):
    return [p for page in pages(client, "get_relational_database_parameters", "parameters", relationalDatabaseName=name) for p in page]


def test_parameters(client, region):
    create(client, "shop", "mysql_8_4")
    before = parameters(client, "shop")
    equal(before[0], {
        "allowedValues": "0,1", "applyMethod": "pending-reboot", "applyType": "dynamic", "dataType": "boolean", "isModifiable": True,
        "description": before[0]["description"], "parameterName": "activate_all_roles_on_login", "parameterValue": "0",
    }, "the first parameter")
    (op,) = update(client, "shop", ("wait_timeout", "60", "immediate"), ("lower_case_table_names", "1", "pending-reboot"))
    zone = client.get_relational_database(relationalDatabaseName="shop")["relationalDatabase"]["location"]["availabilityZone"]
    check_operation(op, "UpdateRelationalDatabaseParameters", "shop", region, "RelationalDatabase", zone, details="")
    equal(apply_status(client, "shop"), "pending-reboot", "status")
    changed = [p["parameterName"] for p, q in zip(parameters(client, "shop"), before) if p != q]
    equal(changed, ["lower_case_table_names", "wait_timeout"], "parameters that changed")
    client.reboot_relational_database(relationalDatabaseName="shop")
    await_database(client, "shop", "available")
    equal(apply_status(client, "shop"), "in-sync", "status after a reboot")
    invalid(lambda: update(client, "shop", ("max_connections", "0")), "Invalid parameter value: 0 for: max_connections allowed values are: 1-100000")
    invalid(lambda: update(client, "shop", ("no_such", "0")), "Could not find parameter with name: no_such")
    invalid(lambda: update(client, "shop", ("lower_case_table_names", "0", "immediate")), "cannot use immediate apply method for static parameter.+")
    client.stop_relational_database(relationalDatabaseName="shop")
    await_database(client, "shop", "stopped")
    not_now(lambda: update(client, "shop", ("wait_timeout", "60")), "update", "this database", "stopped")
    missing(lambda: update(client, "none", ("wait_timeout", "60")), "RelationalDatabase", "none")


def test_events(client, region):
    create(client, "shop", "postgres_17")
    update(client, "shop", ("log_statement", "ddl"))
    listed = pages(client, "get_relational_database_events", "relationalDatabaseEvents", relationalDatabaseName="shop", durationInMinutes=20160)
    events = [(e["eventCategories"], e["message"], e["resource"]) for page in listed for e in page]
    equal(events[0], (["creation"], "Relational Database created", "shop"), "the first event")
    equal(events[-1], (["configuration change"], "Updated parameter log_statement to ddl with apply method immediate", "shop"), "the last event")
    invalid(lambda: client.get_relational_database_events(relationalDatabaseName="shop", durationInMinutes=0), "durationInMinutes must be from 1 to 20160.")


def test_logs(client, region):
    create(client, "shop", "mysql_8_0")
    create(client, "tills", "postgres_16")
    streams = lambda name: client.get_relational_database_log_streams(relationalDatabaseName=name)["logStreams"]  # noqa: E731
    equal(streams("shop"), ["audit", "error", "general", "slowquery"], "streams of MySQL")
    equal(streams("tills"), ["postgresql"], "streams of PostgreSQL")
    read = lambda **more: client.get_relational_database_log_events(relationalDatabaseName="shop", logStreamName="error", **more)  # noqa: E731
    lines, token = [], None
    while True:  # until the same token comes back
        page = read(startFromHead=True, **({"pageToken": token} if token else {}))
        assert page["nextBackwardToken"], "there is no token for what is before"
        lines += [e["message"] for e in page["resourceLogEvents"]]
        if page["nextForwardToken"] == token:
            break
        token = page["nextForwardToken"]
    assert "starting as process" in lines[0] and "ready for connections" in lines[-1], f"the log is {lines}"
    tail = read()
    equal([e["message"] for e in tail["resourceLogEvents"]], lines[-2:], "the last lines")
    before = read(pageToken=tail["nextBackwardToken"])
    equal([e["message"] for e in before["resourceLogEvents"]], lines[-4:-2], "the lines before them")
    invalid(lambda: read(pageToken="x"), "The page token is not valid.")
    head = lambda: client.get_relational_database_log_events(relationalDatabaseName="tills", logStreamName="postgresql", startFromHead=True)  # noqa: E731
    invalid(head, "Logs of PostgreSQL can't be read from the head: startFromHead must be false.")


def test_metrics(client, region):
    create(client, "shop", "mysql_8_4")
    now = datetime.datetime.now(datetime.timezone.utc)
    ask = dict(relationalDatabaseName="shop", metricName="CPUUtilization", period=60, startTime=now - datetime.timedelta(hours=1), endTime=now, unit="Percent")
    out = client.get_relational_database_metric_data(statistics=["Average"], **ask)
    equal((out["metricName"], out["metricData"]), ("CPUUtilization", []), "data of a database that was not there for a minute")
    invalid(lambda: client.get_relational_database_metric_data(statistics=["Average"], **{**ask, "period": 90}), "The parameter Period must be a multiple of 60.")


run(globals())
