"""CloudWatch log groups, alarms and dashboards."""

from typing import Any

from local.provider.resource import Aws, Created, Creator, Inputs, pick


def _log_group(aws: Aws, name: str, inputs: Inputs) -> Created:
    client = aws.client("logs")
    group = inputs.get("name", name)
    client.create_log_group(logGroupName=group)
    if days := inputs.get("retentionInDays"):
        client.put_retention_policy(logGroupName=group, retentionInDays=days)
    return Created(group, {"name": group, "arn": aws.arn("logs", f"log-group:{group}")})


def _metric_alarm(aws: Aws, name: str, inputs: Inputs) -> Created:
    alarm_name = inputs.get("name", name)
    metric = {"Dimensions": _dimensions(inputs)} if "metricName" in inputs else {}
    queries = (
        {"Metrics": [_query(query) for query in inputs["metricQueries"]]} if "metricQueries" in inputs else {}
    )
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName=alarm_name,
        **pick(
            inputs,
            "alarmDescription",
            "namespace",
            "metricName",
            "statistic",
            "extendedStatistic",
            "comparisonOperator",
            "threshold",
            "treatMissingData",
            "alarmActions",
            "datapointsToAlarm",
            "evaluationPeriods",
            "period",
        ),
        OKActions=inputs.get("okActions", []),
        **metric,
        **queries,
    )
    return Created(alarm_name, {"name": alarm_name, "arn": aws.arn("cloudwatch", f"alarm:{alarm_name}")})


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


def _dashboard(aws: Aws, _name: str, inputs: Inputs) -> Created:
    name = inputs["dashboardName"]
    aws.client("cloudwatch").put_dashboard(DashboardName=name, DashboardBody=inputs["dashboardBody"])
    arn = f"arn:aws:cloudwatch::{aws.account_id}:dashboard/{name}"
    return Created(name, {"dashboardArn": arn})


CREATORS: dict[str, Creator] = {
    "aws:cloudwatch/logGroup:LogGroup": _log_group,
    "aws:cloudwatch/metricAlarm:MetricAlarm": _metric_alarm,
    "aws:cloudwatch/dashboard:Dashboard": _dashboard,
}
