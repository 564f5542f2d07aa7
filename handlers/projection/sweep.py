"""The sweep: what time alone changes, the senders to replay, and the gauges."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from contract.metrics import Metric
from contract.owners.matching import find_sender_owner
from contract.owners.model import Owners
from contract.words import IncidentStatus, SenderState
from handlers.incidents.projection import advance, next_check_at
from handlers.incidents.sender import show_sender
from handlers.projection.replay import SenderReplay
from handlers.runtime import count, logger
from store.dynamodb import ConflictError, find_number, may_pass
from store.maintenance import LONGEST_GRACE_PERIOD, MaintenanceTable, Window, silence_held_until
from store.senders import RETRY_REPLAY, NextCheck, Sender, SenderAttribute, describe_sender, parse_sender
from store.state import SenderStore, StoredSender, collect_writes


@dataclass(frozen=True, kw_only=True)
class SenderSweep:
    """One round over the senders that are due."""

    store: SenderStore
    replays: SenderReplay

    def run(self, now: datetime, seconds_left: Callable[[], float]) -> int:
        """Looks at every sender that is due, as long as there is time; the next sweep takes the rest.

        Args:
            now: until when time has passed.
            seconds_left: the time until the function has to be done.

        Returns:
            How many were looked at.
        """
        seen = 0
        for sender in self.store.senders.list_due(now):
            if seconds_left() <= 0:
                logger.warning("the sweep ends before it is through")
                break
            seen += 1
            try:
                known = self.store.read(sender)
                if known.replay_since is not None:
                    self._replay(known, now)
                elif known.sender is not None:
                    self._advance(known, now)
            except ConflictError:
                continue  # it is still due, so the next sweep finds it
            except Exception as error:
                if may_pass(error):
                    raise
                logger.exception("a sender cannot be looked at", extra={"sender": sender})
                count(Metric.RUNS_NOT_APPLIED)
        return seen

    def _replay(self, known: StoredSender, now: datetime) -> None:
        try:
            self.replays.replay(known, now)
            count(Metric.SENDERS_REPLAYED)
        except Exception as error:
            if may_pass(error):
                raise
            logger.exception("a sender cannot be replayed", extra={"sender": known.key})
            count(Metric.RUNS_NOT_APPLIED)
            later = NextCheck(at=now + RETRY_REPLAY, replay_since=known.replay_since)
            self.store.commit(known, {}, later)

    def _advance(self, known: StoredSender, now: datetime) -> None:
        before = self.store.read_state(known)
        done = advance(before, now)
        own = describe_sender(show_sender(done.state))
        writes = collect_writes(before, done.state, [done.changed])
        self.store.commit(known, own, NextCheck(at=next_check_at(done.state, now)), writes)


@dataclass(frozen=True, kw_only=True)
class Gauges:
    """How many senders and incidents are in a state."""

    store: SenderStore
    maintenance: MaintenanceTable
    owners: Owners | None
    """Whom senders belong to; None where the stack has no owners."""

    def read(self, now: datetime) -> dict[Metric, int]:
        """The values, by the metric of each. A silence that maintenance holds is not counted."""
        senders = self.store.senders
        attributes = (SenderAttribute.STATE, SenderAttribute.UNREADABLE)
        read = senders.query_states(SenderState.UP, SenderState.LATE, attributes=attributes)
        silent = [(item, parse_sender(item)) for item in senders.query_states(SenderState.SILENT)]
        windows = self.maintenance.list_windows(now - LONGEST_GRACE_PERIOD) if silent else []
        of_incidents = {
            Metric.INCIDENTS_OPEN: IncidentStatus.OPEN,
            Metric.INCIDENTS_UNKNOWN: IncidentStatus.UNKNOWN,
        }
        return {
            Metric.SENDERS_SILENT: sum(not self._is_held(one, windows, now) for _, one in silent),
            Metric.FOLDERS_UNREADABLE: sum(
                find_number(one, SenderAttribute.UNREADABLE) for one in (*read, *(item for item, _ in silent))
            ),
            **{metric: self.store.incidents.count_live(status) for metric, status in of_incidents.items()},
        }

    def _is_held(self, sender: Sender, windows: Sequence[Window], now: datetime) -> bool:
        owner = find_sender_owner(self.owners, sender.name).owner.name if self.owners else ""
        return silence_held_until(windows, replace(sender, owner=owner), now) is not None
