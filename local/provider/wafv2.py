"""Web ACLs and what they stand before."""

import json

from local.provider.resource import Aws, Created, Creator, Inputs


def _web_acl(aws: Aws, name: str, inputs: Inputs) -> Created:
    visibility = inputs["visibilityConfig"]
    created = aws.client("wafv2").create_web_acl(
        Name=inputs.get("name", name),
        Description=inputs.get("description", ""),
        Scope=inputs["scope"],
        DefaultAction={"Allow": {}} if "allow" in inputs["defaultAction"] else {"Block": {}},
        Rules=json.loads(inputs["ruleJson"]),
        VisibilityConfig={
            "CloudWatchMetricsEnabled": visibility["cloudwatchMetricsEnabled"],
            "MetricName": visibility["metricName"],
            "SampledRequestsEnabled": visibility["sampledRequestsEnabled"],
        },
    )["Summary"]
    return Created(created["Id"], {"arn": created["ARN"]})


def _association(aws: Aws, _name: str, inputs: Inputs) -> Created:
    arns = {"WebACLArn": inputs["webAclArn"], "ResourceArn": inputs["resourceArn"]}
    aws.client("wafv2").associate_web_acl(**arns)
    return Created(",".join(arns.values()))


CREATORS: dict[str, Creator] = {
    "aws:wafv2/webAcl:WebAcl": _web_acl,
    "aws:wafv2/webAclAssociation:WebAclAssociation": _association,
}
