"""What there is to say of a silent sender, and of a folder that cannot be read.

| said    | trouble | well  | neither |
|---------|---------|-------|---------|
| nothing | begins  |       |         |
| begun   |         | ends  |         |
| lost    |         |       |         |
"""

from collections.abc import Mapping
from enum import StrEnum, unique
from typing import Final

from contract.words import MessageKind
from handlers.messages.rules.told import Said


@unique
class Now(StrEnum):
    """How a sender or a folder is."""

    TROUBLE = "trouble"
    WELL = "well"
    NEITHER = "neither"
    """Nobody can tell, or nobody asks any more."""


SENDER_SAY: Final[Mapping[tuple[Said, Now], MessageKind]] = {
    (Said.NOTHING, Now.TROUBLE): MessageKind.SILENT,
    (Said.BEGUN, Now.WELL): MessageKind.SPEAKS,
}
FOLDER_SAY: Final[Mapping[tuple[Said, Now], MessageKind]] = {
    (Said.NOTHING, Now.TROUBLE): MessageKind.UNREADABLE,
    (Said.BEGUN, Now.WELL): MessageKind.READABLE,
}
