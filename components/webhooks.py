"""The addresses of webhooks: secrets that the configuration holds by name, and that no text repeats.

Whoever has an address can write to its channel. So they are not in `Settings`, whose values appear in errors.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final, Self

import pulumi
import yaml
from pulumi.runtime.config import is_config_secret

from components.checks import list_all_channels
from contract.names import ROOT
from contract.owners.model import NAMED_CHANNELS, ChannelKind, Owners, check_name

WEBHOOKS_KEY: Final = "webhooks"
_ADDRESS: Final = re.compile(r"(https://[A-Za-z0-9.-]+|http://127\.0\.0\.1)(:\d{1,5})?(/[\x21-\x7e]*)?")
_MAX_ADDRESS_CHARACTERS: Final = 2048
_KEYS: Final = {
    ChannelKind.PAGERDUTY: (re.compile(r"[A-Za-z0-9]{32}"), "the integration key of 32 letters and digits"),
    ChannelKind.WEBHOOK: (
        re.compile(r"whsec_[A-Za-z0-9+/]{16,}={0,2}(,whsec_[A-Za-z0-9+/]{16,}={0,2})?"),
        "whsec_ and the secret in base64, of at least 16 characters",
    ),
}
"""What follows the `#` of an address, by the kind of channel."""


@dataclass(frozen=True, kw_only=True)
class WebhookAddresses:
    """The webhooks of a stack."""

    names: frozenset[str]
    addresses: pulumi.Output[str] = field(repr=False)
    """A JSON object of addresses by name, marked as a secret."""

    @classmethod
    def read(cls) -> Self:
        """Those of the running stack, whose configuration `explain_webhooks` has found right."""
        given = _read() or {}
        return cls(names=frozenset(given), addresses=pulumi.Output.secret(json.dumps(given, sort_keys=True)))


def explain_webhooks(owners: Owners | None) -> list[str]:
    """A sentence for each problem with the webhooks, for each that the owners lack, and each that none names.

    Args:
        owners: those of the stack; None where it has none, or where their file is wrong.
    """
    key = pulumi.Config().full_key(WEBHOOKS_KEY)
    given = _read()
    if given is None:
        return [f"{key} is not an object of addresses by name. {_remedy('NAME')}"]
    return [f"{key}: {problem}" for problem in (*_find_wrong(key, given), *_find_unlike(given, owners))]


def _find_wrong(key: str, given: Mapping[str, Any]) -> Iterator[str]:
    if given and not is_config_secret(key):
        yield (
            "the addresses are not encrypted: whoever reads the stack's file can write to the channels. "
            f"Remove them with: pulumi config rm {key}. {_remedy('NAME')}"
        )
    elif in_the_clear := sorted(set(given) & _list_in_the_clear(key)):
        yield (
            f"of {', '.join(in_the_clear)} the address is not encrypted in Pulumi.{pulumi.get_stack()}.yaml: "
            "whoever reads that file can write to the channel. Have the service give out a new one. "
            f"{_remedy(in_the_clear[0])}"
        )
    for name, address in given.items():
        if wrong := check_name(name):
            # Not repeated: it may be an address that was set in a name's place.
            yield f"one of the names is not valid: a name {wrong}. {_remedy('NAME')}"
        elif not (
            isinstance(address, str)
            and len(address) <= _MAX_ADDRESS_CHARACTERS
            and _ADDRESS.fullmatch(address) is not None
        ):
            yield (
                f"the value of {name} is not an address that begins with https://, or with http://127.0.0.1 "
                f"for this machine. {_remedy(name)}"
            )


def _find_unlike(given: Mapping[str, Any], owners: Owners | None) -> Iterator[str]:
    for channel in list_all_channels(owners):
        name = channel.targets[0]
        if channel.kind in _KEYS and name in given:
            pattern, key = _KEYS[channel.kind]
            if not pattern.fullmatch(str(given[name]).partition("#")[2]):
                yield f"the address of {name} must end in # and {key}. {_remedy(name)}"
        if channel.kind in NAMED_CHANNELS and name not in given:
            nearest = get_close_matches(name, given, n=1)
            meant = f" Did you mean {nearest[0]}?" if nearest else ""
            yield (
                f"{name} is missing, which line {channel.line} of the owners' file names for {channel.kind}."
                f"{meant} {_remedy(name)}"
            )
    if owners is not None:
        used = {channel.targets[0] for channel in list_all_channels(owners) if channel.kind in NAMED_CHANNELS}
        for name in sorted(set(given) - used):
            # Not repeated where it is no name: it may be an address that was set in a name's place.
            if not check_name(name):
                key = pulumi.Config().full_key(WEBHOOKS_KEY)
                yield (
                    f"{name} is named by no channel of the owners' file. Remove it with: "
                    f"pulumi config rm --path '{key}.{name}'"
                )


def _list_in_the_clear(key: str) -> set[str]:
    """The names whose values the stack's file holds as plain text.

    Pulumi marks the whole object as a secret as soon as one of its values is, so the file has to be read.
    """
    try:
        file = yaml.safe_load((ROOT / f"Pulumi.{pulumi.get_stack()}.yaml").read_text(encoding="utf-8"))
        given = file["config"][key]
    except (OSError, ValueError, yaml.YAMLError, TypeError, KeyError):
        return set()  # it is kept elsewhere, or has no webhooks
    # The object may be encrypted as a whole: then its only key is `secure`.
    values = given.items() if isinstance(given, dict) and "secure" not in given else ()
    return {str(name) for name, value in values if not isinstance(value, dict)}


def _remedy(name: str) -> str:
    # Without a value the CLI asks for it, so that it is in no history of commands.
    return f"Set it with: pulumi config set --secret --path '{WEBHOOKS_KEY}.{name}'"


def _read() -> dict[str, Any] | None:
    """The configured object; None where it is none. Pulumi's own `get_object` would repeat its text."""
    try:
        given = json.loads(pulumi.Config().get(WEBHOOKS_KEY) or "{}")
    except ValueError:
        return None
    return given if isinstance(given, dict) else None
