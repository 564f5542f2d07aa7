"""Web ACLs and what they stand before."""

import json
from typing import Any

from local.provider.resource import Aws, Created, Existing, Inputs, Lifecycle, pick


def _rules(inputs: Inputs) -> dict[str, Any]:
    visibility = inputs["visibilityConfig"]
    return {
        "Description": inputs.get("description", ""),
        "Scope": inputs["scope"],
        "DefaultAction": {"Allow": {}} if "allow" in inputs["defaultAction"] else {"Block": {}},
        "Rules": json.loads(inputs["ruleJson"]),
        "CustomResponseBodies": {
            body["key"]: pick(body, "content", "contentType")
            for body in inputs.get("customResponseBodies", [])
        },
        "VisibilityConfig": {
            "CloudWatchMetricsEnabled": visibility["cloudwatchMetricsEnabled"],
            "MetricName": visibility["metricName"],
            "SampledRequestsEnabled": visibility["sampledRequestsEnabled"],
        },
    }


def _create_web_acl(aws: Aws, name: str, inputs: Inputs) -> Created:
    acl_name = inputs.get("name", name)
    created = aws.client("wafv2").create_web_acl(Name=acl_name, **_rules(inputs))["Summary"]
    return Created(created["Id"], {"name": acl_name, "arn": created["ARN"]})


def _key(aws: Aws, acl: Existing) -> dict[str, str]:
    """What names a web ACL; its lock token says which state of it the caller has seen."""
    key = {"Id": acl.id, "Name": acl.name, "Scope": acl.state["scope"]}
    return {**key, "LockToken": aws.client("wafv2").get_web_acl(**key)["LockToken"]}


def _update_web_acl(aws: Aws, acl: Existing, inputs: Inputs) -> None:
    aws.client("wafv2").update_web_acl(**_rules(inputs) | _key(aws, acl))


def _delete_web_acl(aws: Aws, acl: Existing) -> None:
    aws.client("wafv2").delete_web_acl(**_key(aws, acl))


def _associate(aws: Aws, _name: str, inputs: Inputs) -> Created:
    arns = {"WebACLArn": inputs["webAclArn"], "ResourceArn": inputs["resourceArn"]}
    aws.client("wafv2").associate_web_acl(**arns)
    return Created(",".join(arns.values()))


def _disassociate(aws: Aws, association: Existing) -> None:
    aws.client("wafv2").disassociate_web_acl(ResourceArn=association.state["resourceArn"])


LIFECYCLES = {
    "aws:wafv2/webAcl:WebAcl": Lifecycle(
        _create_web_acl,
        _delete_web_acl,
        _update_web_acl,
        replace_on=frozenset({"name", "namePrefix", "scope"}),
    ),
    "aws:wafv2/webAclAssociation:WebAclAssociation": Lifecycle(_associate, _disassociate),
}
