"""What AWS's own provider makes of a change: nothing, a change in place, or another resource.

The provider's schema does not come with its Python package. The table was read in the provider's source,
and a test holds the names in it against that package.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import Any, Final

Inputs = Mapping[str, Any]
"""A resource's inputs as the engine sends them: an archive is a map with a hash, and what is not known yet a
text that equals nothing else."""
FILLED_IN: Final = "__defaults"
"""The input that lists which others the provider has filled in."""
_SUFFIX_DIGITS: Final = 7


@dataclass(frozen=True)
class Rules:
    replace_on: frozenset[str] | None
    """Inputs that cannot change in place; None for all of them."""
    stays: frozenset[str] = frozenset()
    """Inputs that keep their value when the program leaves them out. One inside a block is named with it, as
    in `serverSideEncryption.kmsKeyArn`."""
    named_by: str = ""
    """The input for which the provider makes up a name when the program gives none."""
    one_of_a_name: bool = False
    """Whether AWS refuses a second one of the same name."""


@dataclass(frozen=True)
class Difference:
    changed: frozenset[str]
    replacing: frozenset[str]
    """Those of them that cannot change in place."""
    delete_first: bool
    """Whether the old resource has the name that the new one wants."""


def _in_place(replace_on: str = "", stays: str = "", named_by: str = "", *, alone: bool = False) -> Rules:
    """Those of a type that changes in place but for the inputs of `replace_on`; both lists are words."""
    return Rules(frozenset(replace_on.split()), frozenset(stays.split()), named_by, alone)


_ANEW: Final = Rules(None)

# Of inputs that the program gives.
RULES: Final[Mapping[str, Rules]] = {
    "aws:acm/certificate:Certificate": _ANEW,
    "aws:acm/certificateValidation:CertificateValidation": _ANEW,
    "aws:apigateway/account:Account": _in_place(),
    "aws:apigateway/authorizer:Authorizer": _in_place("restApi"),
    "aws:apigateway/basePathMapping:BasePathMapping": _in_place("domainName"),
    "aws:apigateway/deployment:Deployment": _ANEW,
    "aws:apigateway/domainName:DomainName": _in_place("domainName", "endpointConfiguration securityPolicy"),
    "aws:apigateway/integration:Integration": _in_place(
        "httpMethod integrationHttpMethod resourceId restApi type"
    ),
    "aws:apigateway/integrationResponse:IntegrationResponse": _in_place(
        "httpMethod resourceId restApi statusCode"
    ),
    "aws:apigateway/method:Method": _in_place("httpMethod resourceId restApi"),
    "aws:apigateway/methodResponse:MethodResponse": _in_place("httpMethod resourceId restApi statusCode"),
    "aws:apigateway/methodSettings:MethodSettings": _in_place("methodPath restApi stageName"),
    "aws:apigateway/model:Model": _in_place("contentType name restApi"),
    "aws:apigateway/requestValidator:RequestValidator": _in_place("restApi"),
    "aws:apigateway/resource:Resource": _in_place("restApi"),
    "aws:apigateway/response:Response": _in_place("responseType restApiId"),
    "aws:apigateway/restApi:RestApi": _in_place(
        "", "description disableExecuteApiEndpoint endpointConfiguration policy securityPolicy"
    ),
    "aws:apigateway/restApiPolicy:RestApiPolicy": _in_place("restApiId"),
    "aws:apigateway/stage:Stage": _in_place("restApi stageName"),
    "aws:backup/plan:Plan": _in_place("name"),
    "aws:backup/selection:Selection": _ANEW,
    "aws:backup/vault:Vault": Rules(None, named_by="name", one_of_a_name=True),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": _in_place("alarmName", alone=True),
    "aws:cloudwatch/dashboard:Dashboard": _in_place("dashboardName", alone=True),
    "aws:cloudwatch/logGroup:LogGroup": _in_place("name", alone=True),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _in_place("name", alone=True),
    "aws:cognito/identityPool:IdentityPool": _in_place("identityPoolName"),
    "aws:cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment": _in_place("identityPoolId"),
    "aws:cognito/userGroup:UserGroup": _in_place("name userPoolId"),
    "aws:cognito/userPool:UserPool": _in_place(
        "name usernameConfiguration",
        "accountRecoverySetting adminCreateUserConfig passwordPolicy userPoolTier",
    ),
    "aws:cognito/userPoolClient:UserPoolClient": _in_place(
        "generateSecret userPoolId",
        "accessTokenValidity enableTokenRevocation explicitAuthFlows idTokenValidity"
        " preventUserExistenceErrors refreshTokenValidity",
    ),
    "aws:dynamodb/table:Table": _in_place(
        "hashKey localSecondaryIndexes name rangeKey",
        "attributes hashKey pointInTimeRecovery serverSideEncryption serverSideEncryption.kmsKeyArn ttl",
        alone=True,
    ),
    "aws:iam/role:Role": _in_place("name", named_by="name", alone=True),
    "aws:iam/rolePolicy:RolePolicy": _in_place("name role", named_by="name"),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _ANEW,
    "aws:kms/alias:Alias": _in_place("name", alone=True),
    "aws:kms/key:Key": _in_place("", "policy"),
    "aws:kms/keyPolicy:KeyPolicy": _in_place("keyId"),
    "aws:lambda/eventSourceMapping:EventSourceMapping": _in_place(
        "eventSourceArn startingPosition",
        "maximumRecordAgeInSeconds maximumRetryAttempts parallelizationFactor",
    ),
    "aws:lambda/function:Function": _in_place(
        "name", "architectures loggingConfig tracingConfig", alone=True
    ),
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": _in_place("functionName"),
    "aws:lambda/permission:Permission": Rules(None, named_by="statementId"),
    "aws:route53/record:Record": _in_place("name type zoneId"),
    "aws:scheduler/schedule:Schedule": _in_place("groupName name"),
    "aws:scheduler/scheduleGroup:ScheduleGroup": Rules(None, one_of_a_name=True),
    "aws:secretsmanager/secret:Secret": _in_place("name", named_by="name", alone=True),
    "aws:secretsmanager/secretVersion:SecretVersion": _ANEW,
    "aws:sns/topic:Topic": _in_place("name", alone=True),
    "aws:sns/topicSubscription:TopicSubscription": _ANEW,
    "aws:sqs/queue:Queue": _in_place("name", "sqsManagedSseEnabled", alone=True),
    "aws:wafv2/webAcl:WebAcl": _in_place("name scope", alone=True),
    "aws:wafv2/webAclAssociation:WebAclAssociation": _ANEW,
}


def fill_in_name(resource_type: str, logical_name: str, old_inputs: Inputs, inputs: Inputs) -> dict[str, Any]:
    """The inputs with a name: the program's own, the one made up at the creation, or a new one."""
    key = RULES[resource_type].named_by
    if not key or key in inputs:
        return dict(inputs)
    made_before = key in old_inputs.get(FILLED_IN, ())
    name = old_inputs[key] if made_before else f"{logical_name}-{token_hex(4)[:_SUFFIX_DIGITS]}"
    return {**inputs, key: name, FILLED_IN: [key]}


def keep_left_out(resource_type: str, state: Mapping[str, Any], inputs: Inputs) -> dict[str, Any]:
    """The inputs, with what AWS keeps where they leave it out."""
    kept = dict(inputs)
    for path in sorted(RULES[resource_type].stays):
        block, _, entry = path.partition(".")
        if not entry:
            if block not in kept and block in state:
                kept[block] = state[block]
        elif block in inputs and inputs[block].get("enabled", True) and entry in (state.get(block) or {}):
            kept[block] = {entry: state[block][entry], **kept[block]}
    return kept


def compare(resource_type: str, state: Mapping[str, Any], old_inputs: Inputs, inputs: Inputs) -> Difference:
    """Compares new inputs with a resource's state after the last change, and its inputs at the last run."""
    rules = RULES[resource_type]
    wanted = keep_left_out(resource_type, state, inputs)
    other = {name for name, value in wanted.items() if not _same(value, state.get(name))}
    left_out = old_inputs.keys() - wanted.keys() - {FILLED_IN}
    changed = frozenset(other | left_out)
    replacing = changed if rules.replace_on is None else changed & rules.replace_on
    # Under a name that the provider made up, the new resource comes before the old one goes.
    made_up = {*wanted.get(FILLED_IN, ()), FILLED_IN}
    names = {name for name in wanted if name == "name" or name.endswith("Name")} - made_up
    return Difference(changed, replacing, bool(replacing and names and not names & changed))


def _same(new: Any, old: Any) -> bool:
    if isinstance(new, Mapping) and isinstance(old, Mapping) and "hash" in new and "hash" in old:
        return bool(new["hash"] == old["hash"])
    return bool(new == old)
