"""What runs and what watches it: functions, what invokes them, queues, topics, logs, alarms, dashboards."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from local.provider.resource import Aws, Created, Creator, Inputs, given, pick

METRIC_ALARM: Final = "aws:cloudwatch/metricAlarm:MetricAlarm"


def _create_function(aws: Aws, name: str, inputs: Inputs) -> Created:
    client = aws.client("lambda")
    function_name = inputs.get("name", name)
    function = client.create_function(
        FunctionName=function_name,
        Code={"ZipFile": Path(inputs["code"].path).read_bytes()},
        Environment={"Variables": dict(inputs["environment"]["variables"])},
        **pick(
            inputs, "architectures", "description", "handler", "loggingConfig", "memorySize", "role",
            "runtime", "timeout", "tracingConfig",
        ),
    )  # fmt: skip
    client.get_waiter("function_active_v2").wait(FunctionName=function_name)
    arn = function["FunctionArn"]
    invoke_arn = f"arn:aws:apigateway:{aws.region}:lambda:path/2015-03-31/functions/{arn}/invocations"
    return Created(function_name, {"name": function_name, "arn": arn, "invokeArn": invoke_arn})


def _add_permission(aws: Aws, name: str, inputs: Inputs) -> Created:
    statement = inputs.get("statementId", name)
    aws.client("lambda").add_permission(
        FunctionName=inputs["function"],
        StatementId=statement,
        **pick(inputs, "action", "principal", "sourceArn"),
    )
    return Created(statement)


def _create_event_source(aws: Aws, _name: str, inputs: Inputs) -> Created:
    settings = pick(
        inputs, "batchSize", "bisectBatchOnFunctionError", "enabled", "eventSourceArn", "functionName",
        "maximumBatchingWindowInSeconds", "maximumRecordAgeInSeconds", "maximumRetryAttempts",
        "parallelizationFactor", "startingPosition",
    )  # fmt: skip
    if destination := inputs.get("destinationConfig"):
        arn = destination["onFailure"]["destinationArn"]
        settings["DestinationConfig"] = {"OnFailure": {"Destination": arn}}
    mapping = aws.client("lambda").create_event_source_mapping(**settings)
    return Created(mapping["UUID"], {"uuid": mapping["UUID"], "functionArn": mapping["FunctionArn"]})


def _put_invocations(aws: Aws, _name: str, inputs: Inputs) -> Created:
    """How often, and for how long, Lambda tries again what failed."""
    aws.client("lambda").put_function_event_invoke_config(
        **pick(inputs, "functionName", "maximumEventAgeInSeconds", "maximumRetryAttempts")
    )
    return Created(inputs["functionName"])


def _create_schedule_group(aws: Aws, name: str, inputs: Inputs) -> Created:
    group_name = inputs.get("name", name)
    group = aws.client("scheduler").create_schedule_group(Name=group_name)
    return Created(group_name, {"name": group_name, "arn": group["ScheduleGroupArn"]})


def _create_schedule(aws: Aws, name: str, inputs: Inputs) -> Created:
    schedule_name = inputs.get("name", name)
    schedule = aws.client("scheduler").create_schedule(
        Name=schedule_name,
        **pick(
            inputs, "description", "flexibleTimeWindow", "groupName", "scheduleExpression", "state", "target"
        ),
    )
    return Created(
        f"{inputs['groupName']}/{schedule_name}", {"name": schedule_name, "arn": schedule["ScheduleArn"]}
    )


def _create_queue(aws: Aws, name: str, inputs: Inputs) -> Created:
    client = aws.client("sqs")
    queue_name = inputs.get("name", name)
    # One of the two encryptions, never both.
    key = inputs.get("kmsMasterKeyId", "")
    managed = bool(inputs.get("sqsManagedSseEnabled")) and not key
    url = client.create_queue(
        QueueName=queue_name,
        Attributes={
            "KmsMasterKeyId": key,
            "MessageRetentionPeriod": str(inputs["messageRetentionSeconds"]),
            "SqsManagedSseEnabled": str(managed).lower(),
        },
    )["QueueUrl"]
    arn = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return Created(url, {"name": queue_name, "arn": arn, "url": url})


def _create_topic(aws: Aws, name: str, inputs: Inputs) -> Created:
    key = {name: str(value) for name, value in pick(inputs, "kmsMasterKeyId").items()}
    arn = aws.client("sns").create_topic(Name=inputs.get("name", name), Attributes=key)["TopicArn"]
    return Created(arn, {"name": arn.rsplit(":", 1)[-1], "arn": arn})


def _subscribe(aws: Aws, _name: str, inputs: Inputs) -> Created:
    arn = aws.client("sns").subscribe(
        TopicArn=inputs["topic"],
        Protocol=inputs["protocol"],
        Endpoint=inputs["endpoint"],
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    return Created(arn, {"arn": arn})


def _create_log_group(aws: Aws, name: str, inputs: Inputs) -> Created:
    client = aws.client("logs")
    group = inputs.get("name", name)
    client.create_log_group(logGroupName=group, **given(inputs, "kmsKeyId"))
    if days := inputs.get("retentionInDays"):
        client.put_retention_policy(logGroupName=group, retentionInDays=days)
    return Created(group, {"name": group, "arn": aws.arn("logs", f"log-group:{group}")})


def _put_metric_alarm(aws: Aws, name: str, inputs: Inputs) -> Created:
    request = metric_alarm_request(name, inputs)
    aws.client("cloudwatch").put_metric_alarm(**request)
    return _alarm(aws, request["AlarmName"])


def metric_alarm_request(name: str, inputs: Inputs) -> dict[str, Any]:
    """The arguments of PutMetricAlarm, with what the alarm watches always as `Metrics`.

    AWS takes one metric in that form as well as bare. The emulator evaluates bare ones, but without
    regard to dimensions, periods and missing data; `local.metrics.alarms` evaluates them all.
    """
    bare = {
        "id": "value",
        "metric": {**inputs, "stat": inputs.get("extendedStatistic") or inputs.get("statistic")},
        "returnData": True,
    }
    return {
        "AlarmName": inputs.get("name", name),
        "Metrics": [_query(query) for query in inputs.get("metricQueries") or [bare]],
        "OKActions": inputs.get("okActions", []),
        **pick(
            inputs, "alarmDescription", "comparisonOperator", "threshold", "treatMissingData",
            "alarmActions", "datapointsToAlarm", "evaluationPeriods",
        ),
    }  # fmt: skip


def _query(inputs: Inputs) -> dict[str, Any]:
    query = pick(inputs, "id", "expression", "label", "returnData")
    if metric := inputs.get("metric"):
        query["MetricStat"] = {
            "Metric": {
                "Namespace": metric["namespace"],
                "MetricName": metric["metricName"],
                "Dimensions": [
                    {"Name": key, "Value": value} for key, value in metric.get("dimensions", {}).items()
                ],
            },
            "Period": metric["period"],
            "Stat": metric["stat"],
        }
    return query


def _put_composite_alarm(aws: Aws, _name: str, inputs: Inputs) -> Created:
    aws.client("cloudwatch").put_composite_alarm(
        OKActions=inputs.get("okActions", []),
        **pick(inputs, "alarmName", "alarmDescription", "alarmRule", "alarmActions"),
    )
    return _alarm(aws, inputs["alarmName"])


def _alarm(aws: Aws, name: str) -> Created:
    return Created(name, {"name": name, "arn": aws.arn("cloudwatch", f"alarm:{name}")})


def _put_dashboard(aws: Aws, _name: str, inputs: Inputs) -> Created:
    name = inputs["dashboardName"]
    aws.client("cloudwatch").put_dashboard(DashboardName=name, DashboardBody=inputs["dashboardBody"])
    arn = f"arn:aws:cloudwatch::{aws.account_id}:dashboard/{name}"
    return Created(name, {"dashboardArn": arn})


CREATORS: Final[Mapping[str, Creator]] = {
    METRIC_ALARM: _put_metric_alarm,
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": _put_composite_alarm,
    "aws:cloudwatch/dashboard:Dashboard": _put_dashboard,
    "aws:cloudwatch/logGroup:LogGroup": _create_log_group,
    "aws:lambda/eventSourceMapping:EventSourceMapping": _create_event_source,
    "aws:lambda/function:Function": _create_function,
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": _put_invocations,
    "aws:lambda/permission:Permission": _add_permission,
    "aws:scheduler/schedule:Schedule": _create_schedule,
    "aws:scheduler/scheduleGroup:ScheduleGroup": _create_schedule_group,
    "aws:sns/topic:Topic": _create_topic,
    "aws:sns/topicSubscription:TopicSubscription": _subscribe,
    "aws:sqs/queue:Queue": _create_queue,
}
