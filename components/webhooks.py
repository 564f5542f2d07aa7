"""The addresses of webhooks: secrets that the configuration holds by name, and that no text repeats.

Whoever has one can write to its channel. They are no part of `Settings`, whose values are told in errors.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final, Self

import pulumi
from pulumi.runtime.config import is_config_secret

from components.checks import list_all_channels
from contract.owners.model import ChannelKind, Owners, check_name

WEBHOOKS_KEY: Final = "webhooks"
_ADDRESS: Final = re.compile(r"(https://[A-Za-z0-9.-]+|http://127\.0\.0\.1)(:\d{1,5})?(/[\x21-\x7e]*)?")
_MAX_ADDRESS_CHARACTERS: Final = 2048
_NAMED: Final = (ChannelKind.SLACK, ChannelKind.TEAMS)


@dataclass(frozen=True, kw_only=True)
class Webhooks:
    """The webhooks of a stack."""

    names: frozenset[str]
    addresses: pulumi.Output[str] = field(repr=False)
    """A JSON object of addresses by name, marked as a secret."""

    @classmethod
    def read(cls) -> Self:
        """Those of the running stack, whose configuration was found right before."""
        given = _read() or {}
        return cls(names=frozenset(given), addresses=pulumi.Output.secret(json.dumps(given, sort_keys=True)))


def explain_webhooks(owners: Owners | None) -> list[str]:
    """A sentence for each thing that is wrong with the webhooks, and for each that the owners lack.

    Args:
        owners: those of the stack; None where it has none, or where their file is wrong.
    """
    key = pulumi.Config().full_key(WEBHOOKS_KEY)
    given = _read()
    if given is None:
        return [f"{key} is no object of addresses by name. {_remedy('NAME')}"]
    return [f"{key}: {problem}" for problem in (*_list_problems(key, given), *_list_missing(given, owners))]


def _list_problems(key: str, given: Mapping[str, Any]) -> Iterator[str]:
    if given and not is_config_secret(key):
        yield (
            "the addresses are not encrypted, so that whoever reads the stack's file has them. Remove them "
            f"with: pulumi config rm {key}. {_remedy('NAME')}"
        )
    for name, address in given.items():
        if wrong := check_name(name):
            # Not repeated: it may be an address that was set in a name's place.
            yield f"one of the names is none: a name {wrong}. {_remedy('NAME')}"
        elif not _is_address(address):
            yield (
                f"what is set for {name} is no address that begins with https://, or with http://127.0.0.1 "
                f"on this machine. {_remedy(name)}"
            )


def _list_missing(given: Mapping[str, Any], owners: Owners | None) -> Iterator[str]:
    for channel in list_all_channels(owners) if owners else ():
        name = channel.targets[0]
        if channel.kind in _NAMED and name not in given:
            nearest = get_close_matches(name, given, n=1)
            meant = f" Did you mean {nearest[0]}?" if nearest else ""
            yield (
                f"there is none of the name {name}, which line {channel.line} of the owners' file wants for "
                f"{channel.kind}.{meant} {_remedy(name)}"
            )


def _remedy(name: str) -> str:
    # Without a value the CLI asks for it, so that no history of commands has it.
    return f"Set it with: pulumi config set --secret --path '{WEBHOOKS_KEY}.{name}'"


def _is_address(value: object) -> bool:
    return (
        isinstance(value, str)
        and len(value) <= _MAX_ADDRESS_CHARACTERS
        and _ADDRESS.fullmatch(value) is not None
    )


def _read() -> dict[str, Any] | None:
    """What is configured; None where it is no object. Pulumi's own `get_object` would repeat what it is."""
    try:
        given = json.loads(pulumi.Config().get(WEBHOOKS_KEY) or "{}")
    except ValueError:
        return None
    return given if isinstance(given, dict) else None
