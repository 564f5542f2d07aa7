"""An act upon what is known of a sender, worked out by the rules and committed with it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from handlers.incidents.projection import act, wakes_at
from handlers.incidents.sender import show_sender
from handlers.projection.store_incidents import Entry
from handlers.projection.store_senders import Sender, Wake, describe_sender
from handlers.projection.store_state import (
    Act,
    Changes,
    Known,
    RunHistory,
    SenderStore,
    State,
    collect_writes,
)


@dataclass(frozen=True, kw_only=True)
class Acted:
    """A sender with an act, before it is stored."""

    known: Known
    before: State
    after: State
    changes: Changes
    act: Act
    """Dated so that it comes after all that is known."""

    @classmethod
    def work_out(cls, store: SenderStore, known: Known, sender: RunHistory, deed: Act) -> Self:
        """What an act makes of a sender and its incidents.

        Args:
            store: where they are kept.
            known: the sender, as it was read.
            sender: the same, of which at least one run is known.
            deed: the act.
        """
        dated = replace(deed, at=_date(sender, deed))
        before = store.read_state(known)
        done = act(before, dated)
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
        since = self.known.fold_since
        # A sender that has to be folded is, with this act among the others.
        wake = Wake(
            at=store.clock() if since else wakes_at(self.after, self.act.at),
            fold_since=since,
        )
        store.commit(
            self.known,
            describe_sender(self.sender),
            wake,
            replace(writes, acts=(self.act,), entries=dict(entries or {})),
        )


def _date(sender: RunHistory, deed: Act) -> datetime:
    """Not before the last run or what people did last: another clock may have been ahead of this one.

    Dated earlier, it would be an act on what was then, and not on what its person sees.
    """
    at = max(deed.at, sender.last.at, sender.acted_at or deed.at)
    if sender.acted is not None and (at, deed.act_id) <= sender.acted:
        at += timedelta(microseconds=1)
    return at
