"""Actions on maintenance windows."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from contract.action import ActOnMaintenance, EndMaintenance, MakeMaintenance
from contract.answers import FieldProblem, MaintenanceAnswer, MaintenanceNow
from contract.limits import HOLD_TOLERANCE, LONGEST_MAINTENANCE, LONGEST_SERIES, MAX_WINDOWS
from contract.metrics import Outcome
from contract.moments import Clock, Hours, format_moment
from handlers.actions import acting
from handlers.web.errors import InvalidBodyError
from store.maintenance import MaintenanceTable, Window, name_window

_UNKNOWN = "No such maintenance window is known; it may have been of long ago."


@dataclass(frozen=True, kw_only=True)
class MaintenanceActions:
    """Performs actions on maintenance windows."""

    table: MaintenanceTable
    clock: Clock
    sleep: Callable[[float], None] = time.sleep

    def act(self, request: ActOnMaintenance, actor: acting.Actor) -> tuple[MaintenanceAnswer, Outcome]:
        """Performs an action, and returns the window's state after it.

        Raises:
            InvalidBodyError: the window would be over before it begins, too long, or too far away.
            NotFoundError: there is no such window.
            InvalidStateError: the window is over, or there are too many.
            ThrottledError: others kept on writing the same window.
        """
        action_id, now = actor.action_id(request), self.clock()
        return acting.take_turn(lambda: self._try(request, action_id, actor.caller.username, now), self.sleep)

    def _try(
        self, request: ActOnMaintenance, action_id: str, by: str, now: datetime
    ) -> tuple[MaintenanceAnswer, Outcome]:
        named = self.table.find(request.maintenance_id) if request.maintenance_id else None
        if request.maintenance_id and named is None:
            raise acting.NotFoundError(_UNKNOWN)
        window = None if isinstance(request, EndMaintenance) else _build(request, action_id, by, now)
        if window is not None and (made := self.table.find(window.window_id)):
            return _answer("Done before.", made, now), Outcome.ALREADY_DONE
        if named is not None and named.over_at <= now:
            if window is None and named.ended_by == by:
                return _answer("Done before.", named, now), Outcome.ALREADY_DONE
            raise acting.InvalidStateError(_answer("This maintenance is over.", named, now))
        if window is None:
            assert named is not None  # noqa: S101 - its id has to be sent
            return _answer("Ended.", self.table.end(named, by, now), now), Outcome.DONE
        _check(window, now)
        if named is None and len(self.table.list_windows(now)) >= MAX_WINDOWS:
            problem = f"There are {MAX_WINDOWS} maintenance windows already. End one that is not needed."
            raise acting.InvalidStateError(_answer(problem, window, now))
        self.table.make(window, named)
        begins = "Maintenance is on" if window.is_in_force(now) else "Maintenance is planned"
        return _answer(f"{begins} until {format_moment(window.ends)}.", window, now), Outcome.DONE


def _answer(message: str, window: Window, now: datetime) -> MaintenanceAnswer:
    weekly: dict[str, Any] = {}
    if window.weekly is not None:
        weekly = dict(zip(("days", "from", "to", "zone"), window.weekly.format(), strict=True))
        weekly |= {"outside": True} if window.outside else {}
    shown = {
        "sender": window.sender,
        "folder": window.folder,
        "owner": window.owner,
        "from": format_moment(window.starts),
        "weekly": weekly,
        "until" if weekly else "to": format_moment(window.ends),
        "reason": window.reason,
    }
    state = MaintenanceNow(
        maintenance_id=window.window_id,
        window={name: value for name, value in shown.items() if value},
        in_force=window.is_in_force(now),
        made_by=window.made_by,
        made_at=format_moment(window.made_at),
        replaces=window.replaces or None,
        ended_by=window.ended_by or None,
        ended_at=format_moment(window.ended_at) if window.ended_at else None,
    )
    return MaintenanceAnswer(message=message, maintenance=state)


def _build(request: MakeMaintenance, action_id: str, by: str, now: datetime) -> Window:
    """The window that is asked for. Nothing is muted in hindsight: it begins now at the earliest."""
    asked, hours = request.window, request.window.weekly
    ends = asked.ends if asked.weekly is None else asked.until
    assert ends is not None  # noqa: S101 - `parsing` asks for it
    return Window(
        window_id=name_window(ends, action_id),
        sender=asked.sender or "",
        folder=asked.folder or "",
        owner=asked.owner or "",
        starts=max(asked.starts or now, now),
        ends=ends,
        weekly=Hours.parse(hours.days, hours.start, hours.end, hours.zone) if hours else None,
        outside=hours is not None and hours.outside,
        reason=asked.reason,
        made_by=by,
        made_at=now,
        replaces=request.maintenance_id or "",
    )


def _check(window: Window, now: datetime) -> None:
    """Raises `InvalidBodyError` if a window is over before it begins, too long, or too far away."""
    name, longest = ("to", LONGEST_MAINTENANCE) if window.weekly is None else ("until", LONGEST_SERIES)
    problems = []
    if window.starts - now > LONGEST_SERIES + HOLD_TOLERANCE:
        problems.append(FieldProblem("window.from", "is too far away", _within(LONGEST_SERIES, "now")))
    if not timedelta() < window.ends - window.starts <= longest + HOLD_TOLERANCE:
        hint = _within(longest, "the beginning")
        problems.append(FieldProblem(f"window.{name}", "is not after the beginning, or too far away", hint))
    if not problems and next(window.spans(window.starts, window.ends), None) is None:
        hint = "move from or until, or name another day"
        problems.append(FieldProblem("window.weekly", "never occurs before the end", hint))
    if problems:
        raise InvalidBodyError(problems)


def _within(longest: timedelta, since: str) -> str:
    return f"send a moment after {since}, at most {longest.days} days after it"
