"""What tells the needs of one function from those of the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.specs.policy import Allow


@dataclass(frozen=True, kw_only=True)
class FunctionNeeds:
    """What a function may do and needs to know."""

    description: str
    environment: Mapping[str, pulumi.Input[str]]
    permissions: Sequence[Allow]
    ready: Sequence[pulumi.Resource] = ()
    """What has to be there before the function runs."""
