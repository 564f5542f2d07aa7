"""A web application firewall for the API, for those who want one: AWS bills it by the month."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from http import HTTPStatus
from typing import Any, Final

import pulumi
import pulumi_aws as aws

from components.api.route import build_cors_headers
from components.settings import Settings
from contract import answers
from contract.answers import Message
from contract.routes import AUTH, FILE_SLA_ERROR, RouteSpec

_RATE_WINDOW_SECONDS: Final = 300
_THROTTLED: Final = "throttled"
"""The key of the body that asks to slow down, in the words of gateway and functions."""


# A report is large and full of paths, which these rules take for an attack. The function uses no part of a
# body as a path, a command or markup.
_ABOUT_BODIES: Final = (
    "SizeRestrictions_BODY",
    "GenericLFI_BODY",
    "GenericRFI_BODY",
    "CrossSiteScripting_BODY",
    "EC2MetaDataSSRF_BODY",
)
_MANAGED_RULES: Final[Mapping[str, Sequence[str]]] = {
    "AWSManagedRulesAmazonIpReputationList": (),
    "AWSManagedRulesCommonRuleSet": _ABOUT_BODIES,
    "AWSManagedRulesKnownBadInputsRuleSet": (),
}
"""Rule groups of AWS in their order, and the rules of each that count instead of block."""


class WebAcl(pulumi.ComponentResource):
    """A WAFv2 web ACL on the API's stage: AWS's managed rules, and limits of sign-ins and of reports."""

    def __init__(
        self,
        name: str,
        settings: Settings,
        stage_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("file-sla:web_acl:WebAcl", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        by_token = {
            "Header": {
                "Name": "authorization",
                "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
            }
        }
        # That of tokens comes before the gateway's own throttle, which is for all callers together.
        sign_ins = {"AggregateKeyType": "IP", "Limit": settings.web_acl_auth_limit}
        reports = {
            "AggregateKeyType": "CUSTOM_KEYS",
            "CustomKeys": [by_token],
            "Limit": settings.account_report_limit * _RATE_WINDOW_SECONDS // 60,
        }
        rules = [
            _rate_rule("sign-ins-of-one-address", AUTH, sign_ins, settings.cors_origin),
            *(_managed_rule(group, counted) for group, counted in _MANAGED_RULES.items()),
            _rate_rule("reports-of-one-token", FILE_SLA_ERROR, reports, settings.cors_origin),
        ]
        acl = aws.wafv2.WebAcl(
            f"{name}-acl",
            name=settings.prefix,
            description="Blocks known attacks, and password guessing.",
            scope="REGIONAL",
            default_action={"allow": {}},
            custom_response_bodies=[
                {
                    "key": _THROTTLED,
                    "content": json.dumps(asdict(Message(message=answers.THROTTLED))),
                    "content_type": "APPLICATION_JSON",
                }
            ],
            # As WAF's JSON: Pulumi's typed arguments nest seven classes deep for the same.
            rule_json=json.dumps([{"Priority": place, **rule} for place, rule in enumerate(rules)]),
            visibility_config={
                "cloudwatch_metrics_enabled": True,
                "metric_name": settings.prefix,
                "sampled_requests_enabled": False,
            },
            opts=child,
        )
        aws.wafv2.WebAclAssociation(
            f"{name}-association", resource_arn=stage_arn, web_acl_arn=acl.arn, opts=child
        )
        self.register_outputs({})


def _rate_rule(
    name: str, route: RouteSpec, counted: Mapping[str, Any], allowed_origin: str
) -> dict[str, Any]:
    headers = build_cors_headers(allowed_origin).items()
    answer = {
        "ResponseCode": HTTPStatus.TOO_MANY_REQUESTS.value,
        "CustomResponseBodyKey": _THROTTLED,
        "ResponseHeaders": [{"Name": header, "Value": value} for header, value in headers],
    }
    of_route = {
        "FieldToMatch": {"UriPath": {}},
        "RegexString": f"/{route.path}$",
        "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
    }
    rate = {
        **counted,
        "EvaluationWindowSec": _RATE_WINDOW_SECONDS,
        "ScopeDownStatement": {"RegexMatchStatement": of_route},
    }
    return {
        "Name": name,
        "Action": {"Block": {"CustomResponse": answer}},
        "Statement": {"RateBasedStatement": rate},
        "VisibilityConfig": _visible(name),
    }


def _managed_rule(group: str, counted: Sequence[str]) -> dict[str, Any]:
    overrides = [{"Name": rule, "ActionToUse": {"Count": {}}} for rule in counted]
    managed = {"VendorName": "AWS", "Name": group, "RuleActionOverrides": overrides}
    return {
        "Name": group,
        "OverrideAction": {"None": {}},
        "Statement": {"ManagedRuleGroupStatement": managed},
        "VisibilityConfig": _visible(group),
    }


def _visible(metric: str) -> dict[str, Any]:
    # Samples would show requests, and with them tokens, to whoever may look.
    return {"CloudWatchMetricsEnabled": True, "MetricName": metric, "SampledRequestsEnabled": False}
