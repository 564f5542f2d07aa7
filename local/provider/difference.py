"""What changes between two sets of inputs, and whether a resource has to be replaced for it.

Values are those of Pulumi's protocol: plain JSON, in which an archive is a map with a hash, and what is
not known yet a text that equals nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.provider.autonaming import DEFAULTS
from local.provider.resource import Inputs, Lifecycle


@dataclass(frozen=True)
class Difference:
    """The inputs that became others."""

    changed: frozenset[str]
    replacing: frozenset[str]
    """Those of them that cannot change in place."""
    delete_first: bool
    """Whether the old resource bears the name that the new one wants."""


def settle(lifecycle: Lifecycle, state: Mapping[str, Any], inputs: Inputs) -> dict[str, Any]:
    """The inputs, with what stays as it is where it was left out."""
    settled = dict(inputs)
    for path in sorted(lifecycle.stays):
        block, _, entry = path.partition(".")
        if not entry:
            if block not in settled and block in state:
                settled[block] = state[block]
        elif block in inputs and entry in (state.get(block) or {}):
            settled[block] = {entry: state[block][entry], **settled[block]}
    return settled


def difference(
    lifecycle: Lifecycle, state: Mapping[str, Any], old_inputs: Inputs, inputs: Inputs
) -> Difference:
    """Compares new inputs with a resource.

    Args:
        lifecycle: that of the resource's type.
        state: its inputs and outputs after the last change.
        old_inputs: its inputs at the last run of the program.
        inputs: what the program wants now.
    """
    settled = settle(lifecycle, state, inputs)
    other = {name for name, value in settled.items() if not _same(value, state.get(name))}
    left_out = old_inputs.keys() - settled.keys() - {DEFAULTS}
    changed = frozenset(other | left_out)
    replacing = changed if lifecycle.update is None else changed & lifecycle.replace_on
    # Under a name of the provider's making, the new one comes before the old one goes.
    made = {*settled.get(DEFAULTS, ()), DEFAULTS}
    names = {name for name in settled if name == "name" or name.endswith("Name")} - made
    return Difference(changed, replacing, bool(replacing and names and not names & changed))


def _same(new: Any, old: Any) -> bool:
    if isinstance(new, Mapping) and isinstance(old, Mapping) and "hash" in new and "hash" in old:
        return bool(new["hash"] == old["hash"])
    return bool(new == old)
