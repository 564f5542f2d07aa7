"""Configuration keys that the program does not know.

Pulumi takes any key. A misspelt one would be accepted in silence, and its default stay in force.
"""

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Final

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env

REMOVED: Final[Mapping[str, str]] = {
    "heartbeatMinutes": (
        "Each sender is watched by its own interval now; silentSendersAlarmCount says from how many "
        "silent ones an alarm goes off."
    ),
    "breachQuietMinutes": (
        "Breaches are incidents now, which begin and end; openIncidentsAlarmCount says from how many open "
        "ones an alarm goes off."
    ),
}
"""Keys that there were, and what is there in their place."""


def explain_unknown_keys(known: Collection[str]) -> list[str]:
    """A sentence for each key in the project's namespace that is not known, with the nearest that is."""
    namespace = f"{pulumi.get_project()}:"
    given = {
        key.removeprefix(namespace) for key in (*CONFIG.get(), *get_config_env()) if key.startswith(namespace)
    }
    return [_explain(namespace, key, known) for key in sorted(given - set(known))]


def _explain(namespace: str, key: str, known: Collection[str]) -> str:
    remedy = f"Remove it with: pulumi config rm {namespace}{key}"
    if key in REMOVED:
        return f"{namespace}{key} is no key any more. {REMOVED[key]} {remedy}"
    nearest = get_close_matches(key, known, n=1)
    meant = f" Did you mean {namespace}{nearest[0]}?" if nearest else ""
    return f"{namespace}{key} is no key of this program.{meant} {remedy}"
