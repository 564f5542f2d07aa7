"""What tells the needs of one function from those of the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

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
    data: Mapping[str, str] = field(default_factory=dict)
    """Texts of files at the root of its package, by name."""
