"""What the recording provider calls a change, and what a replacement."""

import importlib
from typing import Any

import pulumi_aws

from local.provider import CREATORS
from tests.engine.provider_rules import RULES


def test_there_are_rules_for_whatever_the_local_stack_creates_with_the_real_providers_inputs() -> None:
    assert RULES.keys() == CREATORS.keys()
    for resource_type, rules in RULES.items():
        _, module, name = resource_type.split(":")
        package = module.split("/")[0].replace("lambda", "lambda_")
        arguments = vars(getattr(importlib.import_module(f"{pulumi_aws.__name__}.{package}"), f"{name}Args"))
        getters: list[Any] = [one.fget for one in arguments.values() if isinstance(one, property)]
        named = (rules.replace_on or set()) | rules.stays | set(filter(None, [rules.named_by]))
        known = {getter._pulumi_name for getter in getters}
        assert {one.split(".")[0] for one in named} <= known, resource_type
