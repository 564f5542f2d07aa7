"""Incidents and senders as their items tell them, each with the owner that the rules find now."""

from collections.abc import Iterator
from datetime import timedelta
from functools import lru_cache
from typing import Final

from contract.owners.matching import find_owner, find_sender_owner
from contract.owners.model import Owners
from contract.words import Clearing, IncidentStatus, SenderKind, SenderState, UnknownReason
from handlers.messages.sending.attributes import (
    Item,
    find_moment,
    find_number,
    find_text,
    read_moment,
    read_text,
)
from handlers.messages.situation import Incident, Sender, UnreadableFolder
from store.incidents import IncidentAttribute
from store.senders import SenderAttribute

FOLDERS_REMEMBERED: Final = 20_000
"""Whose owner is not looked for again, as long as the function's process lives."""


class Rows:
    """Reads items. Whom something belongs to is looked up once.

    Args:
        owners: what the stack's file says.
    """

    def __init__(self, owners: Owners) -> None:
        @lru_cache(maxsize=FOLDERS_REMEMBERED)
        def of_folder(folder: str, sender_name: str) -> str:
            return find_owner(owners, folder, sender_name).owner.name

        @lru_cache(maxsize=FOLDERS_REMEMBERED)
        def of_sender(sender_name: str) -> str:
            return find_sender_owner(owners, sender_name).owner.name

        self._of_folder = of_folder
        self._of_sender = of_sender

    def incident(self, item: Item) -> Incident:
        """The incident of an item, or of an entry of the live index.

        Raises:
            KeyError: an attribute is missing that every incident has.
            ValueError: an attribute has a value that it never has.
        """
        folder, sender_name = (
            read_text(item, IncidentAttribute.FOLDER),
            read_text(item, IncidentAttribute.SENDER_NAME),
        )
        reason = find_text(item, IncidentAttribute.REASON)
        cleared_by = find_text(item, IncidentAttribute.CLEARED_BY)
        return Incident(
            incident_id=read_text(item, IncidentAttribute.INCIDENT_ID),
            sender=read_text(item, IncidentAttribute.SENDER),
            sender_name=sender_name,
            folder=folder,
            owner=self._of_folder(folder, sender_name),
            status=IncidentStatus(read_text(item, IncidentAttribute.STATUS)),
            reason=UnknownReason(reason) if reason else None,
            sla=int(item[IncidentAttribute.SLA]["N"]),
            files=find_number(item, IncidentAttribute.FILE_COUNT),
            oldest=find_moment(item, IncidentAttribute.OLDEST_CREATION),
            opened_at=read_moment(item, IncidentAttribute.OPENED_AT),
            breached_since=read_moment(item, IncidentAttribute.BREACHED_SINCE),
            last_seen_at=read_moment(item, IncidentAttribute.LAST_SEEN_AT),
            last_seen_run=read_text(item, IncidentAttribute.LAST_SEEN_RUN),
            last_seen_arrival=read_moment(item, IncidentAttribute.LAST_SEEN_ARRIVAL),
            unknown_since=find_moment(item, IncidentAttribute.UNKNOWN_SINCE),
            ended_at=find_moment(item, IncidentAttribute.ENDED_AT),
            cleared_by=Clearing(cleared_by) if cleared_by else None,
            between=IncidentAttribute.BETWEEN in item,
            reopened=find_number(item, IncidentAttribute.REOPENED),
            acknowledged_by=find_text(item, IncidentAttribute.ACKNOWLEDGED_BY),
            acknowledged_until=find_moment(item, IncidentAttribute.ACKNOWLEDGED_UNTIL),
            snoozed_until=find_moment(item, IncidentAttribute.SNOOZED_UNTIL),
        )

    def sender(self, item: Item, unreadable: Item | None = None) -> Sender:
        """The sender of an entry of the state index.

        Args:
            item: the entry.
            unreadable: its own item, where folders are named that it cannot read.

        Raises:
            KeyError: an attribute is missing that every sender has.
            ValueError: an attribute has a value that it never has.
        """
        name = read_text(item, SenderAttribute.SENDER_NAME)
        named = tuple(self._list_unreadable(name, unreadable or {}))
        return Sender(
            key=read_text(item, SenderAttribute.SENDER),
            name=name,
            owner=self._of_sender(name),
            state=SenderState(read_text(item, SenderAttribute.STATE)),
            state_since=read_moment(item, SenderAttribute.STATE_SINCE),
            kind=SenderKind(read_text(item, SenderAttribute.KIND)),
            last_run_at=read_moment(item, SenderAttribute.LAST_RUN_AT),
            interval=timedelta(minutes=find_number(item, SenderAttribute.INTERVAL_MINUTES)),
            unreadable=named,
            unreadable_unnamed=len(named) < find_number(item, SenderAttribute.UNREADABLE),
        )

    def _list_unreadable(self, sender_name: str, item: Item) -> Iterator[UnreadableFolder]:
        for entry in item.get(SenderAttribute.UNREADABLE_FOLDERS, {}).get("L", ()):
            folder = read_text(entry["M"], "Folder")
            yield UnreadableFolder(
                folder=folder,
                owner=self._of_folder(folder, sender_name),
                error=read_text(entry["M"], "Error"),
            )
