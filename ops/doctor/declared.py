"""What the program declares against what is in AWS: what was deleted, or changed by hand."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from botocore.exceptions import ClientError

from contract.manifest import Declared, digest_policy
from contract.names import Output
from ops.doctor.service import DENIED, UP, Finding, Level, list_subscriptions, ok, problem
from ops.stack import Stack

Settings = Mapping[str, Any]
"""Under the names of AWS's API, as in the manifest. What reads one returns None where it is not there."""
AT_ONCE: Final = 16
"""Questions asked side by side: well below what AWS takes of one account."""
_SHOWN: Final = 60
"""Characters of a value; longer ones are no news to read."""
_GONE: Final = ("NotFound", "NoSuchEntity", "ResourceNotFound", "NonExistent", "DoesNotExist")


class DeployedStack:
    """Where a stack is."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.client = stack.client

    @cached_property
    def alarms(self) -> Mapping[str, Settings]:
        """Every alarm of the stack, by name, in the provider's words."""
        pages = self.client("cloudwatch").get_paginator("describe_alarms").paginate(
            AlarmNamePrefix=self.stack[Output.METRICS_NAMESPACE], AlarmTypes=["MetricAlarm", "CompositeAlarm"]
        )  # fmt: skip
        return {
            alarm["AlarmName"]: {**alarm, "OkActions": alarm.get("OKActions", [])}
            for page in pages
            for kind in ("MetricAlarms", "CompositeAlarms")
            for alarm in page.get(kind, [])
        }


def _read_alarm(account: DeployedStack, wanted: Settings) -> Settings | None:
    """One whose actions are off has none."""
    found = account.alarms.get(wanted.get("Name") or wanted["AlarmName"])
    if found is None:
        return None
    return found if found.get("ActionsEnabled", True) else {**found, "AlarmActions": [], "OkActions": []}


def _read_function(account: DeployedStack, wanted: Settings) -> Settings:
    client, name = account.client("lambda"), {"FunctionName": wanted["Name"]}
    limit = client.get_function_concurrency(**name).get("ReservedConcurrentExecutions")
    return {**client.get_function_configuration(**name), "ReservedConcurrentExecutions": limit}


def _read_permission(account: DeployedStack, wanted: Settings) -> Settings | None:
    policy = json.loads(account.client("lambda").get_policy(FunctionName=wanted["Function"])["Policy"])
    for statement in policy["Statement"]:
        sources = [arn for test in statement.get("Condition", {}).values() for arn in test.values()]
        if wanted["SourceArn"] in sources and statement["Principal"] == {"Service": wanted["Principal"]}:
            return {"Action": statement["Action"]}
    return None


def _read_mapping(account: DeployedStack, wanted: Settings) -> Settings | None:
    found = account.client("lambda").list_event_source_mappings(
        FunctionName=wanted["FunctionName"], EventSourceArn=wanted["EventSourceArn"]
    )["EventSourceMappings"]
    if not found:
        return None
    failed = found[0].get("DestinationConfig", {}).get("OnFailure", {})
    return {
        **found[0],
        "Enabled": found[0]["State"] not in {"Disabled", "Disabling"},
        "DestinationConfig": {"OnFailure": {"DestinationArn": failed.get("Destination")}},
    }


def _read_role(account: DeployedStack, wanted: Settings) -> Settings:
    client, name = account.client("iam"), {"RoleName": wanted["Name"]}
    role = client.get_role(**name)["Role"]
    inline = client.list_role_policies(**name)["PolicyNames"]
    attached = client.list_attached_role_policies(**name)["AttachedPolicies"]
    return {
        "AssumeRolePolicy": digest_policy(role["AssumeRolePolicyDocument"]),
        "Policies": [
            digest_policy(client.get_role_policy(**name, PolicyName=one)["PolicyDocument"]) for one in inline
        ],
        "AttachedPolicies": [one["PolicyArn"] for one in attached],
    }


def _read_log_group(account: DeployedStack, wanted: Settings) -> Settings | None:
    found = account.client("logs").describe_log_groups(logGroupNamePrefix=wanted["Name"])["logGroups"]
    for group in found:
        if group["logGroupName"] == wanted["Name"]:
            return {"RetentionInDays": group.get("retentionInDays")}
    return None


def _read_stage(account: DeployedStack, wanted: Settings) -> Settings:
    found = _get_stage(account, wanted)
    log = found.get("accessLogSettings") or {}
    return {
        "Deployment": found["deploymentId"],
        "AccessLogSettings": {"DestinationArn": log.get("destinationArn"), "Format": log.get("format")},
        "XrayTracingEnabled": found.get("tracingEnabled"),
    }


def _read_method(account: DeployedStack, wanted: Settings) -> Settings | None:
    found = _get_stage(account, wanted).get("methodSettings", {}).get(wanted["MethodPath"])
    return found and {"Settings": {name[0].upper() + name[1:]: value for name, value in found.items()}}


def _get_stage(account: DeployedStack, wanted: Settings) -> Settings:
    found: Settings = account.client("apigateway").get_stage(
        restApiId=wanted["RestApi"], stageName=wanted["StageName"]
    )
    return found


def _read_table(account: DeployedStack, wanted: Settings) -> Settings:
    client, name = account.client("dynamodb"), {"TableName": wanted["Name"]}
    table = client.describe_table(**name)["Table"]
    backups = client.describe_continuous_backups(**name)["ContinuousBackupsDescription"]
    recovery = backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus")
    expiry = client.describe_time_to_live(**name)["TimeToLiveDescription"]
    expires = expiry["TimeToLiveStatus"] in {"ENABLED", "ENABLING"}
    off = wanted["Ttl"] and {**wanted["Ttl"], "Enabled": False}
    encryption = table.get("SSEDescription", {})
    return {
        "BillingMode": table.get("BillingModeSummary", {}).get("BillingMode"),
        "DeletionProtectionEnabled": table.get("DeletionProtectionEnabled"),
        "GlobalSecondaryIndexes": [one["IndexName"] for one in table.get("GlobalSecondaryIndexes", ())],
        "PointInTimeRecovery": {"Enabled": recovery == "ENABLED"},
        "ServerSideEncryption": {
            "Enabled": encryption.get("Status") in {"ENABLED", "ENABLING", "UPDATING"},
            "KmsKeyArn": encryption.get("KMSMasterKeyArn"),
        },
        "StreamEnabled": table.get("StreamSpecification", {}).get("StreamEnabled"),
        # Off, it is as if there were none.
        "Ttl": {"AttributeName": expiry.get("AttributeName"), "Enabled": True} if expires else off,
    }


def _read_queue(account: DeployedStack, wanted: Settings) -> Settings:
    client = account.client("sqs")
    url = client.get_queue_url(QueueName=wanted["Name"])["QueueUrl"]
    found = client.get_queue_attributes(QueueUrl=url, AttributeNames=["MessageRetentionPeriod"])
    return {"MessageRetentionSeconds": int(found["Attributes"]["MessageRetentionPeriod"])}


def _read_subscription(account: DeployedStack, wanted: Settings) -> Settings | None:
    for one in list_subscriptions(account.stack, wanted["Topic"]):
        if (one["Protocol"], one["Endpoint"]) == (wanted["Protocol"], wanted["Endpoint"]):
            return wanted
    return None


def _read_firewall(account: DeployedStack, wanted: Settings) -> Settings | None:
    found = account.client("wafv2").get_web_acl_for_resource(ResourceArn=wanted["ResourceArn"])
    return {"WebAclArn": found["WebACL"]["ARN"]} if found.get("WebACL") else None


def _read_backup_plan(account: DeployedStack, wanted: Settings) -> Settings | None:
    pages = account.client("backup").get_paginator("list_backup_plans").paginate()
    plans = {one["BackupPlanName"] for page in pages for one in page["BackupPlansList"]}
    return {} if wanted["Name"] in plans else None


def _ask(
    service: str, operation: str, part: str = "", **asked: str
) -> Callable[[DeployedStack, Settings], Settings]:
    """A reader that asks one question.

    Args:
        service: of AWS.
        operation: of its client.
        part: of the answer; empty for all of it.
        **asked: by parameter, the setting that it has, or else the output.
    """

    def read(account: DeployedStack, wanted: Settings) -> Settings:
        given = {name: wanted.get(key) or account.stack[Output(key)] for name, key in asked.items()}
        found: Settings = getattr(account.client(service), operation)(**given)
        return found[part] if part else found

    return read


@dataclass(frozen=True)
class KindSpec:
    """How one kind of resource is named, and read."""

    word: str
    named_by: Sequence[str]
    """The settings that identify one; they are not compared."""
    read: Callable[[DeployedStack, Settings], Settings | None]


KINDS: Final[Mapping[str, KindSpec]] = {
    "CompositeAlarm": KindSpec("alarm", ["AlarmName"], _read_alarm),
    "Dashboard": KindSpec(
        "CloudWatch dashboard", ["DashboardName"],
        _ask("cloudwatch", "get_dashboard", DashboardName="DashboardName"),
    ),
    "EventSourceMapping": KindSpec("stream mapping of", ["FunctionName", "EventSourceArn"], _read_mapping),
    "Function": KindSpec("function", ["Name"], _read_function),
    "FunctionEventInvokeConfig": KindSpec(
        "retries of", ["FunctionName"],
        _ask("lambda", "get_function_event_invoke_config", FunctionName="FunctionName"),
    ),
    "IdentityPoolRoleAttachment": KindSpec(
        "roles of identity pool", ["IdentityPoolId"],
        _ask("cognito-identity", "get_identity_pool_roles", IdentityPoolId="IdentityPoolId"),
    ),
    "LogGroup": KindSpec("log group", ["Name"], _read_log_group),
    "MethodSettings": KindSpec("limits of route", ["MethodPath", "RestApi", "StageName"], _read_method),
    "MetricAlarm": KindSpec("alarm", ["Name"], _read_alarm),
    "Permission": KindSpec("invoke permission of", ["Function", "Principal", "SourceArn"], _read_permission),
    "Plan": KindSpec("backup plan", ["Name"], _read_backup_plan),
    "Queue": KindSpec("queue", ["Name"], _read_queue),
    "Role": KindSpec("role", ["Name"], _read_role),
    "Schedule": KindSpec(
        "schedule", ["Name", "GroupName"],
        _ask("scheduler", "get_schedule", GroupName="GroupName", Name="Name"),
    ),
    "Stage": KindSpec("stage", ["StageName", "RestApi"], _read_stage),
    "Table": KindSpec("table", ["Name"], _read_table),
    "TopicSubscription": KindSpec("subscription of", ["Endpoint", "Protocol", "Topic"], _read_subscription),
    "UserGroup": KindSpec(
        "group", ["Name", "UserPoolId"],
        _ask("cognito-idp", "get_group", "Group", UserPoolId="UserPoolId", GroupName="Name"),
    ),
    "UserPool": KindSpec(
        "user pool", ["Name"],
        _ask("cognito-idp", "describe_user_pool", "UserPool", UserPoolId=Output.USER_POOL_ID),
    ),
    "UserPoolClient": KindSpec(
        "app client", ["Name", "UserPoolId"],
        _ask(
            "cognito-idp", "describe_user_pool_client", "UserPoolClient",
            UserPoolId="UserPoolId", ClientId=Output.USER_POOL_CLIENT_ID,
        ),
    ),
    "WebAclAssociation": KindSpec("firewall of", ["ResourceArn"], _read_firewall),
}  # fmt: skip


def check_declared(stack: Stack) -> Iterator[Finding]:
    """Names all that was deleted, or changed by hand, of what the program declares."""
    declared = _merge_policies(stack.declared)
    account = DeployedStack(stack)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(lambda one: _compare(account, one), declared))
    yield from filter(None, dict.fromkeys(found))
    well = found.count(None)
    yield ok("declared", f"{well:,} of {len(declared):,} things that the program declares are as declared.")


def _merge_policies(declared: Sequence[Declared]) -> Sequence[Declared]:
    """With each role's policies in the role: so one too many is found as well."""
    merged = []
    for one in declared:
        if one.kind == "Role":
            of_role = [other for other in declared if other.settings.get("Role") == one.settings["Name"]]
            policies = {
                "Policies": [other.settings["Policy"] for other in of_role if other.kind == "RolePolicy"],
                "AttachedPolicies": [
                    other.settings["PolicyArn"] for other in of_role if other.kind == "RolePolicyAttachment"
                ],
            }
            merged.append(Declared(one.kind, {**one.settings, **policies}))
        elif one.kind not in {"RolePolicy", "RolePolicyAttachment"}:
            merged.append(one)
    return merged


def _compare(account: DeployedStack, declared: Declared) -> Finding | None:
    kind, wanted = KINDS[declared.kind], declared.settings
    check = f"{kind.word} {wanted[kind.named_by[0]]}"
    try:
        found = kind.read(account, wanted)
    except ClientError as error:
        code = error.response["Error"].get("Code", "")
        if code.startswith(DENIED):
            what = f"You are not allowed {error.operation_name}."
            return Finding(check=kind.word, level=Level.SKIPPED, what=what, see="docs/ops.md#doctor")
        if not any(gone in code for gone in _GONE):
            raise
        found = None
    if found is None:
        return problem(check, "Deleted: the program declares it, and it is not there.", UP)
    if "Alarm" in declared.kind:
        wanted, found = _gather_metrics(wanted), _gather_metrics(found)
    compared = {name: value for name, value in wanted.items() if name not in kind.named_by}
    if not found.get("Reads", True):
        # The emulator does not show what an alarm reads.
        del compared["Reads"]
    if changes := list(_find_changes("", compared, found)):
        return problem(check, f"Changed by hand: {'; '.join(changes)}.", UP)
    return None


_OF_METRIC: Final = {
    "Dimensions",
    "ExtendedStatistic",
    "MetricName",
    "MetricQueries",
    "Namespace",
    "Period",
    "Statistic",
}


def _gather_metrics(alarm: Settings) -> Settings:
    """With all that it reads as `Reads`: CloudWatch has one metric bare, or several among queries."""
    bare = {
        "Metric": alarm,
        "Period": alarm.get("Period"),
        "Stat": alarm.get("ExtendedStatistic") or alarm.get("Statistic"),
    }
    one_metric = [{"MetricStat": bare}] if alarm.get("MetricName") else []
    reads = []
    for query in alarm.get("MetricQueries") or alarm.get("Metrics") or one_metric:
        part: Settings = query.get("MetricStat") or query.get("Metric") or {}
        metric = part.get("Metric", part)
        dimensions = metric.get("Dimensions") or {}
        if not isinstance(dimensions, Mapping):
            dimensions = {one["Name"]: one["Value"] for one in dimensions}
        read = (
            query.get("Expression"),
            metric.get("MetricName"),
            dimensions,
            part.get("Period"),
            part.get("Stat"),
        )
        reads.append(json.dumps(read, sort_keys=True))
    return {**{name: value for name, value in alarm.items() if name not in _OF_METRIC}, "Reads": reads}


def _find_changes(name: str, wanted: Any, found: Any) -> Iterator[str]:
    """What is not as declared. What AWS has beside the declared keys of a map is its own business."""
    if isinstance(wanted, Mapping):
        for key, value in wanted.items():
            inner = found.get(key) if isinstance(found, Mapping) else None
            yield from _find_changes(f"{name}.{key}".lstrip("."), value, inner)
    elif isinstance(wanted, list):
        lacks, more = _count_missing(wanted, found or []), _count_missing(found or [], wanted)
        if lacks or more:
            yield f"{name} lacks {lacks} and has {more} that the program does not declare"
    elif _text_of(wanted) != _text_of(found):
        short = len(f"{wanted}{found}") <= _SHOWN
        yield f"{name} is {found}, declared {wanted}" if short else f"{name} is not as declared"


def _text_of(value: Any) -> str:
    """A value however AWS writes it: 100 may be 100.0, off absent, and a log group's ARN end with `:*`."""
    if value is None or value is False:
        return ""
    return str(float(value)) if isinstance(value, int | float) else str(value).removesuffix(":*")


def _count_missing(of: Collection[Any], among: Collection[Any]) -> int:
    return sum(one not in among for one in of)
