"""What people did about incidents that a late run showed to be one: the one that stays has it all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from contract.limits import MAX_DEEDS, MAX_NOTES_BYTES
from contract.moments import parse_moment
from handlers.projection.deeds import read_version
from handlers.projection.updates import Update, Values
from store.incidents import DeedAttribute, IncidentAttribute

Item = Mapping[str, Any]

_ACKNOWLEDGED: Final = (IncidentAttribute.ACKNOWLEDGED_UNTIL, IncidentAttribute.ACKNOWLEDGED_BY)
_SNOOZED: Final = (IncidentAttribute.SNOOZED_UNTIL,)


@dataclass(frozen=True, kw_only=True)
class Inheritance:
    """What people did about one incident, with what they did about those that turned out to be it."""

    version: int
    """Of what people changed of it before."""
    values: Values
    """What becomes of the attributes that people change."""

    @classmethod
    def of(cls, heir: Item, gone: Sequence[Item]) -> Self:
        """What an incident inherits: deeds in their order, the longest acknowledgement and snooze.

        A deed that it has already is not counted twice: a commit may have ended half way.

        Args:
            heir: the item of the incident that stays.
            gone: the items of those that are it.
        """
        own = _list_deeds(heir)
        ids = {_id_of(deed) for deed in own}
        new = [deed for item in gone for deed in _list_deeds(item) if _id_of(deed) not in ids]
        history = _fit(
            sorted([*own, *new], key=lambda deed: parse_moment(deed["M"][DeedAttribute.DONE_AT]["S"]))
        )
        version = read_version(heir)
        values: Values = {**_longest([heir, *gone], _ACKNOWLEDGED), **_longest([heir, *gone], _SNOOZED)}
        if new:
            values[IncidentAttribute.HISTORY] = {"L": history}
            values[IncidentAttribute.ACTION_VERSION] = {"N": str(version + len(new))}
        return cls(version=version, values=values)

    def update(self, values: Values) -> Update:
        """The update that hands it down and, with it, sets these attributes, unless people acted since."""
        before = {"N": str(self.version)} if self.version else None
        return Update(values={**values, **self.values}, if_still={IncidentAttribute.ACTION_VERSION: before})


def _list_deeds(item: Item) -> list[Any]:
    deeds: list[Any] = item.get(IncidentAttribute.HISTORY, {}).get("L", [])
    return deeds


def _id_of(deed: Item) -> str:
    return str(deed["M"][DeedAttribute.DEED_ID]["S"])


def _fit(deeds: list[Any]) -> list[Any]:
    """Without the oldest, where together they are more than an incident's item has room for."""
    fitting: list[Any] = []
    room = MAX_NOTES_BYTES
    for deed in reversed(deeds[-MAX_DEEDS:]):
        room -= len(deed["M"].get(DeedAttribute.NOTE, {}).get("S", "").encode())
        if room < 0:
            break
        fitting.insert(0, deed)
    return fitting


def _longest(items: Iterable[Item], attributes: Sequence[IncidentAttribute]) -> Values:
    """These attributes, as in the item in which the first of them, a moment, is the latest."""
    until = attributes[0]
    held = [item for item in items if until in item]
    if not held:
        return {}
    longest = max(held, key=lambda item: parse_moment(item[until]["S"]))
    return {attribute: longest.get(attribute) for attribute in attributes}
