"""What a stack declares, recorded as it is declared, for the doctor to compare AWS with."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pulumi
from pydantic.alias_generators import to_pascal

from contract.manifest import Declared, digest_policy, write_manifest

_ALARM: Final = (
    "alarm_actions", "comparison_operator", "datapoints_to_alarm", "dimensions", "evaluation_periods",
    "extended_statistic", "metric_name", "metric_queries", "namespace", "ok_actions", "period", "statistic",
    "threshold", "treat_missing_data",
)  # fmt: skip
WATCHED: Final[Mapping[str, Sequence[str]]] = {
    "aws:apigateway/methodSettings:MethodSettings": ("rest_api", "stage_name", "method_path", "settings"),
    "aws:apigateway/stage:Stage": (
        "rest_api", "stage_name", "deployment", "access_log_settings", "xray_tracing_enabled",
    ),
    "aws:backup/plan:Plan": ("name",),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": (
        "alarm_name", "alarm_actions", "alarm_rule", "ok_actions",
    ),
    "aws:cloudwatch/dashboard:Dashboard": ("dashboard_name",),
    "aws:cloudwatch/logGroup:LogGroup": ("name", "retention_in_days"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": ("name", *_ALARM),
    "aws:cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment": ("identity_pool_id", "roles"),
    "aws:cognito/userGroup:UserGroup": ("user_pool_id", "name", "role_arn"),
    "aws:cognito/userPool:UserPool": ("name", "deletion_protection", "mfa_configuration"),
    "aws:cognito/userPoolClient:UserPoolClient": (
        "user_pool_id", "name", "explicit_auth_flows", "id_token_validity", "refresh_token_validity",
    ),
    "aws:dynamodb/table:Table": (
        "name", "billing_mode", "deletion_protection_enabled", "global_secondary_indexes",
        "point_in_time_recovery", "server_side_encryption", "stream_enabled", "ttl",
    ),
    "aws:iam/role:Role": ("name", "assume_role_policy"),
    "aws:iam/rolePolicy:RolePolicy": ("role", "policy"),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ("role", "policy_arn"),
    "aws:lambda/eventSourceMapping:EventSourceMapping": (
        "function_name", "event_source_arn", "batch_size", "bisect_batch_on_function_error",
        "destination_config", "enabled", "maximum_batching_window_in_seconds",
        "maximum_record_age_in_seconds", "maximum_retry_attempts", "parallelization_factor",
    ),
    "aws:lambda/function:Function": (
        "name", "environment", "handler", "memory_size", "reserved_concurrent_executions", "role", "runtime",
        "timeout", "tracing_config",
    ),
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": (
        "function_name", "maximum_event_age_in_seconds", "maximum_retry_attempts",
    ),
    "aws:lambda/permission:Permission": ("function", "action", "principal", "source_arn"),
    "aws:scheduler/schedule:Schedule": ("group_name", "name", "schedule_expression", "state", "target"),
    "aws:sns/topicSubscription:TopicSubscription": ("topic", "protocol", "endpoint"),
    "aws:sqs/queue:Queue": ("name", "message_retention_seconds"),
    "aws:wafv2/webAclAssociation:WebAclAssociation": ("resource_arn", "web_acl_arn"),
}  # fmt: skip
"""What of each type somebody may delete or change by hand, and the service or its owners would miss."""
_POLICIES: Final = ("assume_role_policy", "policy")


class Manifest:
    """The watched resources of a program, in the order in which it declares them."""

    def __init__(self) -> None:
        self._recorded: list[pulumi.ResourceTransformationArgs] = []

    def record(self, args: pulumi.ResourceTransformationArgs) -> None:
        """Takes note of a resource before it is registered, and changes nothing of it."""
        if args.type_ in WATCHED:
            self._recorded.append(args)

    def to_output(self) -> pulumi.Output[str]:
        """All that was declared until now, as text."""
        return pulumi.Output.all(*map(_describe, self._recorded)).apply(write_manifest)


def _describe(args: pulumi.ResourceTransformationArgs) -> pulumi.Output[Declared]:
    given = {name: args.props.get(name) for name in WATCHED[args.type_]}
    if "name" in given and given["name"] is None:
        # Pulumi names it.
        given["name"] = getattr(args.resource, "name")  # noqa: B009 - not every resource has one
    kind = args.type_.rpartition(":")[2]
    return pulumi.Output.from_input(given).apply(lambda known: Declared(kind, _shorten(known)))


def _shorten(known: Mapping[str, Any]) -> Mapping[str, Any]:
    """Policies as digests, and indexes by their names."""
    settings = {}
    for name, value in known.items():
        if name in _POLICIES:
            value = digest_policy(value)
        elif name == "global_secondary_indexes":
            value = sorted(index.name for index in value or ())
        settings[to_pascal(name)] = _plain(value)
    return settings


def _plain(value: Any) -> Any:
    """A property under the names of AWS's API. The keys of a map, such as those of variables, are its own."""
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    if hasattr(value, "__dict__") and not isinstance(value, str):
        return {to_pascal(key): _plain(entry) for key, entry in vars(value).items()}
    return value
