"""An owner sees in the browser how the service is used, and what to do about an alarm."""

import time

from playwright.sync_api import Page, expect

from contract.names import ALARM_SEPARATOR
from store.records import Index
from tests.stands.analyst import cell, expect_signed_in, sign_in, table
from tests.stands.running_stack import RunningStack

ALARM = "folderindex-read-throttles"
PATIENCE_SECONDS = 30


def _turn_on(stack: RunningStack) -> None:
    """Has DynamoDB, so to speak, turn queries away; no alarm of the service's health depends on these."""
    cloudwatch = stack.aws.client("cloudwatch")
    dimensions = {"TableName": stack.table_name, "GlobalSecondaryIndexName": Index.FOLDER}
    datum = {
        "MetricName": "ReadThrottleEvents",
        "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
        "Value": 3,
    }
    cloudwatch.put_metric_data(Namespace="AWS/DynamoDB", MetricData=[datum])
    deadline = time.monotonic() + PATIENCE_SECONDS
    name = f"{stack.outputs['metrics_namespace']}{ALARM_SEPARATOR}{ALARM}"
    while not cloudwatch.describe_alarms(AlarmNames=[name], StateValue="ALARM")["MetricAlarms"]:
        assert time.monotonic() < deadline, "the alarm did not turn"
        time.sleep(0.5)


def test_usage_and_an_alarm_with_what_to_do_about_it(page: Page, stack: RunningStack) -> None:
    assert stack.report({"sla_error": []}, stack.token(stack.reporter)).status_code == 200
    _turn_on(stack)
    page.goto("/service-health")
    sign_in(page, stack.analyst)
    expect_signed_in(page)
    statuses = table(page, "Status codes")
    expect(cell(statuses, "200")).to_be_attached()
    expect(cell(statuses, "/file_sla_error")).to_be_attached()
    for chart in ("Requests over time by outcome", "Latency over time"):
        expect(page.get_by_role("img", name=chart).or_(page.get_by_label(chart)).first).to_be_visible()
    told = page.get_by_role("alert").filter(has_text=ALARM)
    expect(told).to_contain_text("Find who reads so much at once.")
    page.get_by_role("link", name=f"What to do about {ALARM}").click()
    expect(page.get_by_role("heading", name="Table throttles")).to_be_in_viewport()
