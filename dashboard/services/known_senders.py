"""Every sender of which anything is known, and whether the last that was heard of it was refused."""

from dataclasses import dataclass
from typing import Final

from contract.words import SenderState
from dashboard.data.sender import Fleet, Refusal, Sender

_ORDER: Final = (SenderState.SILENT, SenderState.LATE, None, SenderState.UP, SenderState.PAUSED)
"""`None` stands for those whose last report was refused, and that are neither silent nor late."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """One sender: itself, its last refused report, or both."""

    key: str
    sender: Sender | None
    refusal: Refusal | None
    refused: bool
    """Whether nothing was taken of it since that report was refused."""

    @property
    def name(self) -> str:
        """What the screen calls it."""
        told = self.sender or self.refusal
        return told.name if told else self.key


def list_senders(fleet: Fleet) -> list[Known]:
    """Silent ones first, then late, refused, up and paused ones; the retired last."""
    senders = {one.key: one for one in fleet.senders}
    known = (
        Known(
            key=key,
            sender=senders.get(key),
            refusal=fleet.refusals.get(key),
            refused=_is_refused(fleet, key),
        )
        for key in {**senders, **fleet.refusals}
    )
    listed = [one for one in known if one.sender is not None or one.refused]
    return sorted(listed, key=lambda one: (_rank(one), one.name.casefold(), one.key))


def _is_refused(fleet: Fleet, key: str) -> bool:
    """Whether its last report was refused.

    What cannot be read does not tell which of an account's scripts sent it. It is mended once any of them,
    by whatever name, is heard again.
    """
    refusal = fleet.refusals.get(key)
    if refusal is None:
        return False
    same = [one for one in fleet.senders if one.key == key or one.key.startswith(f"{key}/")]
    retired = any(one.key == key and one.state is SenderState.RETIRED for one in same)
    return not retired and all(one.last_arrival_at < refusal.at for one in same)


def _rank(one: Known) -> int:
    state = one.sender.state if one.sender else None
    if state is SenderState.RETIRED:
        return len(_ORDER)
    heard = one.refused and state not in (SenderState.SILENT, SenderState.LATE)
    return _ORDER.index(None if heard else state)
