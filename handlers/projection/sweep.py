"""The sweep: what time alone changes, the senders to replay, and the gauges."""

import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from contract.limits import ACCOUNT_INCIDENTS
from contract.metrics import Metric
from contract.owners.matching import find_sender_owner
from contract.owners.model import Owners
from contract.words import IncidentStatus, SenderState, account_of
from handlers.incidents.projection import advance, next_check_at
from handlers.incidents.sender import show_sender
from handlers.projection.replay import SenderReplay
from handlers.runtime import count, logger
from store import senders
from store.dynamodb import ConflictError, find_number, may_pass
from store.maintenance import LONGEST_GRACE_PERIOD, MaintenanceTable, Window, silence_held_until
from store.senders import NextCheck, Sender, SenderAttribute, describe_sender, parse_sender
from store.state import SenderStore, StoredSender, collect_writes


@dataclass(frozen=True, kw_only=True)
class SenderSweep:
    """One round over the senders that are due."""

    store: SenderStore
    replays: SenderReplay

    def run(self, now: datetime, seconds_left: Callable[[], float]) -> int:
        """Looks at every sender that is due, as long as there is time; the next sweep takes the rest.

        The next one is always of the account that has taken the least time so far: what one account needs
        delays that account alone. Returns how many were looked at.

        Raises:
            botocore.exceptions.ClientError: a service failed while it looked at some of them, which are still
                due. The others were looked at.
        """
        waiting: dict[str, deque[str]] = {}
        for sender in self.store.senders.list_due(now):
            waiting.setdefault(account_of(sender), deque()).append(sender)
        taken = dict.fromkeys(waiting, 0.0)
        seen, failure = 0, None
        while waiting:
            if seconds_left() <= 0:
                logger.warning("the sweep ends before it is through")
                break
            account = min(waiting, key=taken.__getitem__)
            sender = waiting[account].popleft()
            if not waiting[account]:
                del waiting[account]
            began = time.monotonic()
            try:
                self._look(sender, now, seconds_left)
            except Exception as error:
                if not may_pass(error):
                    raise
                failure = error
            taken[account] += time.monotonic() - began
            seen += 1
        if failure is not None:
            raise failure
        return seen

    def _look(self, sender: str, now: datetime, seconds_left: Callable[[], float]) -> None:
        try:
            known = self.store.read(sender)
            if known.check.set_aside_at or known.check.attempts >= senders.REPLAY_ATTEMPTS:
                self.store.set_aside(known)
            elif known.check.replay_since is not None:
                self._replay(known, now, seconds_left)
            elif known.sender is not None:
                self._advance(known, now)
        except ConflictError:
            pass  # it is still due, so the next sweep finds it
        except Exception as error:
            if may_pass(error):
                raise
            logger.exception("a sender cannot be looked at", extra={"sender": sender})
            count(Metric.RUNS_NOT_APPLIED)

    def _replay(self, known: StoredSender, now: datetime, seconds_left: Callable[[], float]) -> None:
        try:
            if self.replays.replay(known, now, seconds_left):
                count(Metric.SENDERS_REPLAYED)
        except Exception as error:
            if may_pass(error):
                # Not this sender's fault: others wrote it meanwhile, or a service failed.
                self.store.senders.release(known.key, now, known.check)
                raise
            logger.exception("a sender cannot be replayed", extra={"sender": known.key})
            count(Metric.RUNS_NOT_APPLIED)
            known = self.store.read(known.key)
            later = NextCheck(at=now + senders.RETRY_REPLAY, replay_since=known.check.replay_since)
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
    most_live: int = ACCOUNT_INCIDENTS
    """Live incidents of an account: those with more are over their limit from then on."""

    def read(self, now: datetime) -> dict[Metric, int]:
        """The values, by the metric of each. A silence that maintenance holds is not counted."""
        table = self.store.senders
        attributes = (SenderAttribute.STATE, SenderAttribute.UNREADABLE)
        read = table.query_states(SenderState.UP, SenderState.LATE, attributes=attributes)
        silent = [(item, parse_sender(item)) for item in table.query_states(SenderState.SILENT)]
        windows = self.maintenance.list_windows(now - LONGEST_GRACE_PERIOD) if silent else []
        of_status: Counter[IncidentStatus] = Counter()
        of_account: Counter[str] = Counter()
        for (sender, status), number in self.store.incidents.count_live().items():
            of_status[status] += number
            of_account[account_of(sender)] += number
        over = [account for account, number in of_account.items() if number > self.most_live]
        table.write_over_limit(over)
        return {
            Metric.SENDERS_SILENT: sum(not self._is_held(one, windows, now) for _, one in silent),
            Metric.SENDERS_SET_ASIDE: len(table.list_set_aside(now)),
            Metric.FOLDERS_UNREADABLE: sum(
                find_number(one, SenderAttribute.UNREADABLE) for one in (*read, *(item for item, _ in silent))
            ),
            Metric.INCIDENTS_OPEN: of_status[IncidentStatus.OPEN],
            Metric.INCIDENTS_UNKNOWN: of_status[IncidentStatus.UNKNOWN],
            Metric.ACCOUNTS_OVER_LIMIT: len(over),
        }

    def _is_held(self, sender: Sender, windows: Sequence[Window], now: datetime) -> bool:
        owner = find_sender_owner(self.owners, sender.name).owner.name if self.owners else ""
        return silence_held_until(windows, replace(sender, owner=owner), now) is not None
