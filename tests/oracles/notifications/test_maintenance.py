"""Maintenance over small worlds whose truth is known: minute by minute, from the windows themselves."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from contract.moments import Hours
from contract.words import IncidentStatus, SenderState, UnknownReason
from contract.words import NotificationKind as K
from handlers.notifications.plan import plan, record_delivery
from handlers.notifications.rules import BEGINNINGS, Notice
from handlers.notifications.situation import Situation, with_maintenance
from store.incidents import Incident
from store.maintenance import Window
from store.notifications import RecipientState, list_recipients
from store.runs import Stamp
from store.senders import Sender
from tests.stands.notifier import an_owners_file
from tests.unit.handlers.notifications.samples import sender

# The night in which Berlin's clocks are put back: an hour comes twice.
START: Final = datetime(2026, 10, 24, 16, tzinfo=UTC)
STEP: Final = timedelta(minutes=5)
STEPS: Final = 200
ZONE: Final = "Europe/Berlin"
OWNERS: Final = an_owners_file()
FOLDERS: Final = {"D:\\Inbound": "orders", "E:\\Bank": "bank"}
LEFT: Final = 30
"""Steps without any window, at the end."""
EXPIRES: Final = 12
GRACE: Final = timedelta(minutes=35)


def when(step: int) -> datetime:
    return START + step * STEP


_STEPS = st.integers(0, STEPS)
_HALF_HOURS = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
_HOURS = st.builds(
    Hours,
    days=st.frozensets(st.sampled_from([5, 6]), min_size=1),
    start=_HALF_HOURS,
    end=_HALF_HOURS,
    zone=st.just(ZONE),
)


_PLACES: list[dict[str, Any]] = [
    {"sender": "*"}, {"sender": "FILES-01/*"}, {"folder": "d:\\*"}, {"owner": "bank"},
    {"sender": "other"}, {"owner": "orders", "folder": "*"},
]  # fmt: skip


def a_night(begin: int, end: int) -> list[Window]:
    return [
        Window(
            window_id="w0", sender="*", starts=when(begin), ends=when(end), reason="patching", made_by="ana",
            made_at=START,
        )
    ]  # fmt: skip


@st.composite
def windows(draw: st.DrawFn) -> list[Window]:
    found = []
    for number in range(draw(st.integers(1, 3))):
        begin, end = sorted((draw(_STEPS), draw(_STEPS)))
        window = replace(
            a_night(begin, end + 1)[0],
            window_id=f"w{number}",
            weekly=draw(st.none() | _HOURS),
            outside=draw(st.booleans()),
            ended_at=draw(st.none() | _STEPS.map(when)),
            sender="",
        )
        found.append(replace(window, **draw(st.sampled_from(_PLACES))))
    return found


def is_on(window: Window, at: datetime) -> bool:
    """The truth: on a clock on the wall, without anything of the product."""
    if not window.starts <= at < window.ends or (window.ended_at and at >= window.ended_at):
        return False
    if window.weekly is None:
        return True
    hours = window.weekly
    for back in (0, 1):
        day = at.astimezone(ZoneInfo(ZONE)).date() - timedelta(days=back)
        last = day if hours.end > hours.start else day + timedelta(days=1)
        begin = datetime.combine(day, hours.start, ZoneInfo(ZONE)).timestamp()
        end = datetime.combine(last, hours.end, ZoneInfo(ZONE)).timestamp()
        if day.weekday() in hours.days and begin <= at.timestamp() < end:
            return not window.outside
    return window.outside


def is_muted(made: list[Window], at: datetime, owner: str, folder: str | None) -> bool:
    def concerns(window: Window) -> bool:
        return (
            window.sender in ("", "*", "FILES-01/*")
            and window.owner in ("", owner)
            and (not window.folder or (folder is not None and folder.lower().startswith(window.folder[:-1])))
        )

    return any(is_on(window, at) and concerns(window) for window in made)


@dataclass(frozen=True, kw_only=True)
class Story:
    """Two folders in breach from one step to another, and a server that falls silent at a step."""

    breaches: tuple[tuple[int, int], tuple[int, int]]
    silent_from: int
    confirmed: bool
    """Whether a report shows that the first folder is well; else it is no longer reported, and expires."""

    def incident(self, number: int, step: int) -> Incident | None:
        (begin, end), folder = self.breaches[number], list(FOLDERS)[number]
        if step < begin:
            return None
        opened = Stamp(when(begin), "r", when(begin))
        open_one = Incident(
            incident_id=f"i{number}", sender="s", sender_name="files-01/FILES01", folder=folder,
            owner=FOLDERS[folder], sla=20, opened=opened, breached_since=when(begin), seen=opened,
            file_count=1, peak_file_count=1,
        )  # fmt: skip
        if step < end:
            return open_one
        if number == 0 and not self.confirmed:
            lost = replace(open_one, reason=UnknownReason.NOT_REPORTED, unknown_since=when(end))
            if step < end + EXPIRES:
                return replace(lost, status=IncidentStatus.UNKNOWN)
            return replace(lost, status=IncidentStatus.EXPIRED, ended_at=when(end + EXPIRES))
        return replace(open_one, status=IncidentStatus.CLEARED, ended_at=when(end))

    def sender(self, step: int) -> Sender:
        silent = step >= self.silent_from
        heard = when(min(step, self.silent_from)) - (GRACE if silent else timedelta())
        return sender(
            key="s", owner="orders", last_run_at=heard, last_arrival_at=heard,
            state=SenderState.SILENT if silent else SenderState.UP,
        )  # fmt: skip


_STORIES = st.builds(
    Story,
    breaches=st.tuples(*[st.tuples(_STEPS, _STEPS).map(lambda one: (min(one), max(one)))] * 2),
    silent_from=_STEPS,
    confirmed=st.booleans(),
)


def play(story: Story, made: list[Window]) -> dict[str, list[tuple[int, Notice]]]:
    """What each owner is sent, by sweeps every five minutes."""
    recipients = list_recipients(OWNERS)
    states = {one.key: RecipientState() for one in recipients}
    sent: dict[str, list[tuple[int, Notice]]] = {"orders": [], "bank": []}
    for step in range(STEPS + LEFT):
        incidents = [one for number in range(2) if (one := story.incident(number, step))]
        situation = Situation(
            now=when(step),
            incidents={one.incident_id: one for one in incidents},
            senders={"s": story.sender(step)},
        )
        known = [one for one in made if one.over_at > when(step) - timedelta(days=14)]
        situation = with_maintenance(situation, known, OWNERS)
        for recipient in recipients:
            planned = plan(recipient, states[recipient.key], situation)
            state = planned.state
            for notification in planned.notifications:
                state = record_delivery(state, notification, when(step))
                sent[recipient.owner.name] += [(step, notice) for notice in notification.notices]
            states[recipient.key] = state
    return sent


def check_said_once(said: list[int], due: list[int]) -> None:
    """One sweep notices what is due, and the next says so, or the one after where something else was said."""
    assert len(said) <= 1, "notified once"
    settled = [later for one, later in pairwise(due) if later == one + 1]
    longer = [later for one, later in pairwise(settled) if later == one + 1]
    assert set(said) <= set(settled)
    assert not longer or (said and said[0] <= longer[0]), "notified as soon as no window holds it"


# A folder that is no longer reported: in the window, and within the grace period after it.
@example(Story(breaches=((5, 40), (0, 0)), silent_from=STEPS, confirmed=False), a_night(30, 80))
@example(Story(breaches=((5, 82), (0, 0)), silent_from=STEPS, confirmed=False), a_night(30, 80))
@settings(max_examples=80, deadline=None, derandomize=True)
@given(_STORIES, windows())
def test_nobody_is_muted_outside_a_window_and_nobody_is_disturbed_in_one(
    story: Story, made: list[Window]
) -> None:
    def is_held(step: int, owner: str, folder: str | None) -> bool:
        steps = range(step - GRACE // STEP + 1, step + 1)
        return any(is_muted(made, when(one), owner, folder) for one in steps)

    sent = play(story, made)
    for number, (folder, owner) in enumerate(FOLDERS.items()):
        here = (one for one in sent[owner] if one[1].incident and one[1].incident.folder == folder)
        about = [(step, notice.kind) for step, notice in here]
        (begin, end) = story.breaches[number]
        free = [step for step in range(begin, end) if not is_muted(made, when(step), owner, folder)]
        for step, kind in about:
            assert step in free or kind not in BEGINNINGS, "disturbed in maintenance"
        news = [step for step, kind in about if kind is K.NEW]
        check_said_once(news, free)
        ends = [step for step, kind in about if kind is K.CLEARED]
        unseen = [step for step, kind in about if kind in (K.NOT_REPORTED, K.EXPIRED)]
        if number == 0 and not story.confirmed:
            quiet = [
                step for step in range(end, STEPS + LEFT)
                if not is_held(step, owner, None) and not is_muted(made, when(step), owner, folder)
            ]  # fmt: skip
            assert set(unseen) <= set(quiet), "what no report says is not said of a server that may be off"
            assert len(unseen) == len(news), "an end goes to whoever got the beginning"
            continue
        assert (len(ends), unseen) == (len(news), []), "an end goes to whoever got the beginning"
        assert all(end <= step <= end + 7 for step in ends), "also in maintenance"
    silences = [step for step, notice in sent["orders"] if notice.kind is K.SILENT]
    due = [step for step in range(story.silent_from, STEPS + LEFT) if not is_held(step, "orders", None)]
    check_said_once(silences, due)
    for owner, notices in sent.items():
        told = [notice.window for _, notice in notices if notice.kind is K.MAINTENANCE]
        ids = [one.window_id for one in told if one]
        assert len(ids) == len(set(ids)), "once"
        # Whoever is muted by a window for longer than a notice takes to settle knows of that window.
        for window in made:
            held = [
                is_muted([window], when(step), owner, folder)
                for number, folder in enumerate(FOLDERS)
                if FOLDERS[folder] == owner
                for step in range(*story.breaches[number])
            ]
            assert window.window_id in ids or not any(all(held[at : at + 3]) for at in range(len(held) - 2))
