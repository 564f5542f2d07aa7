"""The alarms, the topic they notify, and the CloudWatch dashboard."""

from collections.abc import Sequence
from typing import Any, Final

import pulumi
import pulumi_aws as aws

from components.encryption import Base
from components.monitoring.alarms import AlarmSpec, build_alarm_specs
from components.monitoring.dashboard import build_dashboard_body
from components.monitoring.metrics import MetricRef, StackMetrics
from contract import names
from contract.names import ALARM_SEPARATOR, RunbookSection

UNHEALTHY: Final = "unhealthy"
"""The key of the composite alarm."""


class Monitoring(pulumi.ComponentResource):
    """An SNS topic, the alarms that publish to it, and a CloudWatch dashboard.

    Beside the alarms of `alarms.py` there is a composite one, which is on while any alarm is on that makes
    the service unhealthy.

    Exposes `alarm_topic_arn`, `alarms` by key, `unhealthy` and `dashboard_name`.
    """

    def __init__(
        self,
        name: str,
        base: Base,
        access_log_name: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("file-sla:monitoring:Monitoring", name, None, opts)
        self._name = name
        self._settings = settings = base.settings
        metrics = StackMetrics(settings)
        specs = build_alarm_specs(metrics, settings)
        self._child = pulumi.ResourceOptions(parent=self)

        self.topic = aws.sns.Topic(
            f"{name}-alarms",
            name=f"{settings.prefix}-alarms",
            # Without a key it is not encrypted: alarms cannot publish under AWS's own.
            kms_master_key_id=base.key,
            opts=self._child,
        )
        if settings.alarm_email:
            aws.sns.TopicSubscription(
                f"{name}-email",
                topic=self.topic.arn,
                protocol="email",
                endpoint=settings.alarm_email,
                opts=self._child,
            )
        self.alarms = {spec.key: self._alarm(spec) for spec in specs}
        self.unhealthy = self._composite(specs)
        self.dashboard = aws.cloudwatch.Dashboard(
            f"{name}-dashboard",
            # CloudWatch dashboards are global: one namespace for all regions of an account.
            dashboard_name=f"{settings.prefix}-{settings.region}",
            dashboard_body=build_dashboard_body(
                metrics,
                settings.region,
                access_log_name,
                [self.unhealthy.arn, *(alarm.arn for alarm in self.alarms.values())],
            ),
            opts=self._child,
        )

        self.alarm_topic_arn: pulumi.Output[str] = self.topic.arn
        self.dashboard_name: pulumi.Output[str] = self.dashboard.dashboard_name
        self.register_outputs(
            {"alarm_topic_arn": self.alarm_topic_arn, "dashboard_name": self.dashboard_name}
        )

    def _alarm(self, spec: AlarmSpec) -> aws.cloudwatch.MetricAlarm:
        # An alarm reads an expression over metrics, or its metric directly.
        queries, metric = _queries(spec), spec.metric
        kind = "extended_statistic" if metric.statistic.startswith("p") else "statistic"
        bare: dict[str, Any] = {
            "namespace": metric.namespace,
            "metric_name": metric.name,
            "dimensions": metric.dimensions,
            "period": spec.period_seconds,
            kind: metric.statistic,
        }
        return aws.cloudwatch.MetricAlarm(
            f"{self._name}-{spec.key}",
            name=f"{self._settings.prefix}{ALARM_SEPARATOR}{spec.key}",
            alarm_description=self._describe(spec.meaning, spec.section),
            metric_queries=queries or None,
            **({} if queries else bare),
            comparison_operator=spec.comparison,
            threshold=spec.threshold,
            evaluation_periods=spec.evaluation_periods,
            datapoints_to_alarm=spec.datapoints_to_alarm,
            treat_missing_data=spec.missing_data,
            alarm_actions=[self.topic.arn],
            # The same people are notified when it ends.
            ok_actions=[self.topic.arn],
            opts=self._child,
        )

    def _composite(self, specs: Sequence[AlarmSpec]) -> aws.cloudwatch.CompositeAlarm:
        names = [self.alarms[spec.key].name for spec in specs if spec.unhealthy]
        return aws.cloudwatch.CompositeAlarm(
            f"{self._name}-{UNHEALTHY}",
            alarm_name=f"{self._settings.prefix}{ALARM_SEPARATOR}{UNHEALTHY}",
            alarm_description=self._describe(
                "The service does not work as it should. The other alarms that are on say what is wrong; "
                "begin with the one that came first.",
                RunbookSection.UNHEALTHY,
            ),
            alarm_rule=pulumi.Output.all(*names).apply(
                lambda known: " OR ".join(f'ALARM("{name}")' for name in known)
            ),
            alarm_actions=[self.topic.arn],
            ok_actions=[self.topic.arn],
            opts=self._child,
        )

    def _describe(self, meaning: str, section: RunbookSection) -> str:
        return f"{meaning} {names.RUNBOOK_LABEL}{self._settings.docs_url}/{names.RUNBOOK_FILE}#{section}"


def _queries(spec: AlarmSpec) -> list[aws.cloudwatch.MetricAlarmMetricQueryArgs]:
    """The expression of the alarm's value, and its metrics; empty for a bare metric."""
    if spec.per:
        at_least = max(spec.at_least, 1)
        return [
            _query("part", spec.metric, spec.period_seconds),
            _query("whole", spec.per, spec.period_seconds),
            _result("percentage", f"IF(whole >= {at_least}, 100 * part / whole, 0)"),
        ]
    if spec.counts_absence:
        return [_query("published", spec.metric, spec.period_seconds), _result("count", "FILL(published, 0)")]
    return []


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


def _result(query_id: str, expression: str) -> aws.cloudwatch.MetricAlarmMetricQueryArgs:
    return aws.cloudwatch.MetricAlarmMetricQueryArgs(
        id=query_id, expression=expression, label=query_id, return_data=True
    )
