"""The sweep: what time alone changes, the senders to replay, and the gauges."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from contract.metrics import Metric
from contract.words import IncidentStatus, SenderState
from handlers.incidents.projection import advance, next_check_at
from handlers.incidents.sender import show_sender
from handlers.projection.replay import SenderReplay
from handlers.runtime import count, logger
from store.dynamodb import ConflictError, find_number, may_pass
from store.senders import RETRY_REPLAY, NextCheck, SenderAttribute, describe_sender
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


def read_gauges(store: SenderStore) -> dict[Metric, int]:
    """How many senders and incidents are in a state, by the metric of each."""
    states = (SenderState.UP, SenderState.LATE, SenderState.SILENT)
    attributes = (SenderAttribute.STATE, SenderAttribute.UNREADABLE)
    senders = store.senders.query_states(*states, attributes=attributes)
    of_incidents = {
        Metric.INCIDENTS_OPEN: IncidentStatus.OPEN,
        Metric.INCIDENTS_UNKNOWN: IncidentStatus.UNKNOWN,
    }
    return {
        Metric.SENDERS_SILENT: sum(one[SenderAttribute.STATE]["S"] == SenderState.SILENT for one in senders),
        Metric.FOLDERS_UNREADABLE: sum(find_number(one, SenderAttribute.UNREADABLE) for one in senders),
        **{metric: store.incidents.count_live(status) for metric, status in of_incidents.items()},
    }
