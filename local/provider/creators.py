"""What creates each type of resource, by AWS's own calls."""

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from local.provider.resource import Aws, Created, Creator, Inputs, by, send

METRIC_ALARM: Final = "aws:cloudwatch/metricAlarm:MetricAlarm"
_ALARM: Final = "name={AlarmName} arn=arn:aws:cloudwatch:{region}:{account}:alarm:{AlarmName}"
_METHOD: Final = "{restApiId}-{resourceId}-{httpMethod}"


def _patch(inputs: Inputs, *names: str, path: str = "") -> list[dict[str, str]]:
    """The named inputs that are set, as operations of API Gateway's updates below a path."""
    values = {name: inputs[name] for name in names if inputs.get(name) is not None}
    return [
        {
            "op": "replace",
            "path": f"{path}/{name}",
            "value": str(value).lower() if isinstance(value, bool) else str(value),
        }
        for name, value in values.items()
    ]


def _create_api(aws: Aws, name: str, inputs: Inputs) -> Created:
    client = aws.client("apigateway")
    api = send(aws, "apigateway", "create_rest_api", {"name": name, **inputs})
    # The emulator accepts these only in an update.
    access = _patch(inputs, "securityPolicy", "endpointAccessMode", "disableExecuteApiEndpoint")
    client.update_rest_api(restApiId=api["id"], patchOperations=access)
    items = client.get_resources(restApiId=api["id"])["items"]
    root = next(item["id"] for item in items if item["path"] == "/")
    arn = aws.arn("execute-api", api["id"])
    return Created(api["id"], {"rootResourceId": root, "executionArn": arn, "name": api["name"]})


def _put_policy(aws: Aws, _name: str, inputs: Inputs) -> Created:
    aws.client("apigateway").update_rest_api(
        restApiId=inputs["restApiId"], patchOperations=_patch(inputs, "policy")
    )
    return Created(inputs["restApiId"])


def _create_stage(aws: Aws, _name: str, inputs: Inputs) -> Created:
    api, stage = inputs["restApi"], inputs["stageName"]
    client = aws.client("apigateway")
    client.create_stage(restApiId=api, stageName=stage, deploymentId=inputs["deployment"])
    log = _patch(inputs.get("accessLogSettings") or {}, "destinationArn", "format", path="/accessLogSettings")
    tracing = _patch({"tracingEnabled": inputs.get("xrayTracingEnabled", False)}, "tracingEnabled")
    client.update_stage(restApiId=api, stageName=stage, patchOperations=[*tracing, *log])
    url = f"{aws.endpoint_url}/restapis/{api}/{stage}/_user_request_"
    arn = f"arn:aws:apigateway:{aws.region}::/restapis/{api}/stages/{stage}"
    return Created(f"ags-{api}-{stage}", {"invokeUrl": url, "arn": arn})


def _put_settings(aws: Aws, _name: str, inputs: Inputs) -> Created:
    """The limits and the metrics of one method of a stage."""
    settings, method = inputs["settings"], inputs["methodPath"]
    # The slashes before the method's own are escaped.
    path = "/" + method.replace("/", "~1", method.count("/") - 1)
    named = {
        "metrics/enabled": settings["metricsEnabled"],
        "logging/loglevel": settings["loggingLevel"],
        "throttling/rateLimit": settings["throttlingRateLimit"],
        "throttling/burstLimit": settings["throttlingBurstLimit"],
    }
    aws.client("apigateway").update_stage(
        restApiId=inputs["restApi"],
        stageName=inputs["stageName"],
        patchOperations=_patch(named, *named, path=path),
    )
    return Created(f"{inputs['restApi']}-{inputs['stageName']}-{method}")


def _put_account(aws: Aws, _name: str, inputs: Inputs) -> Created:
    aws.client("apigateway").update_account(patchOperations=_patch(inputs, "cloudwatchRoleArn"))
    return Created("api-gateway-account")


def _request_certificate(aws: Aws, _name: str, inputs: Inputs) -> Created:
    """The emulator issues each at once, whatever its DNS says."""
    arn = send(aws, "acm", "request_certificate", inputs)["CertificateArn"]
    described = aws.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]
    proofs = [option["ResourceRecord"] for option in described["DomainValidationOptions"]]
    options = [{f"resourceRecord{key}": value for key, value in proof.items()} for proof in proofs]
    return Created(arn, {"arn": arn, "domainValidationOptions": options})


def _await_certificate(aws: Aws, _name: str, inputs: Inputs) -> Created:
    arn = inputs["certificateArn"]
    aws.client("acm").get_waiter("certificate_validated").wait(CertificateArn=arn)
    return Created(arn, {"certificateArn": arn})


def _create_record(aws: Aws, _name: str, inputs: Inputs) -> Created:
    """A record in a hosted zone that is there already."""
    record = {
        **inputs,
        "ttl": inputs.get("ttl"),
        "resourceRecords": [{"value": value} for value in inputs["records"]] if "records" in inputs else None,
        "aliasTarget": next(
            (
                {**one, "dnsName": one["name"], "hostedZoneId": one["zoneId"]}
                for one in inputs.get("aliases", [])
            ),
            None,
        ),
    }
    change = {"action": "UPSERT" if inputs.get("allowOverwrite") else "CREATE", "resourceRecordSet": record}
    zone = {"hostedZoneId": inputs["zoneId"], "changeBatch": {"changes": [change]}}
    send(aws, "route53", "change_resource_record_sets", zone)
    record_id = f"{inputs['zoneId']}_{inputs['name']}_{inputs['type']}"
    return Created(record_id, {"fqdn": inputs["name"].rstrip(".")})


def _create_web_acl(aws: Aws, name: str, inputs: Inputs) -> Created:
    bodies = {body["key"]: body for body in inputs.get("customResponseBodies", [])}
    given = {**inputs, "rules": json.loads(inputs["ruleJson"]), "customResponseBodies": bodies}
    return by("wafv2", "create_web_acl", "{Id}", "name={Name} arn={ARN}")(aws, name, given)


def _create_table(aws: Aws, name: str, inputs: Inputs) -> Created:
    client = aws.client("dynamodb")
    encryption = inputs["serverSideEncryption"]
    key = encryption.get("kmsKeyArn")
    described = send(
        aws, "dynamodb", "create_table",
        {
            **inputs,
            "tableName": inputs.get("name", name),
            "keySchema": _key_schema(inputs["hashKey"], inputs.get("rangeKey")),
            "attributeDefinitions": [
                {"attributeName": one["name"], "attributeType": one["type"]} for one in inputs["attributes"]
            ],
            "globalSecondaryIndexes": [
                {"indexName": index["name"], "keySchema": index["keySchemas"], "projection": index}
                for index in inputs.get("globalSecondaryIndexes", ())
            ]
            # DynamoDB takes no empty list.
            or None,
            "localSecondaryIndexes": [
                {
                    "indexName": index["name"],
                    "keySchema": _key_schema(inputs["hashKey"], index["rangeKey"]),
                    "projection": index,
                }
                for index in inputs.get("localSecondaryIndexes", ())
            ]
            or None,
            # Nor a view of a stream that is off.
            "streamSpecification": inputs if inputs.get("streamEnabled") else None,
            "sseSpecification": {
                "enabled": encryption["enabled"],
                **({"sseType": "KMS", "kmsMasterKeyId": key} if encryption["enabled"] and key else {}),
            },
        },
    )  # fmt: skip
    table = described["TableName"]
    client.get_waiter("table_exists").wait(TableName=table)
    recovery = {"pointInTimeRecoveryEnabled": inputs["pointInTimeRecovery"]["enabled"]}
    send(
        aws, "dynamodb", "update_continuous_backups",
        {"tableName": table, "pointInTimeRecoverySpecification": recovery},
    )  # fmt: skip
    # DynamoDB refuses to turn off what was never on.
    if inputs.get("ttl", {}).get("enabled"):
        expiry = {"tableName": table, "timeToLiveSpecification": inputs["ttl"]}
        send(aws, "dynamodb", "update_time_to_live", expiry)
    outputs = {"name": table, "arn": described["TableArn"], "streamArn": described.get("LatestStreamArn", "")}
    return Created(table, outputs)


def _key_schema(partition_key: str, sort_key: str | None) -> list[dict[str, str]]:
    keys = {"HASH": partition_key, "RANGE": sort_key}
    return [{"attributeName": key, "keyType": kind} for kind, key in keys.items() if key]


def _create_plan(aws: Aws, name: str, inputs: Inputs) -> Created:
    """A plan by which the emulator makes no backup."""
    rules = [
        {
            **rule,
            "targetBackupVaultName": rule["targetVaultName"],
            "scheduleExpression": rule["schedule"],
            "lifecycle": {"deleteAfterDays": rule["lifecycle"]["deleteAfter"]},
        }
        for rule in inputs["rules"]
    ]
    plan = {"backupPlan": {"backupPlanName": inputs.get("name", name), "rules": rules}}
    return by("backup", "create_backup_plan", "{BackupPlanId}")(aws, name, plan)


def _create_selection(aws: Aws, name: str, inputs: Inputs) -> Created:
    selection = {**inputs, "selectionName": inputs.get("name", name)}
    given = {"backupPlanId": inputs["planId"], "backupSelection": selection}
    return by("backup", "create_backup_selection", "{SelectionId}")(aws, name, given)


def _create_key(aws: Aws, name: str, inputs: Inputs) -> Created:
    key = by("kms", "create_key", "{KeyId}", "keyId={KeyId} arn={Arn}")(aws, name, inputs)
    if inputs.get("enableKeyRotation"):
        aws.client("kms").enable_key_rotation(KeyId=key.id)
    return key


def _create_user_pool(aws: Aws, name: str, inputs: Inputs) -> Created:
    mail = inputs.get("emailConfiguration")
    given = {
        **inputs,
        "poolName": inputs.get("name", name),
        "policies": {"passwordPolicy": inputs.get("passwordPolicy")},
        "emailConfiguration": mail and {**mail, "from": mail.get("fromEmailAddress")},
        # A factor has to be there before it can be asked for: AWS takes both in one call of its own.
        "mfaConfiguration": None,
    }
    outputs = "arn={Arn} name={Name} endpoint=cognito-idp.{region}.amazonaws.com/{Id}"
    pool = by("cognito-idp", "create_user_pool", "{Id}", outputs)(aws, name, given)
    if inputs.get("mfaConfiguration", "OFF") != "OFF":
        send(aws, "cognito-idp", "set_user_pool_mfa_config", {**inputs, "userPoolId": pool.id})
    return pool


def _attach_identity_roles(aws: Aws, name: str, inputs: Inputs) -> Created:
    mappings = {mapping["identityProvider"]: mapping for mapping in inputs.get("roleMappings", [])}
    given = {**inputs, "roleMappings": mappings}
    return by("cognito-identity", "set_identity_pool_roles", "{IdentityPoolId}")(aws, name, given)


def _create_function(aws: Aws, name: str, inputs: Inputs) -> Created:
    code = {"zipFile": Path(inputs["code"].path).read_bytes()}
    given = {**inputs, "functionName": inputs.get("name", name), "code": code}
    function = send(aws, "lambda", "create_function", given)
    arn, function_name = function["FunctionArn"], function["FunctionName"]
    aws.client("lambda").get_waiter("function_active_v2").wait(FunctionName=function_name)
    invoke_arn = f"arn:aws:apigateway:{aws.region}:lambda:path/2015-03-31/functions/{arn}/invocations"
    return Created(function_name, {"name": function_name, "arn": arn, "invokeArn": invoke_arn})


def _add_permission(aws: Aws, name: str, inputs: Inputs) -> Created:
    given = {"statementId": name, "functionName": inputs["function"], **inputs}
    return by("lambda", "add_permission", "{StatementId}")(aws, name, given)


def _create_event_source(aws: Aws, name: str, inputs: Inputs) -> Created:
    failed = {"destination": inputs["destinationConfig"]["onFailure"]["destinationArn"]}
    given = {**inputs, "destinationConfig": {"onFailure": failed}}
    outputs = "uuid={UUID} functionArn={FunctionArn}"
    return by("lambda", "create_event_source_mapping", "{UUID}", outputs)(aws, name, given)


def _create_queue(aws: Aws, name: str, inputs: Inputs) -> Created:
    # One of the two encryptions, never both.
    key = inputs.get("kmsMasterKeyId", "")
    attributes = {
        "KmsMasterKeyId": key,
        "MessageRetentionPeriod": inputs["messageRetentionSeconds"],
        "SqsManagedSseEnabled": str(bool(inputs.get("sqsManagedSseEnabled")) and not key).lower(),
    }
    queue = {"queueName": inputs.get("name", name), "attributes": attributes}
    url = send(aws, "sqs", "create_queue", queue)["QueueUrl"]
    return Created(
        url, {"name": queue["queueName"], "arn": aws.arn("sqs", str(queue["queueName"])), "url": url}
    )


def _create_topic(aws: Aws, name: str, inputs: Inputs) -> Created:
    key = inputs.get("kmsMasterKeyId")
    given = {**inputs, "attributes": {"KmsMasterKeyId": key} if key else {}}
    return by("sns", "create_topic", "{TopicArn}", "name={Name} arn={TopicArn}")(aws, name, given)


def _subscribe(aws: Aws, name: str, inputs: Inputs) -> Created:
    given = {**inputs, "topicArn": inputs["topic"], "returnSubscriptionArn": True}
    return by("sns", "subscribe", "{SubscriptionArn}", "arn={SubscriptionArn}")(aws, name, given)


def _create_log_group(aws: Aws, name: str, inputs: Inputs) -> Created:
    group = inputs.get("name", name)
    send(aws, "logs", "create_log_group", {**inputs, "logGroupName": group})
    if days := inputs.get("retentionInDays"):
        aws.client("logs").put_retention_policy(logGroupName=group, retentionInDays=days)
    return Created(group, {"name": group, "arn": aws.arn("logs", f"log-group:{group}")})


def _put_metric_alarm(aws: Aws, name: str, inputs: Inputs) -> Created:
    return by("cloudwatch", "put_metric_alarm", "{AlarmName}", _ALARM)(
        aws, name, metric_alarm_request(name, inputs)
    )


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
    names = (
        "alarmDescription", "comparisonOperator", "threshold", "treatMissingData", "alarmActions",
        "datapointsToAlarm", "evaluationPeriods",
    )  # fmt: skip
    return {
        "AlarmName": inputs.get("name", name),
        "Metrics": [_query(query) for query in inputs.get("metricQueries") or [bare]],
        "OKActions": inputs.get("okActions", []),
        **{name[0].upper() + name[1:]: inputs[name] for name in names if name in inputs},
    }


def _query(inputs: Inputs) -> dict[str, Any]:
    names = {"Id": "id", "Expression": "expression", "Label": "label", "ReturnData": "returnData"}
    query = {api: inputs[name] for api, name in names.items() if inputs.get(name) is not None}
    if metric := inputs.get("metric"):
        dimensions = metric.get("dimensions", {}).items()
        query["MetricStat"] = {
            "Metric": {
                "Namespace": metric["namespace"],
                "MetricName": metric["metricName"],
                "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions],
            },
            "Period": metric["period"],
            "Stat": metric["stat"],
        }
    return query


_part: Final = partial(by, "apigateway", restApiId="restApi")
CREATORS: Final[Mapping[str, Creator]] = {
    METRIC_ALARM: _put_metric_alarm,
    "aws:acm/certificate:Certificate": _request_certificate,
    "aws:acm/certificateValidation:CertificateValidation": _await_certificate,
    "aws:apigateway/account:Account": _put_account,
    "aws:apigateway/authorizer:Authorizer": _part("create_authorizer", "{id}"),
    "aws:apigateway/basePathMapping:BasePathMapping": _part(
        "create_base_path_mapping", "{domainName}/", stage="stageName"
    ),
    "aws:apigateway/deployment:Deployment": _part("create_deployment", "{id}"),
    "aws:apigateway/domainName:DomainName": by(
        "apigateway", "create_domain_name", "{domainName}",
        "regionalDomainName={regionalDomainName} regionalZoneId={regionalHostedZoneId}",
    ),
    "aws:apigateway/integration:Integration": _part("put_integration", f"agi-{_METHOD}"),
    "aws:apigateway/integrationResponse:IntegrationResponse": _part(
        "put_integration_response", f"agir-{_METHOD}"
    ),
    "aws:apigateway/method:Method": _part("put_method", f"agm-{_METHOD}", authorizationType="authorization"),
    "aws:apigateway/methodResponse:MethodResponse": _part("put_method_response", f"agmr-{_METHOD}"),
    "aws:apigateway/methodSettings:MethodSettings": _put_settings,
    "aws:apigateway/model:Model": _part("create_model", "{id}"),
    "aws:apigateway/requestValidator:RequestValidator": _part("create_request_validator", "{id}"),
    "aws:apigateway/resource:Resource": _part("create_resource", "{id}", "path={path}"),
    "aws:apigateway/response:Response": by(
        "apigateway", "put_gateway_response", "aggr-{restApiId}-{responseType}"
    ),
    "aws:apigateway/restApi:RestApi": _create_api,
    "aws:apigateway/restApiPolicy:RestApiPolicy": _put_policy,
    "aws:apigateway/stage:Stage": _create_stage,
    "aws:backup/plan:Plan": _create_plan,
    "aws:backup/selection:Selection": _create_selection,
    "aws:backup/vault:Vault": by(
        "backup", "create_backup_vault", "{BackupVaultName}", "name={BackupVaultName} arn={BackupVaultArn}",
        BackupVaultName="name", EncryptionKeyArn="kmsKeyArn",
    ),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": by(
        "cloudwatch", "put_composite_alarm", "{AlarmName}", _ALARM
    ),
    "aws:cloudwatch/dashboard:Dashboard": by(
        "cloudwatch", "put_dashboard", "{DashboardName}",
        "dashboardArn=arn:aws:cloudwatch::{account}:dashboard/{DashboardName}",
    ),
    "aws:cloudwatch/logGroup:LogGroup": _create_log_group,
    "aws:cognito/identityPool:IdentityPool": by(
        "cognito-identity", "create_identity_pool", "{IdentityPoolId}",
        "arn=arn:aws:cognito-identity:{region}:{account}:identitypool/{IdentityPoolId}",
    ),
    "aws:cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment": _attach_identity_roles,
    "aws:cognito/userGroup:UserGroup": by(
        "cognito-idp", "create_group", "{UserPoolId}/{GroupName}", GroupName="name"
    ),
    "aws:cognito/userPool:UserPool": _create_user_pool,
    "aws:cognito/userPoolClient:UserPoolClient": by(
        "cognito-idp", "create_user_pool_client", "{ClientId}", "clientSecret={ClientSecret}",
        ClientName="name",
    ),
    "aws:dynamodb/table:Table": _create_table,
    "aws:iam/role:Role": by(
        "iam", "create_role", "{RoleName}", "name={RoleName} arn={Arn}",
        RoleName="name", AssumeRolePolicyDocument="assumeRolePolicy",
    ),
    "aws:iam/rolePolicy:RolePolicy": by(
        "iam", "put_role_policy", "{RoleName}:{PolicyName}",
        RoleName="role", PolicyName="name", PolicyDocument="policy",
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": by(
        "iam", "attach_role_policy", "{RoleName}-{PolicyArn}", RoleName="role"
    ),
    "aws:kms/alias:Alias": by(
        "kms", "create_alias", "{AliasName}", "arn=arn:aws:kms:{region}:{account}:{AliasName}",
        AliasName="name",
    ),
    "aws:kms/key:Key": _create_key,
    "aws:kms/keyPolicy:KeyPolicy": by("kms", "put_key_policy", "{KeyId}"),
    "aws:lambda/eventSourceMapping:EventSourceMapping": _create_event_source,
    "aws:lambda/function:Function": _create_function,
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": by(
        "lambda", "put_function_event_invoke_config", "{FunctionName}"
    ),
    "aws:lambda/permission:Permission": _add_permission,
    "aws:route53/record:Record": _create_record,
    "aws:scheduler/schedule:Schedule": by(
        "scheduler", "create_schedule", "{GroupName}/{Name}", "name={Name} arn={ScheduleArn}"
    ),
    "aws:scheduler/scheduleGroup:ScheduleGroup": by(
        "scheduler", "create_schedule_group", "{Name}", "name={Name} arn={ScheduleGroupArn}"
    ),
    "aws:secretsmanager/secret:Secret": by(
        "secretsmanager", "create_secret", "{ARN}", "name={Name} arn={ARN}"
    ),
    "aws:secretsmanager/secretVersion:SecretVersion": by(
        "secretsmanager", "put_secret_value", "{SecretId}|{VersionId}", "versionId={VersionId}"
    ),
    "aws:sns/topic:Topic": _create_topic,
    "aws:sns/topicSubscription:TopicSubscription": _subscribe,
    "aws:sqs/queue:Queue": _create_queue,
    "aws:wafv2/webAcl:WebAcl": _create_web_acl,
    "aws:wafv2/webAclAssociation:WebAclAssociation": by(
        "wafv2", "associate_web_acl", "{WebACLArn},{ResourceArn}"
    ),
}  # fmt: skip
