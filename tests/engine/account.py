"""All that is in an account, as its services describe it."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from local.provider import Aws
from store.incidents import IncidentAttribute
from store.senders import SenderAttribute

_PASSING: Final = frozenset(
    {
        "AlarmConfigurationUpdatedTimestamp",
        "CodeSha256",
        "CreateDate",
        "CreationDate",
        "EstimatedNumberOfUsers",
        "ItemCount",
        "LastAccessedDate",
        "LastChangedDate",
        "LastModified",
        "LastModificationDate",
        "LastModifiedDate",
        "LatestRestorableDateTime",
        "EarliestRestorableDateTime",
        "LockToken",
        "ResponseMetadata",
        "RevisionId",
        "RoleId",
        "RoleLastUsed",
        "TableSizeBytes",
        "deploymentId",
        "lastUpdatedDate",
        "storedBytes",
    }
)
"""What changes by itself, or with every deployment."""

_MADE: Final = re.compile(r"(?<=-)[0-9a-f]{7}(?=/|$)|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

_OF_A_SOURCE: Final = frozenset({"EventSourceMappingArn", "LastProcessingResult", "UUID"})
"""What a source bears anew each time that it is made, and how its last batch went."""
_OF_A_QUEUE: Final = frozenset({"CreatedTimestamp", "LastModifiedTimestamp"})

Account = Mapping[str, Any]


def account(aws: Aws) -> Account:
    """Every resource of the account's, by kind and name, without what changes by itself."""
    found = {
        "alarms": _alarms(aws),
        "api account": aws.client("apigateway").get_account().get("cloudwatchRoleArn", ""),
        "apis": _apis(aws),
        "backup plans": _backup_plans(aws),
        "backup vaults": _named(
            aws.client("backup").list_backup_vaults()["BackupVaultList"], "BackupVaultName"
        ),
        "certificates": _certificates(aws),
        "dashboards": _dashboards(aws),
        "domain names": _domain_names(aws),
        "event sources": _event_sources(aws),
        "functions": _functions(aws),
        "identity pools": _identity_pools(aws),
        "keys": _keys(aws),
        "log groups": _named(aws.client("logs").describe_log_groups()["logGroups"], "logGroupName"),
        "queues": _queues(aws),
        "roles": _roles(aws),
        "schedules": _schedules(aws),
        "secrets": _secrets(aws),
        "subscriptions": aws.client("sns").list_subscriptions()["Subscriptions"],
        "tables": _tables(aws),
        "topics": _topics(aws),
        "user pools": _user_pools(aws),
        "web acls": _web_acls(aws),
        "zones": _zones(aws),
    }
    plain: Account = json.loads(json.dumps(_lasting(found), default=str))
    return plain


def differences(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """Where two accounts are not alike, one line each."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted(before.keys() | after.keys()):
            yield from differences(before.get(key), after.get(key), f"{path}/{key}")
    elif before != after:
        yield f"{path}: {before!r} became {after!r}"


def changes(before: Account, after: Account) -> set[str]:
    """The paths under which two accounts are not alike, with stars for ids and what makes a name unique."""
    paths = {line.split(": ")[0] for line in differences(before, after)}
    return {_MADE.sub("*", path) for path in paths}


def _lasting(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _lasting(entry) for key, entry in value.items() if key not in _PASSING}
    return [_lasting(entry) for entry in value] if isinstance(value, list) else value


def _named(described: list[dict[str, Any]], key: str) -> dict[str, Any]:
    return {one[key]: one for one in described}


def _alarms(aws: Aws) -> dict[str, Any]:
    pages = aws.client("cloudwatch").get_paginator("describe_alarms")
    found = pages.paginate(AlarmTypes=["MetricAlarm", "CompositeAlarm"]).build_full_result()
    described = _named([*found["MetricAlarms"], *found["CompositeAlarms"]], "AlarmName")
    return {
        name: {key: value for key, value in alarm.items() if not key.startswith("State")}
        for name, alarm in described.items()
    }


def _apis(aws: Aws) -> dict[str, Any]:
    client = aws.client("apigateway")
    apis = {}
    for api in client.get_rest_apis()["items"]:
        key = {"restApiId": api["id"]}
        apis[api["name"]] = api | {
            "authorizers": _named(client.get_authorizers(**key)["items"], "name"),
            "models": _named(client.get_models(**key)["items"], "name"),
            "resources": _named(client.get_resources(**key, embed=["methods"])["items"], "path"),
            "responses": _named(client.get_gateway_responses(**key)["items"], "responseType"),
            "stages": _named(client.get_stages(**key)["item"], "stageName"),
            "validators": _named(client.get_request_validators(**key)["items"], "name"),
        }
    return apis


def _backup_plans(aws: Aws) -> dict[str, Any]:
    client = aws.client("backup")
    return {
        listed["BackupPlanName"]: {
            "plan": client.get_backup_plan(BackupPlanId=listed["BackupPlanId"])["BackupPlan"],
            "selections": client.list_backup_selections(BackupPlanId=listed["BackupPlanId"])[
                "BackupSelectionsList"
            ],
        }
        for listed in client.list_backup_plans()["BackupPlansList"]
    }


def _certificates(aws: Aws) -> dict[str, Any]:
    listed = aws.client("acm").list_certificates()["CertificateSummaryList"]
    return _named(listed, "DomainName")


def _domain_names(aws: Aws) -> dict[str, Any]:
    client = aws.client("apigateway")
    return {
        name["domainName"]: name
        | {"mappings": client.get_base_path_mappings(domainName=name["domainName"])["items"]}
        for name in client.get_domain_names()["items"]
    }


def _dashboards(aws: Aws) -> dict[str, Any]:
    client = aws.client("cloudwatch")
    names = [entry["DashboardName"] for entry in client.list_dashboards()["DashboardEntries"]]
    return {name: client.get_dashboard(DashboardName=name)["DashboardBody"] for name in names}


def _event_sources(aws: Aws) -> dict[str, Any]:
    found = aws.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    return {
        source["FunctionArn"]: {key: value for key, value in source.items() if key not in _OF_A_SOURCE}
        for source in found
    }


def _functions(aws: Aws) -> dict[str, Any]:
    client = aws.client("lambda")
    return {
        function["FunctionName"]: function | {"policy": _function_policy(client, function["FunctionName"])}
        for function in client.list_functions()["Functions"]
    }


def _function_policy(client: Any, name: str) -> str:
    """Who may invoke a function; empty where its callers have roles of their own for that."""
    try:
        return str(client.get_policy(FunctionName=name)["Policy"])
    except client.exceptions.ResourceNotFoundException:
        return ""


def _identity_pools(aws: Aws) -> dict[str, Any]:
    client = aws.client("cognito-identity")
    return {
        pool["IdentityPoolName"]: client.describe_identity_pool(IdentityPoolId=pool["IdentityPoolId"])
        | {"roles": client.get_identity_pool_roles(IdentityPoolId=pool["IdentityPoolId"])}
        for pool in client.list_identity_pools(MaxResults=60)["IdentityPools"]
    }


def _keys(aws: Aws) -> dict[str, Any]:
    """The keys that stacks made and that are not about to be deleted, with their policies and aliases."""
    client = aws.client("kms")
    described = [client.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in client.list_keys()["Keys"]]
    return {
        key["KeyId"]: key
        | {
            "policy": client.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"],
            "aliases": [alias["AliasName"] for alias in client.list_aliases(KeyId=key["KeyId"])["Aliases"]],
        }
        for key in described
        if key["KeyManager"] == "CUSTOMER" and key["KeyState"] != "PendingDeletion"
    }


def _queues(aws: Aws) -> dict[str, Any]:
    client = aws.client("sqs")
    return {
        url.rpartition("/")[2]: {
            name: value
            for name, value in client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])[
                "Attributes"
            ].items()
            if name not in _OF_A_QUEUE and value
        }
        for url in client.list_queues().get("QueueUrls", ())
    }


def _schedules(aws: Aws) -> dict[str, Any]:
    client = aws.client("scheduler")
    return {
        "groups": _named(client.list_schedule_groups()["ScheduleGroups"], "Name"),
        "schedules": {
            f"{listed['GroupName']}/{listed['Name']}": client.get_schedule(
                GroupName=listed["GroupName"], Name=listed["Name"]
            )
            for listed in client.list_schedules()["Schedules"]
        },
    }


def _roles(aws: Aws) -> dict[str, Any]:
    client = aws.client("iam")
    roles = {}
    for role in client.list_roles()["Roles"]:
        key = {"RoleName": role["RoleName"]}
        roles[role["RoleName"]] = role | {
            "attached": client.list_attached_role_policies(**key)["AttachedPolicies"],
            "inline": {
                name: client.get_role_policy(**key, PolicyName=name)["PolicyDocument"]
                for name in client.list_role_policies(**key)["PolicyNames"]
            },
        }
    return roles


def _secrets(aws: Aws) -> dict[str, Any]:
    client = aws.client("secretsmanager")
    return {
        secret["Name"]: client.describe_secret(SecretId=secret["ARN"])
        | {"value": client.get_secret_value(SecretId=secret["ARN"])["SecretString"]}
        for secret in client.list_secrets()["SecretList"]
    }


def _tables(aws: Aws) -> dict[str, Any]:
    client = aws.client("dynamodb")
    return {
        name: _encrypted(client.describe_table(TableName=name)["Table"])
        | {
            "expiry": _expiry(client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]),
            "recovery": client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"],
            "items": [] if _is_projection(client, name) else client.scan(TableName=name)["Items"],
        }
        for name in client.list_tables()["TableNames"]
    }


def _is_projection(client: Any, table: str) -> bool:
    """Whether a table is one that the stream and time change, whatever becomes of the stack."""
    keys = {key["AttributeName"] for key in client.describe_table(TableName=table)["Table"]["KeySchema"]}
    return bool(keys & {SenderAttribute.PART, IncidentAttribute.INCIDENT_ID})


def _encrypted(table: dict[str, Any]) -> dict[str, Any]:
    """The table; of one under AWS's own key, it does not matter which key there was before."""
    own = table.get("SSEDescription", {}).get("Status") == "ENABLED"
    return {name: value for name, value in table.items() if own or name != "SSEDescription"}


def _expiry(described: dict[str, Any]) -> dict[str, Any]:
    """The expiry of a table; where there is none, it does not matter by which attribute there was."""
    off = described["TimeToLiveStatus"] == "DISABLED"
    return {"TimeToLiveStatus": "DISABLED"} if off else described


def _topics(aws: Aws) -> dict[str, Any]:
    client = aws.client("sns")
    return {
        topic["TopicArn"]: {
            name: value
            for name, value in client.get_topic_attributes(**topic)["Attributes"].items()
            # An attribute without a value is as good as none.
            if value
        }
        for topic in client.list_topics()["Topics"]
    }


def _user_pools(aws: Aws) -> dict[str, Any]:
    client = aws.client("cognito-idp")
    pools = {}
    for listed in client.list_user_pools(MaxResults=60)["UserPools"]:
        key = {"UserPoolId": listed["Id"]}
        clients = client.list_user_pool_clients(**key)["UserPoolClients"]
        groups = client.list_groups(**key)["Groups"]
        pools[listed["Name"]] = client.describe_user_pool(**key)["UserPool"] | {
            "clients": [
                client.describe_user_pool_client(**key, ClientId=one["ClientId"])["UserPoolClient"]
                for one in clients
            ],
            "factors": _factors(client.get_user_pool_mfa_config(**key)),
            "groups": _named(groups, "GroupName"),
            "users": [user["Username"] for user in client.list_users(**key)["Users"]],
            "members": {
                group["GroupName"]: client.list_users_in_group(**key, GroupName=group["GroupName"])["Users"]
                for group in groups
            },
        }
    return pools


def _factors(config: dict[str, Any]) -> dict[str, Any]:
    """The second factors of a pool; where there is to be none, it does not matter which there would be."""
    off = config.get("MfaConfiguration", "OFF") == "OFF"
    return {"MfaConfiguration": "OFF"} if off else config


def _web_acls(aws: Aws) -> dict[str, Any]:
    client = aws.client("wafv2")
    return {
        listed["Name"]: client.get_web_acl(Scope="REGIONAL", Name=listed["Name"], Id=listed["Id"])["WebACL"]
        for listed in client.list_web_acls(Scope="REGIONAL")["WebACLs"]
    }


def _zones(aws: Aws) -> dict[str, Any]:
    client = aws.client("route53")
    return {
        zone["Name"]: {
            f"{record['Name']} {record['Type']}": record
            for record in client.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
        }
        for zone in client.list_hosted_zones()["HostedZones"]
    }
