"""What the service tells of itself, and whom it wakes."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.alarms import AlarmSpec, MetricRef, Watched
from components.dashboard_body import dashboard_body


@dataclass(frozen=True, kw_only=True)
class MonitoringArgs:
    """What a stack decides about its monitoring."""

    prefix: str
    region: str
    watched: Watched
    alarms: Sequence[AlarmSpec]
    metrics_namespace: str
    email: str
    """Where alarms are mailed to; empty for nowhere."""


class Monitoring(pulumi.ComponentResource):
    """An SNS topic, the alarms that publish to it, and a CloudWatch dashboard.

    Exposes `alarm_topic_arn`, `alarms` by key, and `dashboard_name`.
    """

    def __init__(self, name: str, args: MonitoringArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("file-sla:monitoring:Monitoring", name, None, opts)
        self._name = name
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)

        self.topic = aws.sns.Topic(f"{name}-alarms", name=f"{args.prefix}-alarms", opts=self._child)
        if args.email:
            aws.sns.TopicSubscription(
                f"{name}-email",
                topic=self.topic.arn,
                protocol="email",
                endpoint=args.email,
                opts=self._child,
            )
        self.alarms = {spec.key: self._alarm(spec) for spec in args.alarms}
        self.dashboard = aws.cloudwatch.Dashboard(
            f"{name}-dashboard",
            dashboard_name=args.prefix,
            dashboard_body=dashboard_body(
                args.watched,
                args.metrics_namespace,
                args.region,
                [alarm.arn for alarm in self.alarms.values()],
            ),
            opts=self._child,
        )

        self.alarm_topic_arn: pulumi.Output[str] = self.topic.arn
        self.dashboard_name: pulumi.Output[str] = self.dashboard.dashboard_name
        self.register_outputs(
            {"alarm_topic_arn": self.alarm_topic_arn, "dashboard_name": self.dashboard_name}
        )

    def _alarm(self, spec: AlarmSpec) -> aws.cloudwatch.MetricAlarm:
        # A percentage is an expression over two metrics; all others read theirs directly.
        single = None if spec.per else spec.metric
        statistic = single.statistic if single else None
        is_percentile = statistic is not None and statistic.startswith("p")
        return aws.cloudwatch.MetricAlarm(
            f"{self._name}-{spec.key}",
            name=f"{self._args.prefix}-{spec.key}",
            alarm_description=spec.description,
            namespace=single.namespace if single else None,
            metric_name=single.name if single else None,
            dimensions=single.dimensions if single else None,
            statistic=None if is_percentile else statistic,
            extended_statistic=statistic if is_percentile else None,
            period=spec.period_seconds if single else None,
            metric_queries=_percentage(spec, spec.per) if spec.per else None,
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=spec.threshold,
            evaluation_periods=spec.evaluation_periods,
            datapoints_to_alarm=spec.datapoints_to_alarm,
            treat_missing_data=spec.missing_data,
            alarm_actions=[self.topic.arn],
            # The same people hear when it is over.
            ok_actions=[self.topic.arn],
            opts=self._child,
        )


def _percentage(spec: AlarmSpec, whole: MetricRef) -> list[aws.cloudwatch.MetricAlarmMetricQueryArgs]:
    return [
        _query("part", spec.metric, spec.period_seconds),
        _query("whole", whole, spec.period_seconds),
        aws.cloudwatch.MetricAlarmMetricQueryArgs(
            id="percentage",
            expression=f"IF(whole >= {max(spec.at_least, 1)}, 100 * part / whole, 0)",
            label="percent",
            return_data=True,
        ),
    ]


def _query(query_id: str, metric: MetricRef, period: int) -> aws.cloudwatch.MetricAlarmMetricQueryArgs:
    return aws.cloudwatch.MetricAlarmMetricQueryArgs(
        id=query_id,
        return_data=False,
        metric=aws.cloudwatch.MetricAlarmMetricQueryMetricArgs(
            namespace=metric.namespace,
            metric_name=metric.name,
            dimensions=metric.dimensions,
            stat=metric.statistic,
            period=period,
        ),
    )
