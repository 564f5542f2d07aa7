"""What the program declares against what is in AWS: what was deleted, or changed by hand."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import ClientError

from contract.manifest import Declared, digest_policy
from contract.names import Output
from ops.doctor.service import UP, Finding, denied, list_subscriptions, ok, problem, read_queue
from ops.stack import Stack
from store.dynamodb import error_code

Settings = Mapping[str, Any]
"""Under the names of AWS's API, as in the manifest. What reads one returns None where it is not there."""
AT_ONCE: Final = 16
"""Questions asked side by side: well below what AWS takes of one account."""
_SHOWN: Final = 60
"""Characters of a value; longer ones are no news to read."""
_GONE: Final = ("NotFound", "NoSuchEntity", "ResourceNotFound", "NonExistent", "DoesNotExist")


def _ask(question: str, *same: str, part: str = "", **asked: str) -> Callable[[Stack, Settings], Settings]:
    """A reader that asks one question.

    Args:
        question: a service and an operation of its client.
        *same: the parameters that are called as the settings are.
        part: of the answer; empty for all of it.
        **asked: by another parameter, the setting that it has, or else the output.
    """
    service, operation = question.split(".")

    def read(stack: Stack, wanted: Settings) -> Settings:
        names = {**{name: name for name in same}, **asked}
        given = {name: wanted.get(key) or stack[Output(key)] for name, key in names.items()}
        found: Settings = getattr(stack.client(service), operation)(**given)
        return found[part] if part else found

    return read


def _read_alarm(stack: Stack, wanted: Settings) -> Settings | None:
    """One whose actions are off has none."""
    found = stack.alarms.get(wanted.get("Name") or wanted["AlarmName"])
    if found is None:
        return None
    off: Settings = {} if found.get("ActionsEnabled", True) else {"AlarmActions": [], "OkActions": []}
    return {**found, "OkActions": found.get("OKActions", []), **off}


def _read_function(stack: Stack, wanted: Settings) -> Settings:
    client, name = stack.client("lambda"), {"FunctionName": wanted["Name"]}
    limit = client.get_function_concurrency(**name).get("ReservedConcurrentExecutions")
    return {**client.get_function_configuration(**name), "ReservedConcurrentExecutions": limit}


def _read_permission(stack: Stack, wanted: Settings) -> Settings | None:
    policy = json.loads(stack.client("lambda").get_policy(FunctionName=wanted["Function"])["Policy"])
    for statement in policy["Statement"]:
        sources = [arn for test in statement.get("Condition", {}).values() for arn in test.values()]
        if wanted["SourceArn"] in sources and statement["Principal"] == {"Service": wanted["Principal"]}:
            return {"Action": statement["Action"]}
    return None


def _read_mapping(stack: Stack, wanted: Settings) -> Settings | None:
    found = stack.client("lambda").list_event_source_mappings(
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


def _read_role(stack: Stack, wanted: Settings) -> Settings:
    client, name = stack.client("iam"), {"RoleName": wanted["Name"]}
    inline = [
        client.get_role_policy(**name, PolicyName=one)["PolicyDocument"]
        for one in client.list_role_policies(**name)["PolicyNames"]
    ]
    attached = client.list_attached_role_policies(**name)["AttachedPolicies"]
    return {
        "AssumeRolePolicy": digest_policy(client.get_role(**name)["Role"]["AssumeRolePolicyDocument"]),
        "Policies": list(map(digest_policy, inline)),
        "AttachedPolicies": [one["PolicyArn"] for one in attached],
    }


def _read_log_group(stack: Stack, wanted: Settings) -> Settings | None:
    found = stack.client("logs").describe_log_groups(logGroupNamePrefix=wanted["Name"])["logGroups"]
    same = [group for group in found if group["logGroupName"] == wanted["Name"]]
    return {"RetentionInDays": same[0].get("retentionInDays")} if same else None


_get_stage: Final = _ask("apigateway.get_stage", restApiId="RestApi", stageName="StageName")


def _read_stage(stack: Stack, wanted: Settings) -> Settings:
    found = _get_stage(stack, wanted)
    log = found.get("accessLogSettings") or {}
    return {
        "Deployment": found["deploymentId"],
        "AccessLogSettings": {"DestinationArn": log.get("destinationArn"), "Format": log.get("format")},
        "XrayTracingEnabled": found.get("tracingEnabled"),
    }


def _read_method(stack: Stack, wanted: Settings) -> Settings | None:
    found = _get_stage(stack, wanted).get("methodSettings", {}).get(wanted["MethodPath"])
    return found and {"Settings": {name[0].upper() + name[1:]: value for name, value in found.items()}}


def _read_table(stack: Stack, wanted: Settings) -> Settings:
    client, name = stack.client("dynamodb"), {"TableName": wanted["Name"]}
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


def _read_queue(stack: Stack, wanted: Settings) -> Settings:
    seconds = read_queue(stack, wanted["Name"], "MessageRetentionPeriod")["MessageRetentionPeriod"]
    return {"MessageRetentionSeconds": int(seconds)}


def _read_subscription(stack: Stack, wanted: Settings) -> Settings | None:
    there = {(one["Protocol"], one["Endpoint"]) for one in list_subscriptions(stack, wanted["Topic"])}
    return wanted if (wanted["Protocol"], wanted["Endpoint"]) in there else None


def _read_firewall(stack: Stack, wanted: Settings) -> Settings | None:
    found = stack.client("wafv2").get_web_acl_for_resource(ResourceArn=wanted["ResourceArn"])
    return {"WebAclArn": found["WebACL"]["ARN"]} if found.get("WebACL") else None


def _read_backup_plan(stack: Stack, wanted: Settings) -> Settings | None:
    pages = stack.client("backup").get_paginator("list_backup_plans").paginate()
    plans = {one["BackupPlanName"] for page in pages for one in page["BackupPlansList"]}
    return {} if wanted["Name"] in plans else None


@dataclass(frozen=True)
class KindSpec:
    """How one kind of resource is named, and read."""

    word: str
    named_by: Sequence[str]
    """The settings that identify one; they are not compared."""
    read: Callable[[Stack, Settings], Settings | None]


_ROLES, _CLIENT = "cognito-identity.get_identity_pool_roles", "cognito-idp.describe_user_pool_client"
KINDS: Final[Mapping[str, KindSpec]] = {
    "CompositeAlarm": KindSpec("alarm", ["AlarmName"], _read_alarm),
    "Dashboard": KindSpec(
        "CloudWatch dashboard", ["DashboardName"], _ask("cloudwatch.get_dashboard", "DashboardName")
    ),
    "EventSourceMapping": KindSpec("stream mapping of", ["FunctionName", "EventSourceArn"], _read_mapping),
    "Function": KindSpec("function", ["Name"], _read_function),
    "FunctionEventInvokeConfig": KindSpec(
        "retries of", ["FunctionName"], _ask("lambda.get_function_event_invoke_config", "FunctionName")
    ),
    "IdentityPoolRoleAttachment": KindSpec(
        "roles of identity pool", ["IdentityPoolId"], _ask(_ROLES, "IdentityPoolId")
    ),
    "LogGroup": KindSpec("log group", ["Name"], _read_log_group),
    "MethodSettings": KindSpec("limits of route", ["MethodPath", "RestApi", "StageName"], _read_method),
    "MetricAlarm": KindSpec("alarm", ["Name"], _read_alarm),
    "Permission": KindSpec("invoke permission of", ["Function", "Principal", "SourceArn"], _read_permission),
    "Plan": KindSpec("backup plan", ["Name"], _read_backup_plan),
    "Queue": KindSpec("queue", ["Name"], _read_queue),
    "Role": KindSpec("role", ["Name"], _read_role),
    "Schedule": KindSpec(
        "schedule", ["Name", "GroupName"], _ask("scheduler.get_schedule", "Name", "GroupName")
    ),
    "Stage": KindSpec("stage", ["StageName", "RestApi"], _read_stage),
    "Table": KindSpec("table", ["Name"], _read_table),
    "TopicSubscription": KindSpec("subscription of", ["Endpoint", "Protocol", "Topic"], _read_subscription),
    "UserGroup": KindSpec(
        "group", ["Name", "UserPoolId"],
        _ask("cognito-idp.get_group", "UserPoolId", part="Group", GroupName="Name"),
    ),
    "UserPool": KindSpec(
        "user pool", ["Name"],
        _ask("cognito-idp.describe_user_pool", part="UserPool", UserPoolId=Output.USER_POOL_ID),
    ),
    "UserPoolClient": KindSpec(
        "app client", ["Name", "UserPoolId"],
        _ask(_CLIENT, "UserPoolId", part="UserPoolClient", ClientId=Output.USER_POOL_CLIENT_ID),
    ),
    "WebAclAssociation": KindSpec("firewall of", ["ResourceArn"], _read_firewall),
}  # fmt: skip


def check_declared(stack: Stack) -> Iterator[Finding]:
    """Names all that was deleted, or changed by hand, of what the program declares."""
    declared = list(_merge_policies(stack.declared))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(lambda one: _compare(stack, one), declared))
    yield from filter(None, dict.fromkeys(found))
    well = found.count(None)
    yield ok("declared", f"{well:,} of {len(declared):,} things that the program declares are as declared.")


def _merge_policies(declared: Sequence[Declared]) -> Iterator[Declared]:
    """With each role's policies in the role: so one too many is found as well."""
    for one in declared:
        if one.kind == "Role":
            name = one.settings["Name"]
            its = [(two.kind, two.settings) for two in declared if two.settings.get("Role") == name]
            policies = {
                "Policies": [has["Policy"] for kind, has in its if kind == "RolePolicy"],
                "AttachedPolicies": [has["PolicyArn"] for kind, has in its if kind == "RolePolicyAttachment"],
            }
            yield Declared(one.kind, {**one.settings, **policies})
        elif one.kind not in {"RolePolicy", "RolePolicyAttachment"}:
            yield one


def _compare(stack: Stack, declared: Declared) -> Finding | None:
    kind, wanted = KINDS[declared.kind], declared.settings
    check = f"{kind.word} {wanted[kind.named_by[0]]}"
    try:
        found = kind.read(stack, wanted)
    except ClientError as error:
        if skipped := denied(kind.word, error):
            return skipped
        if not any(gone in error_code(error) for gone in _GONE):
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
    "Dimensions", "ExtendedStatistic", "MetricName", "MetricQueries", "Namespace", "Period", "Statistic",
}  # fmt: skip


def _gather_metrics(alarm: Settings) -> Settings:
    """With all that it reads as `Reads`: CloudWatch has one metric bare, or several among queries."""
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic")
    bare = {"Metric": alarm, "Period": alarm.get("Period"), "Stat": statistic}
    one_metric = [{"MetricStat": bare}] if alarm.get("MetricName") else []
    reads = []
    for query in alarm.get("MetricQueries") or alarm.get("Metrics") or one_metric:
        part: Settings = query.get("MetricStat") or query.get("Metric") or {}
        metric = part.get("Metric", part)
        dimensions = metric.get("Dimensions") or {}
        if not isinstance(dimensions, Mapping):
            dimensions = {one["Name"]: one["Value"] for one in dimensions}
        what = (query.get("Expression"), metric.get("MetricName"), dimensions)
        reads.append(json.dumps((*what, part.get("Period"), part.get("Stat")), sort_keys=True))
    return {**{name: value for name, value in alarm.items() if name not in _OF_METRIC}, "Reads": reads}


def _find_changes(name: str, wanted: Any, found: Any) -> Iterator[str]:
    """What is not as declared. What AWS has beside the declared keys of a map is its own business."""
    if isinstance(wanted, Mapping):
        for key, value in wanted.items():
            inner = found.get(key) if isinstance(found, Mapping) else None
            yield from _find_changes(f"{name}.{key}".lstrip("."), value, inner)
    elif isinstance(wanted, list):
        there = found or []
        lacks, more = sum(one not in there for one in wanted), sum(one not in wanted for one in there)
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
