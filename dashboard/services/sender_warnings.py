"""What is wrong with a sender, and what its people can do about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from contract.answers import LOST_LETTER, UTF8_HINT
from contract.moments import format_duration
from contract.words import SenderState
from dashboard.data.sender import Sender
from dashboard.services.known_senders import Known

_SEPARATE: Final = "Give each server its own account, or send run.sender."
_SPEAK: Final = (
    "See whether the server runs, and its scheduled task: "
    "its repetition ends after a day unless it was told to go on."
)
_SHARED: Final = {
    "addresses": "Its reports come from several addresses",
    "strikes": "Empty reports came while files were stuck",
}


@dataclass(frozen=True, kw_only=True)
class SenderWarning:
    """One thing that is wrong."""

    name: str
    """In two words, for a table."""
    text: str
    """What is wrong, in a sentence."""
    remedy: str = ""


def list_warnings(known: Known, now: datetime, zone: ZoneInfo) -> list[SenderWarning]:
    """All that is wrong with a sender, what keeps most from being known first."""
    found: list[SenderWarning] = []
    if known.refused and known.refusal is not None:
        text = f"Its report of {_local(known.refusal.at, zone)} was refused, and none was taken since."
        remedy = "What is wrong with it is below."
        found.append(SenderWarning(name="refused", text=text, remedy=remedy))
    return [*found, *_list_of_sender(known.sender, now, zone)] if known.sender else found


def _list_of_sender(sender: Sender, now: datetime, zone: ZoneInfo) -> Iterator[SenderWarning]:
    if sender.state is SenderState.SILENT:
        silence = format_duration(now - sender.last_arrival_at)
        text = f"Nothing was heard of it for {silence}. What its folders are like is not known."
        yield SenderWarning(
            name="silent",
            text=text,
            remedy=_SPEAK,
        )
    if sender.unreadable:
        text = f"It cannot read {sender.unreadable:,} of its {sender.watched or 0:,} folders."
        yield SenderWarning(
            name="unreadable folders",
            text=text,
            remedy="Let the account that the script runs as read them, or take them off its list.",
        )
    if sender.shared is not None:
        cause = _SHARED.get(sender.shared, "It looks as if")
        text = f"{cause}: several servers speak through this account, and clear each other's folders."
        yield SenderWarning(name="shared account", text=text, remedy=_SEPARATE)
    if mixed := [one for one in sender.mixed_up if one.until > now]:
        sets = ", ".join(f"{one.folder or '(no parent)'} (until {_local(one.until, zone)})" for one in mixed)
        text = f"Its reports contradict each other on folders in {sets}; leaving one out clears nothing."
        remedy = f"{_SEPARATE} A share that comes and goes does it too."
        yield SenderWarning(name="mixed-up folders", text=text, remedy=remedy)
    if sender.lost_letters:
        names = "1 name" if sender.lost_letters == 1 else f"{sender.lost_letters:,} names"
        text = f"{names} of its last report lost letters on the way; each is shown as {LOST_LETTER}."
        yield SenderWarning(name="lost letters", text=text, remedy=f"{UTF8_HINT[0].upper()}{UTF8_HINT[1:]}.")


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"
