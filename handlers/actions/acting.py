"""An act upon what is known of a sender, worked out by the rules and committed with it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from handlers.incidents.projection import apply_action, next_check_at
from handlers.incidents.sender import show_sender
from handlers.projection.store_incidents import Entry
from handlers.projection.store_senders import NextCheck, Sender, describe_sender
from handlers.projection.store_state import (
    Changes,
    PersonAction,
    RunHistory,
    SenderStore,
    State,
    StoredSender,
    collect_writes,
)


@dataclass(frozen=True, kw_only=True)
class Acted:
    """A sender with an act, before it is stored."""

    known: StoredSender
    before: State
    after: State
    changes: Changes
    act: PersonAction
    """Dated so that it comes after all that is known."""

    @classmethod
    def work_out(
        cls, store: SenderStore, known: StoredSender, sender: RunHistory, deed: PersonAction
    ) -> Self:
        """What an act makes of a sender and its incidents.

        Args:
            store: where they are kept.
            known: the sender, as it was read.
            sender: the same, of which at least one run is known.
            deed: the act.
        """
        dated = replace(deed, at=_date(sender, deed))
        before = store.read_state(known)
        done = apply_action(before, dated)
        return cls(known=known, before=before, after=done.state, changes=done.changes, act=dated)

    @property
    def sender(self) -> Sender:
        """The sender as pages show it from then on."""
        return show_sender(self.after)

    def commit(self, store: SenderStore, entries: Mapping[str, Entry] | None = None) -> None:
        """Stores it: the act, what it changed, and what incidents' histories get, all or nothing.

        Raises:
            ConflictError: the sender or one of the histories was written since, or the act is known already.
        """
        writes = collect_writes(self.before, self.after, [self.changes])
        since = self.known.replay_since
        # A sender that has to be folded is, with this act among the others.
        wake = NextCheck(
            at=store.clock() if since else next_check_at(self.after, self.act.at),
            replay_since=since,
        )
        store.commit(
            self.known,
            describe_sender(self.sender),
            wake,
            replace(writes, acts=(self.act,), entries=dict(entries or {})),
        )


def _date(sender: RunHistory, deed: PersonAction) -> datetime:
    """Not before the last run or what people did last: another clock may have been ahead of this one.

    Dated earlier, it would be an act on what was then, and not on what its person sees.
    """
    at = max(deed.at, sender.last.at, sender.last_action_at or deed.at)
    if sender.last_action is not None and (at, deed.action_id) <= sender.last_action:
        at += timedelta(microseconds=1)
    return at
