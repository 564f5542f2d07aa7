"""CloudWatch log groups, alarms and dashboards."""

from typing import Any

from local.provider.resource import Aws, Created, Existing, Inputs, Lifecycle, given, pick

METRIC_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"


def _create_log_group(aws: Aws, name: str, inputs: Inputs) -> Created:
    group = inputs.get("name", name)
    aws.client("logs").create_log_group(logGroupName=group, **given(inputs, kmsKeyId="kmsKeyId"))
    _set_retention(aws, group, inputs)
    return Created(group, {"name": group, "arn": aws.arn("logs", f"log-group:{group}")})


def _set_retention(aws: Aws, group: str, inputs: Inputs) -> None:
    client = aws.client("logs")
    if days := inputs.get("retentionInDays"):
        client.put_retention_policy(logGroupName=group, retentionInDays=days)
    else:
        client.delete_retention_policy(logGroupName=group)


def _update_log_group(aws: Aws, group: Existing, inputs: Inputs) -> None:
    _set_retention(aws, group.id, inputs)
    client, key = aws.client("logs"), inputs.get("kmsKeyId")
    if key == group.state.get("kmsKeyId"):
        return
    if key:
        client.associate_kms_key(logGroupName=group.id, kmsKeyId=key)
    else:
        client.disassociate_kms_key(logGroupName=group.id)


def _delete_log_group(aws: Aws, group: Existing) -> None:
    aws.client("logs").delete_log_group(logGroupName=group.id)


def _put_metric_alarm(aws: Aws, name: str, inputs: Inputs) -> Created:
    request = metric_alarm_request(name, inputs)
    aws.client("cloudwatch").put_metric_alarm(**request)
    return _alarm(aws, request["AlarmName"])


def metric_alarm_request(name: str, inputs: Inputs) -> dict[str, Any]:
    """The arguments of PutMetricAlarm, with what the alarm watches always as `Metrics`.

    AWS takes one metric in that form as well as bare. The emulator evaluates bare ones, but without
    regard to dimensions, periods and missing data; `local.metrics.alarms` evaluates them all.
    """
    return {
        "AlarmName": inputs.get("name", name),
        "Metrics": [_query(query) for query in inputs.get("metricQueries") or [_bare(inputs)]],
        "OKActions": inputs.get("okActions", []),
        **pick(
            inputs,
            "alarmDescription",
            "comparisonOperator",
            "threshold",
            "treatMissingData",
            "alarmActions",
            "datapointsToAlarm",
            "evaluationPeriods",
        ),
    }


def _bare(inputs: Inputs) -> dict[str, Any]:
    names = ("namespace", "metricName", "dimensions", "period")
    metric = {name: inputs[name] for name in names if name in inputs}
    stat = inputs.get("extendedStatistic") or inputs["statistic"]
    return {"id": "value", "metric": {**metric, "stat": stat}, "returnData": True}


def _put_composite_alarm(aws: Aws, _name: str, inputs: Inputs) -> Created:
    aws.client("cloudwatch").put_composite_alarm(
        OKActions=inputs.get("okActions", []),
        **pick(inputs, "alarmName", "alarmDescription", "alarmRule", "alarmActions"),
    )
    return _alarm(aws, inputs["alarmName"])


def _alarm(aws: Aws, name: str) -> Created:
    return Created(name, {"name": name, "arn": aws.arn("cloudwatch", f"alarm:{name}")})


def _delete_alarm(aws: Aws, alarm: Existing) -> None:
    aws.client("cloudwatch").delete_alarms(AlarmNames=[alarm.id])


def _dimensions(inputs: Inputs) -> list[dict[str, str]]:
    return [{"Name": key, "Value": value} for key, value in inputs.get("dimensions", {}).items()]


def _query(inputs: Inputs) -> dict[str, Any]:
    query = pick(inputs, "id", "expression", "label", "returnData")
    if metric := inputs.get("metric"):
        query["MetricStat"] = {
            "Metric": {
                "Namespace": metric["namespace"],
                "MetricName": metric["metricName"],
                "Dimensions": _dimensions(metric),
            },
            "Period": metric["period"],
            "Stat": metric["stat"],
        }
    return query


def _put_dashboard(aws: Aws, _name: str, inputs: Inputs) -> Created:
    name = inputs["dashboardName"]
    aws.client("cloudwatch").put_dashboard(DashboardName=name, DashboardBody=inputs["dashboardBody"])
    arn = f"arn:aws:cloudwatch::{aws.account_id}:dashboard/{name}"
    return Created(name, {"dashboardArn": arn})


def _delete_dashboard(aws: Aws, dashboard: Existing) -> None:
    aws.client("cloudwatch").delete_dashboards(DashboardNames=[dashboard.id])


LIFECYCLES = {
    "aws:cloudwatch/logGroup:LogGroup": Lifecycle(
        _create_log_group,
        _delete_log_group,
        _update_log_group,
        replace_on=frozenset({"name", "namePrefix", "logGroupClass"}),
    ),
    METRIC_ALARM: Lifecycle.put(_put_metric_alarm, _delete_alarm, "name"),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": Lifecycle.put(
        _put_composite_alarm, _delete_alarm, "alarmName"
    ),
    "aws:cloudwatch/dashboard:Dashboard": Lifecycle.put(_put_dashboard, _delete_dashboard, "dashboardName"),
}
