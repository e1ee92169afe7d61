"""Alarms and contact methods: python3 monitoring.py ENDPOINT"""

from checks import await_state, check_operation, connect, create_instances, equal, invalid, matches, missing, run, shows, without

RECORD = {"resource": "ContactMethod"}


def test_contact_methods(client, region):
    (op,) = client.create_contact_method(protocol="Email", contactEndpoint="ops@example.com")["operations"]
    check_operation(op, "CreateContactMethod", "Email", region, **RECORD)
    (method,) = client.get_contact_methods(protocols=["Email"])["contactMethods"]
    matches(method["arn"], f"arn:aws:lightsail:{region}:[0-9]{{12}}:ContactMethod/[0-9a-f-]{{36}}", "ARN")
    rest = {k: v for k, v in method.items() if k not in ("arn", "supportCode", "createdAt", "tags")}
    shows("ContactMethod", rest, {
        "contactEndpoint": "ops@example.com", "location": {"availabilityZone": "all", "regionName": region}, "name": "Email", "protocol": "Email",
        "resourceType": "ContactMethod", "status": "PendingVerification",
    }, "a contact method")
    equal(client.get_contact_methods(protocols=["SMS"])["contactMethods"], [], "contact methods of another protocol")
    (op,) = client.send_contact_method_verification(protocol="Email")["operations"]
    check_operation(op, "SendContactMethodVerification", "Email", region, **RECORD)
    invalid(lambda: client.create_contact_method(protocol="Email", contactEndpoint="nobody"), "The contact endpoint is not a valid email address: nobody")
    (op,) = client.delete_contact_method(protocol="Email")["operations"]
    check_operation(op, "DeleteContactMethod", "Email", region, **RECORD)
    missing(lambda: client.delete_contact_method(protocol="Email"), "ContactMethod", "Email")
    missing(lambda: client.send_contact_method_verification(protocol="Email"), "ContactMethod", "Email")
    equal(client.get_contact_methods()["contactMethods"], [], "contact methods in the end")


def test_phone_numbers(client, region):
    client = connect("eu-west-1")
    client.create_contact_method(protocol="SMS", contactEndpoint="+15555550100")
    equal([m["status"] for m in client.get_contact_methods()["contactMethods"]], ["Valid"], "state of a phone number")
    invalid(lambda: connect("eu-central-1").create_contact_method(protocol="SMS", contactEndpoint="+15555550100"), ".*SMS.*eu-central-1.*")
    client.delete_contact_method(protocol="SMS")


def put_alarm(client, name, **more):
    """Puts an alarm as most people do, and returns its operation."""
    (op,) = client.put_alarm(**{
        "alarmName": name, "monitoredResourceName": "web", "metricName": "CPUUtilization", "comparisonOperator": "GreaterThanOrEqualToThreshold",
        "threshold": 80, "evaluationPeriods": 2, **more})["operations"]
    return op


def test_alarms(client, region):
    record = {"resource": "Alarm", "details": "web"}
    create_instances(client, region, "web")
    check_operation(put_alarm(client, "high-cpu"), "PutAlarm", "high-cpu", region, **record)
    (alarm,) = client.get_alarms(alarmName="high-cpu")["alarms"]
    matches(alarm["arn"], f"arn:aws:lightsail:{region}:[0-9]{{12}}:Alarm/[0-9a-f-]{{36}}", "ARN")
    arn = client.get_instance(instanceName="web")["instance"]["arn"]
    shows("Alarm", without(alarm, "arn", "supportCode", "createdAt", "tags"), {
        "name": "high-cpu", "resourceType": "Alarm", "location": {"availabilityZone": "all", "regionName": region},
        "monitoredResourceInfo": {"arn": arn, "name": "web", "resourceType": "Instance"}, "comparisonOperator": "GreaterThanOrEqualToThreshold",
        "evaluationPeriods": 2, "datapointsToAlarm": 2, "period": 300, "threshold": 80.0, "treatMissingData": "missing", "statistic": "Average",
        "metricName": "CPUUtilization", "unit": "Percent", "state": "INSUFFICIENT_DATA", "contactProtocols": [], "notificationTriggers": ["ALARM"],
        "notificationEnabled": True,
    }, "an alarm")
    put_alarm(client, "second")
    invalid(lambda: put_alarm(client, "third"), "You can configure up to two alarms per metric.*", "LimitExceeded")
    put_alarm(client, "third", metricName="NetworkOut", notificationTriggers=["OK", "ALARM"], treatMissingData="ignore", datapointsToAlarm=1)
    first = client.get_alarms()
    second = client.get_alarms(pageToken=first["nextPageToken"])
    equal([a["name"] for page in (first, second) for a in page["alarms"]], ["high-cpu", "second", "third"], "alarms in pages of two")
    (op,) = client.test_alarm(alarmName="third", state="OK")["operations"]
    check_operation(op, "TestAlarm", "third", region, **record)
    (op,) = client.delete_alarm(alarmName="third")["operations"]
    check_operation(op, "DeleteAlarm", "third", region, **record)
    missing(lambda: client.test_alarm(alarmName="third", state="OK"), "Alarm", "third")
    await_state(client, "web", "running")
    client.delete_instance(instanceName="web")
    equal(client.get_alarms()["alarms"], [], "alarms after the deletion of their instance")


run(globals())
