"""Maintenance: the windows in which owners are notified of ends alone; to make, change and end one."""

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from contract.action import MaintenanceAction
from contract.limits import LONGEST_MAINTENANCE, LONGEST_SERIES, MAX_NOTE_CHARACTERS
from contract.moments import DAY_NAMES, Day, Hours, format_moment
from contract.owners.matching import MAX_PATTERN_CHARACTERS
from dashboard.data.tables import THE_TABLE
from dashboard.figures.actions import make_request, read_moment
from dashboard.figures.maintenance import COLUMNS, ID, KEPT, describe_concerns, tabulate_windows
from dashboard.figures.text import escape_markdown
from dashboard.frame import acting
from dashboard.frame.acting import ActionForm, draw_result
from dashboard.frame.choices import Parameter, parse_name
from dashboard.frame.page import Page, start_page
from dashboard.frame.waiting import TITLE, announce, wait_for
from dashboard.widgets.forms import draw_form, draw_opener
from dashboard.widgets.links import FOR_SENDER, HOURS
from dashboard.widgets.table import draw_plain_table, draw_table, name_details
from store.maintenance import Window

_PLACE: Final = "maintenance"
_WINDOW: Final = Parameter("window", parse_name(64))
_LABELS: Final = {
    MaintenanceAction.SCHEDULE: "New maintenance",
    MaintenanceAction.CHANGE: "Change",
    MaintenanceAction.END: "End now",
}
_DONE: Final = {
    MaintenanceAction.SCHEDULE: "The maintenance is planned.",
    MaintenanceAction.CHANGE: "The maintenance is changed from now on.",
    MaintenanceAction.END: "The maintenance has ended. What is open is notified now.",
}
_ICONS: Final = {MaintenanceAction.CHANGE: ":material/edit:", MaintenanceAction.END: ":material/stop:"}
_WHOM: Final = "Applies to everything that matches all filled-in fields. * is any text, ? one character."
_FIELDS: Final = (
    *("sender", "folder", "owner", "from", "until"),
    *("days", "start", "end", "inside", "reason"),
)
_TIMES: Final = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 30)]
_INSIDE: Final = ("in these hours", "outside these hours")
_NOW: Final = "now"
_SHOWN: Final = tuple(column for column in COLUMNS if column is not ID)
_CURRENT: Final = _SHOWN[:-1]
_ON_PHONE: Final = _SHOWN[:4]


def draw() -> None:
    """Draws the page."""
    page = start_page("Maintenance", ranged=False)
    tables = page.session.tables
    windows = wait_for(THE_TABLE, lambda: tables.list_windows(page.now - KEPT), "maintenance")
    current = [one for one in windows if one.over_at > page.now]
    announce(f"Maintenance: {len(current):,} on or planned")
    st.caption(
        "During maintenance, owners are notified only when an incident ends, and silence raises no alert. "
        "Afterwards they are notified of what is open. Owners are notified of each window that touches them."
    )
    draw_opener(_PLACE, MaintenanceAction.SCHEDULE, _LABELS[MaintenanceAction.SCHEDULE], ":material/add:")
    _draw_below(_PLACE, None, page)
    if current:
        st.header("On and planned", anchor=False)
        picked = draw_table(
            tabulate_windows(current, page.now),
            "windows",
            _CURRENT,
            page.zone,
            identity=[ID.name],
            noun="windows",
            picked_in=_WINDOW,
            on_phone=_ON_PHONE,
        )
        if picked is not None:
            _draw_window(next(one for one in current if one.window_id == picked[ID.name]), page)
    else:
        st.info("No maintenance is on or planned.", icon=":material/info:")
    if over := [one for one in windows if one.over_at <= page.now]:
        st.header("Over", anchor=False)
        frame = tabulate_windows(reversed(over), page.now)
        draw_plain_table(frame, "over", _SHOWN, page.zone, label="Over", on_phone=_ON_PHONE)


def _draw_window(window: Window, page: Page) -> None:
    place = f"{_PLACE}-{window.window_id}"
    with st.container(border=True):
        st.header(escape_markdown(describe_concerns(window)), anchor=name_details(_WINDOW))
        with st.container(horizontal=True, gap="xsmall"):
            for action, icon in _ICONS.items():
                draw_opener(place, action, _LABELS[action], icon)
        _draw_below(place, window, page)


def _draw_below(place: str, window: Window | None, page: Page) -> None:
    """What became of the last action at a place, and the form that is open there."""
    draw_result(place)
    form = acting.find_form(place)
    if form is None:
        return
    action = MaintenanceAction(form.action)
    ends = action is MaintenanceAction.END
    explanation = "Owners get notifications again at once, first of what is open." if ends else _WHOM
    buttons = {_LABELS[action]: lambda: _submit(form, action, window, page)}
    with draw_form(form, _LABELS[action], explanation, buttons, name_details(_WINDOW) if window else TITLE):
        if not ends:
            _draw_fields(form, window, page)


def _draw_fields(form: ActionForm, window: Window | None, page: Page) -> None:
    draft = window or _draft_window(page)
    with st.container(horizontal=True):
        for name in ("sender", "folder", "owner"):
            label, pattern = name.capitalize(), getattr(draft, name)
            st.text_input(label, pattern, MAX_PATTERN_CHARACTERS, key=f"{form.token}_{name}")
    with st.container(horizontal=True):
        begins = page.spell(draft.starts) if draft.starts > page.now else _NOW
        st.text_input("From", begins, key=f"{form.token}_from")
        until = page.spell(draft.ends) if draft.ends > page.now else ""
        st.text_input("Until", until, key=f"{form.token}_until", placeholder="tomorrow 06:00")
    st.caption(
        f"Such as 18:00, tomorrow 06:00, fri 22:00 or 2026-11-28 06:00, in {page.zone.key}. At most "
        f"{LONGEST_MAINTENANCE.days} days, or {LONGEST_SERIES.days} where it is weekly."
    )
    days, start, end, _ = draft.weekly.format() if draft.weekly else ([], "22:00", "06:00", "")
    st.pills(
        "Weekly, on",
        tuple(Day),
        selection_mode="multi",
        default=list(map(Day, days)),
        format_func=DAY_NAMES.__getitem__,
        key=f"{form.token}_days",
        wrap=True,
    )
    with st.container(horizontal=True):
        for label, name, shown in (("Hours from", "start", start), ("Hours to", "end", end)):
            times, key = sorted({shown, *_TIMES}), f"{form.token}_{name}"
            st.selectbox(label, times, times.index(shown), key=key, filter_mode="contains", width=130)
        st.selectbox("It is on", _INSIDE, int(draft.outside), key=f"{form.token}_inside", width=200)
    st.text_area("Reason", draft.reason, 80, MAX_NOTE_CHARACTERS, key=f"{form.token}_reason")


def _draft_window(page: Page) -> Window:
    """What a link asks for: a sender, and its working hours outside which the window is in force."""
    try:
        days, start, end = HOURS.value("").split(" ")
        weekly = Hours.parse(days.split(","), start, end, page.zone.key)
    except ValueError:
        weekly = None
    return Window(
        window_id="",
        sender=FOR_SENDER.value(""),
        starts=page.now,
        ends=page.now,
        weekly=weekly,
        outside=weekly is not None,
        reason="off by design outside its working hours" if weekly else "",
        made_by="",
        made_at=page.now,
    )


def _submit(form: ActionForm, action: MaintenanceAction, window: Window | None, page: Page) -> None:
    body: dict[str, Any] = {"action": action.value}
    if window is not None:
        body["maintenance_id"] = window.window_id
    if action is not MaintenanceAction.END:
        said = {name: st.session_state[f"{form.token}_{name}"] for name in _FIELDS}
        if problem := _find_problem(said, page):
            acting.refuse(form.place, problem)
            return
        body["window"] = _build_window(said, window, page)
    acting.begin(
        acting.PendingAction(
            form=form,
            requests=[make_request(body, "Maintenance", form.token)],
            done=_DONE[action],
            # A window that is over, perhaps by somebody else, is no longer picked.
            told_at=_PLACE if action is MaintenanceAction.END else "",
            focus=TITLE,
            reread=page.session.tables.forget,
        )
    )


def _find_problem(said: dict[str, Any], page: Page) -> str:
    if not any(said[name].strip() for name in ("sender", "folder", "owner")):
        return "Name a sender, a folder or an owner. * alone is everything."
    if not said["reason"].strip():
        return "Say why. Owners are sent the reason."
    typed = said["from"].strip()
    begins = page.now if typed in ("", _NOW) else read_moment(typed, page.now, page.zone)
    ends = read_moment(said["until"], page.now, page.zone)
    if begins is None or ends is None:
        label = "From" if begins is None else "Until"
        return f"{label}: write a moment such as tomorrow 06:00 or 2026-11-28 06:00."
    most = LONGEST_SERIES if said["days"] else LONGEST_MAINTENANCE
    if not begins < ends <= begins + most:
        return f"Until: write a moment after From, at most {most.days} days later."
    return ""


def _build_window(said: dict[str, Any], before: Window | None, page: Page) -> dict[str, Any]:
    """The window, as the API takes it."""
    days: Sequence[Day] = said["days"]
    begins = read_moment(said["from"], page.now, page.zone)
    ends = read_moment(said["until"], page.now, page.zone)
    zone = before.weekly.zone if before and before.weekly else page.zone.key
    on = [day.value for day in Day if day in days]
    weekly = {"days": on, "from": said["start"], "to": said["end"], "zone": zone}
    weekly |= {"outside": True} if said["inside"] != _INSIDE[0] else {}
    window = {
        **{name: said[name].strip() for name in ("sender", "folder", "owner", "reason")},
        "from": format_moment(begins) if begins else "",
        "until" if days else "to": format_moment(ends) if ends else "",
        "weekly": weekly if days else None,
    }
    return {name: value for name, value in window.items() if value}


draw()
