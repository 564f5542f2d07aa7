"""The optional defences: off by default, and on exactly as configured."""

import json
from typing import Any

from tests.infra.conftest import Program

OPTIONAL = (
    "DomainName",
    "BasePathMapping",
    "Certificate",
    "CertificateValidation",
    "Record",
    "WebAcl",
    "WebAclAssociation",
    "Key",
    "KeyPolicy",
    "Alias",
    "Vault",
    "Plan",
    "Selection",
)


def test_by_default_nothing_optional_is_there(by_default: Program) -> None:
    assert [resource for kind in OPTIONAL for resource in by_default.all(kind)] == []
    assert by_default.one("RestApi")["disableExecuteApiEndpoint"] is False
    pool = by_default.one("UserPool")
    assert pool["userPoolAddOns"]["advancedSecurityMode"] == "OFF"
    assert pool["mfaConfiguration"] == "OFF"
    assert pool["userPoolTier"] == "ESSENTIALS"


def test_only_the_configured_addresses_may_call(by_default: Program, defended: Program) -> None:
    # Declared without addresses as well: left out, the policy of before would stay in force.
    [open_to_all] = json.loads(by_default.one("RestApiPolicy")["policy"])["Statement"]
    assert "Condition" not in open_to_all
    [statement] = json.loads(defended.one("RestApiPolicy")["policy"])["Statement"]
    assert statement["Effect"] == "Allow"
    assert statement["Condition"] == {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"]}}
    assert statement["Resource"] == "executionArn-of-api-api/*"


def test_firewall_stands_before_the_stage_to_which_both_addresses_lead(defended: Program) -> None:
    association = defended.one("WebAclAssociation")
    assert association["webAclArn"] == "arn-of-firewall-acl"
    assert association["resourceArn"] == "arn-of-api-stage"
    assert defended.one("BasePathMapping")["restApi"] == defended.one("Stage")["restApi"]


def test_firewall_limits_sign_ins_of_one_address(defended: Program) -> None:
    rule = _rules(defended)["sign-ins-of-one-address"]
    rate = rule["Statement"]["RateBasedStatement"]
    answer = rule["Action"]["Block"]["CustomResponse"]
    assert answer["ResponseCode"] == 429
    [body] = defended.one("WebAcl")["customResponseBodies"]
    assert body["key"] == answer["CustomResponseBodyKey"]
    assert json.loads(body["content"])["message"].startswith("Too many requests.")
    assert {"Name": "Access-Control-Allow-Origin", "Value": "*"} in answer["ResponseHeaders"]
    assert (rate["Limit"], rate["AggregateKeyType"], rate["EvaluationWindowSec"]) == (50, "IP", 300)
    assert rate["ScopeDownStatement"]["RegexMatchStatement"] == {
        "FieldToMatch": {"UriPath": {}},
        "RegexString": "/auth$",
        "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
    }


def test_firewall_lets_large_reports_full_of_paths_through(defended: Program) -> None:
    """These rules block a body of more than 8 KB, or one that looks like paths (AWS WAF, core rule set)."""
    common = _rules(defended)["AWSManagedRulesCommonRuleSet"]["Statement"]["ManagedRuleGroupStatement"]
    counted = {rule["Name"] for rule in common["RuleActionOverrides"] if "Count" in rule["ActionToUse"]}
    assert {"SizeRestrictions_BODY", "GenericLFI_BODY", "GenericRFI_BODY"} <= counted


def test_user_pool_guards_sign_ins_as_configured(defended: Program) -> None:
    pool = defended.one("UserPool")
    assert pool["userPoolAddOns"]["advancedSecurityMode"] == "ENFORCED"
    assert pool["userPoolTier"] == "PLUS"
    assert pool["mfaConfiguration"] == "OPTIONAL"
    assert pool["softwareTokenMfaConfiguration"] == {"enabled": True}


def test_firewall_asks_the_limit_first_and_each_rule_has_a_place_of_its_own(defended: Program) -> None:
    rules = json.loads(defended.one("WebAcl")["ruleJson"])
    assert {rule["Priority"]: rule["Name"] for rule in rules} == {
        0: "sign-ins-of-one-address",
        1: "AWSManagedRulesAmazonIpReputationList",
        2: "AWSManagedRulesCommonRuleSet",
        3: "AWSManagedRulesKnownBadInputsRuleSet",
    }


def test_firewall_counts_what_it_turns_away_and_keeps_no_requests(defended: Program) -> None:
    for rule in _rules(defended).values():
        assert rule["VisibilityConfig"]["CloudWatchMetricsEnabled"]
        assert not rule["VisibilityConfig"]["SampledRequestsEnabled"]
    of_all = defended.one("WebAcl")["visibilityConfig"]
    assert of_all["cloudwatchMetricsEnabled"]
    assert not of_all["sampledRequestsEnabled"]


def _rules(program: Program) -> dict[str, Any]:
    return {rule["Name"]: rule for rule in json.loads(program.one("WebAcl")["ruleJson"])}
