"""The list of incidents with its filters, and one of them in full beside it, with files and timeline."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import streamlit as st

from contract.action import NEED_NOTE, TAKE_UNTIL, IncidentAction, LinkedAction
from contract.limits import MAX_NOTE_CHARACTERS
from contract.moments import format_duration
from contract.names import RUNBOOK_FILE, RunbookSection
from contract.text import show
from contract.words import LABELS, IncidentStatus
from dashboard import columns
from dashboard.backend import backend
from dashboard.columns import Column, tabulate
from dashboard.data.loading import load_incident_files
from dashboard.data.tables import THE_TABLE, Notified
from dashboard.figures.actions import (
    EXPLANATIONS,
    SPANS,
    USUAL_SPAN,
    HistoryLine,
    describe_hold,
    describe_now,
    describe_result,
    find_end,
    list_events,
    list_notified,
    list_possible,
    list_requests,
    may_be_done,
)
from dashboard.figures.actions import LABELS as ACTION_LABELS
from dashboard.figures.incidents import (
    FILE_COLUMNS,
    ON_PHONE,
    OPTIONAL,
    SHOWN,
    Whose,
    explain,
    find_breach,
    find_wait,
    is_whose,
    overdue_minutes,
    sort_worst_first,
    tabulate_files,
    tabulate_incidents,
)
from dashboard.figures.maintenance import KEPT, list_lines
from dashboard.figures.text import escape_markdown
from dashboard.frame import acting
from dashboard.frame.acting import ActionForm, draw_result
from dashboard.frame.choices import Parameter, draw_radio, parse_choice, parse_name, show_in_widget
from dashboard.frame.page import Page, draw_link
from dashboard.frame.waiting import TITLE, move_focus, wait_for, wait_or_none
from dashboard.widgets.basics import draw_choice, draw_facts
from dashboard.widgets.forms import LINKED, draw_form, draw_opener
from dashboard.widgets.links import (
    INCIDENT,
    SENDER,
    draw_folder_link,
    draw_lost_letters,
    draw_path,
    draw_runbook_link,
)
from dashboard.widgets.table import Choice, draw_files, draw_plain_table, draw_table, name_details
from store.incidents import Incident
from store.maintenance import incident_maintenance
from store.senders import Sender

_ICONS: Final = {
    IncidentAction.ACKNOWLEDGE: ":material/front_hand:",
    IncidentAction.UNACKNOWLEDGE: ":material/do_not_touch:",
    IncidentAction.NOTE: ":material/edit_note:",
    IncidentAction.SNOOZE: ":material/snooze:",
    IncidentAction.UNSNOOZE: ":material/alarm_on:",
    IncidentAction.CLOSE: ":material/task_alt:",
}
_NEEDED: Final = {
    IncidentAction.NOTE: "Write the note first.",
    IncidentAction.CLOSE: "Say how you know that it is over.",
}
_LINKED: Final = {
    LinkedAction.ACKNOWLEDGE: (IncidentAction.ACKNOWLEDGE, USUAL_SPAN),
    LinkedAction.SNOOZE: (IncidentAction.SNOOZE, "for 4 hours"),
}
"""The forms that links open, and for how long they propose."""


@dataclass(frozen=True, kw_only=True)
class Actions:
    """What may be done about some incidents, at one place of a page."""

    incidents: Sequence[Incident]
    """About each of them, or about some, something may be done."""
    place: str
    """Identifies these buttons on the page."""
    focus: str
    """The anchor of the heading that the focus goes back to."""
    page: Page
    after: Callable[[], None] = lambda: None
    """Called once something was done."""

    def draw_buttons(self) -> None:
        """Draws a button for each."""
        for action in list_possible(self.incidents, self.page.now):
            draw_opener(self.place, action, ACTION_LABELS[action], _ICONS[action])

    def draw_below(self) -> None:
        """Draws what became of the last action, and the form that is open."""
        draw_result(self.place)
        form = acting.find_form(self.place)
        if form and form.action in list_possible(self.incidents, self.page.now):
            self._draw_form(form, IncidentAction(form.action))

    def open_linked(self) -> None:
        """Opens the form that the address names, unless a form is open here."""
        if (linked := LINKED.value("")) and not acting.find_form(self.place):
            acting.open_form(self.place, _LINKED[LinkedAction(linked)][0])
            # Above the form stands what it is about.
            move_focus(self.focus)

    def _draw_form(self, form: ActionForm, action: IncidentAction) -> None:
        about = [one for one in self.incidents if may_be_done(action, one, self.page.now)]
        label = ACTION_LABELS[action]
        title = label if len(about) == 1 else f"{label}: {len(about):,} incidents"
        buttons = {label: lambda: self._submit(form, action, about)}
        with draw_form(form, title, EXPLANATIONS[action], buttons, self.focus):
            if action in TAKE_UNTIL:
                span = _LINKED[LinkedAction(LINKED.value(LinkedAction.ACKNOWLEDGE))][1]
                st.selectbox(
                    "How long",
                    SPANS,
                    index=SPANS.index(span),
                    key=f"{form.token}_span",
                    accept_new_options=True,
                    help="Choose, or type a moment such as tomorrow 9:00, fri 16:30 or 2026-11-28 9:00.",
                )
            note = "Note" if action in NEED_NOTE else "Note (optional)"
            st.text_area(note, key=f"{form.token}_note", max_chars=MAX_NOTE_CHARACTERS, height=80)

    def _submit(self, form: ActionForm, action: IncidentAction, about: Sequence[Incident]) -> None:
        note = st.session_state.get(f"{form.token}_note", "")
        if action in NEED_NOTE and not note.strip():
            acting.refuse(form.place, _NEEDED[action])
            return
        span = st.session_state.get(f"{form.token}_span") or ""
        if action in TAKE_UNTIL and find_end(span, backend().clock(), self.page.zone) is None:
            acting.refuse(form.place, "Choose how long, or write a moment such as tomorrow 9:00.")
            return
        self.begin(form, action, about, form.token, note=note, span=span, focus=self.focus, after=self.after)

    def begin(
        self,
        form: ActionForm,
        action: IncidentAction,
        about: Sequence[Incident],
        token: str,
        *,
        note: str = "",
        span: str = "",
        subject: str = "",
        focus: str = "",
        after: Callable[[], None] = lambda: None,
    ) -> None:
        """Has it done about these; for the arguments, see `list_requests` and `PendingAction`."""
        page, now = self.page, backend().clock()
        until = find_end(span, now, page.zone) if action in TAKE_UNTIL else None

        def describe() -> str:
            # Of several, each says for itself what it is about.
            found = page.session.tables.read_incident(about[0]) if len(about) == 1 else None
            return describe_now(found, now, page.zone) if found else ""

        acting.begin(
            acting.PendingAction(
                form=form,
                requests=list_requests(action, about, token, note=note, span=span, until=until),
                done=describe_result(action, until, now, page.zone, len(about)),
                subject=subject,
                focus=focus,
                after=after,
                reread=lambda: page.session.tables.reread_incidents(about),
                describe=describe,
            )
        )


def draw_incidents(incidents: Sequence[Incident], key: str, names: Mapping[str, str], page: Page) -> None:
    """Draws a list of incidents, and the one that the address names in full: beside it where there is room.

    Args:
        incidents: in their order.
        key: identifies the list.
        names: what screens call the senders, by their keys.
        page: where it is drawn.
    """
    frame = tabulate_incidents(incidents, page.now, names)
    empty = {name for name in OPTIONAL if not (frame[name].notna() & frame[name].ne("")).any()}
    by_id = {one.incident_id: one for one in incidents}
    choice = Choice(key)
    ticked = set(choice.ids)
    chosen = Actions(
        incidents=[one for one in incidents if one.incident_id in ticked],
        place=f"{key}_chosen",
        focus=TITLE,
        page=page,
        after=choice.clear,
    )

    def acknowledge(wanted: str) -> None:
        """With one click in the row, for the usual time."""
        if one := by_id.get(wanted):
            action, folder = IncidentAction.ACKNOWLEDGE, show(one.folder)
            form = acting.open_form(chosen.place, action)
            chosen.begin(form, action, [one], form.token, span=USUAL_SPAN, subject=folder)

    with st.container(key="split"):
        with st.container(key="incident_list"):
            draw_table(
                frame,
                key,
                [column for column in SHOWN if column.name not in empty],
                page.zone,
                identity=[columns.INCIDENT_ID.name],
                noun="incidents",
                picked_in=INCIDENT,
                on_phone=ON_PHONE,
                choice=choice,
                bar=chosen,
                on_acted=acknowledge,
            )
        if wanted := INCIDENT.value(""):
            with st.container(key="incident_details", border=True):
                _draw_picked(by_id.get(wanted), wanted, names, page)


def _draw_picked(listed: Incident | None, wanted: str, names: Mapping[str, str], page: Page) -> None:
    if listed is None:
        listed = wait_for(THE_TABLE, lambda: page.session.tables.find_incident(wanted), "incident")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header("Incident", anchor=name_details(INCIDENT), width="stretch")
        st.button("Back to the list", icon=":material/arrow_back:", type="tertiary", on_click=_go_back)
    if listed is None:
        st.info("This incident does not exist, or is no longer kept.", icon=":material/search_off:")
        return
    _draw_incident(listed, names, page)


def _go_back() -> None:
    INCIDENT.write(None)
    LINKED.write(None)
    move_focus(TITLE)


def _draw_incident(listed: Incident, names: Mapping[str, str], page: Page) -> None:
    """Draws everything known of the incident, what may be done about it, and the ways on from here."""
    tables = page.session.tables
    frames, read, (sender, _) = wait_for(
        THE_TABLE,
        lambda: (
            load_incident_files(page.session.records, listed),
            tables.read_incident(listed),
            tables.read_sender(listed.sender),
        ),
        "incident_files",
    )
    windows = wait_for(THE_TABLE, lambda: tables.list_windows(page.now - KEPT), "maintenance")
    ask = tables.list_notified_of_incident
    notified = wait_or_none(THE_TABLE, lambda: ask(listed.incident_id), "notifications")
    # With its history, and as it is now: an index may be a moment behind.
    incident = read or listed
    name = names.get(incident.sender, incident.sender_name)
    draw_path(incident.folder)
    hold = escape_markdown(describe_hold(incident, page.now, page.zone))
    st.markdown(f"**{LABELS[incident.status]}**: {escape_markdown(explain(incident))}. {hold}")
    actions = Actions(
        incidents=[incident],
        place=f"incident_{incident.incident_id}",
        focus=name_details(INCIDENT),
        page=page,
    )
    actions.open_linked()
    with st.container(horizontal=True, gap="xsmall"):
        actions.draw_buttons()
    actions.draw_below()
    muted = incident_maintenance(windows, incident, page.now) if incident.live else None
    until = f"until {page.spell(muted)}: only its end is notified" if muted else ""
    draw_facts({"Maintenance": until, **_list_facts(incident, name, sender, page)})
    draw_lost_letters([incident.folder, *frames.files["filename"]])
    theirs = [one for one in windows if one.fits(incident.sender_name, incident.owner, incident.folder)]
    muting = list_lines(theirs, incident.opened_at, incident.ended_at or page.now)
    draw_history([*list_events(incident, name, page.zone), *muting], notified, page.zone, title="Timeline")
    if frames.files.empty:
        st.caption("The report with its files is no longer kept.")
    else:
        st.subheader("Files in the latest report", anchor=False)
        files = tabulate_files(frames.files, incident.sla, page.now)
        ended = (columns.OVERDUE_NOW, columns.WAITED)
        shown = [column for column in FILE_COLUMNS if incident.live or column not in ended]
        draw_files(files, shown, page.zone)
    with st.container(horizontal=True):
        draw_folder_link(incident.folder)
        draw_link("views/senders.py", "Sender", ":material/dns:", {SENDER.name: incident.sender})
        if incident.status is IncidentStatus.OPEN:
            section = f"{RUNBOOK_FILE}#{RunbookSection.OPEN_INCIDENTS}"
            draw_runbook_link(section, "folders in breach")


def _list_facts(incident: Incident, name: str, sender: Sender | None, page: Page) -> dict[str, str]:
    def local(moment: datetime | None) -> str:
        return page.spell(moment, seconds=True) if moment else ""

    def length(minutes: float | None) -> str:
        return "unknown" if minutes is None else format_duration(minutes)

    since, until = find_breach(incident, page.now)
    live = incident.live
    return {
        "Owner": incident.owner,
        "Sender": name,
        "Oldest file waiting": length(find_wait(incident, page.now)) if live else "",
        "SLA": format_duration(timedelta(minutes=incident.sla)),
        "Over SLA": length(overdue_minutes(incident, page.now)) if live else "",
        "Oldest file created": local(incident.oldest_creation),
        "In breach": format_duration(until - since),
        "In breach since": local(since),
        "Last seen": local(incident.last_seen_at),
        "Ended": local(incident.ended_at),
        "Last report of its server": local(sender.last_run_at) if sender else "",
        "Files": f"{incident.file_count:,}, at most {incident.peak_file_count:,} at once",
        "Reopened": f"{incident.reopened:,} times" if incident.reopened else "",
    }


_COLUMNS: Final = (
    Column("at", "moment", "When"),
    Column("who", "prose", "Who", None, 105),
    Column("what", "prose", "What", None, 140),
)
_NOTE: Final = Column("note", "prose", "Note", None, 200)
"""Left out where nobody wrote one: the others get its room."""
_SHOWN_LINES: Final = 12
"""So many of the last; older ones are folded away."""


def draw_history(
    done: Sequence[HistoryLine], notified: Sequence[Notified] | None, zone: ZoneInfo, title: str = "History"
) -> None:
    """Draws events and notifications as one list, the last first; nothing where nothing happened.

    `notified` is None where the notifications cannot be read.
    """
    lines = sorted([*done, *list_notified(notified or ())], key=lambda one: one.at)[::-1]
    if lines or notified is None:
        st.subheader(title, anchor=False)
    if notified is None:
        st.caption("The notifications cannot be read at the moment.")
    if lines:
        _draw_lines(lines[:_SHOWN_LINES], title, zone)
    if older := lines[_SHOWN_LINES:]:
        with st.expander(f"{len(older):,} older"):
            _draw_lines(older, f"Older {title}", zone)


def _draw_lines(lines: Sequence[HistoryLine], label: str, zone: ZoneInfo) -> None:
    # As rows, and not in Markdown, which would make links even of what is escaped.
    shown = (*_COLUMNS, _NOTE) if any(line.note for line in lines) else _COLUMNS
    rows = [(line.at, line.who, line.what, line.note)[: len(shown)] for line in lines]
    draw_plain_table(tabulate(rows, shown), label.replace(" ", "_").lower(), shown, zone, label=label)


OWNER: Final = Parameter("owner", parse_name(256))
_WHOSE: Final = Parameter("who", parse_choice(*Whose))
_LABELS: Final = {Whose.ALL: "All", Whose.UNACKNOWLEDGED: "Unacknowledged", Whose.MINE: "Mine"}


_WORST: Final = Parameter("worst", parse_choice("times"))


def pick_incidents(incidents: Sequence[Incident], page: Page) -> list[Incident]:
    """Draws the choices of owner, whose and what is worst; returns those that match, the worst first."""
    owner = pick_owner(sorted({one.owner for one in incidents if one.owner}, key=str.casefold))
    owned = [one for one in incidents if not owner or one.owner == owner]
    whose = Whose(_WHOSE.read(Whose.ALL.value))

    def select(one: str) -> list[Incident]:
        username = page.session.analyst.username
        return [incident for incident in owned if is_whose(incident, Whose(one), username, page.now)]

    def spell(one: str) -> str:
        return f"{_LABELS[Whose(one)]} ({len(select(one)):,})"

    draw_radio("Whose", _WHOSE, [one.value for one in Whose], whose.value, spell)
    by_times = bool(_WORST.value(""))
    show_in_widget(_WORST.key, by_times)
    st.toggle(
        "Worst by times the SLA",
        by_times,
        key=_WORST.key,
        on_change=lambda: _WORST.write("times" if st.session_state[_WORST.key] else None),
        help="Otherwise the worst is what is over its SLA by the most time.",
    )
    return sort_worst_first(select(whose), page.now, by_times=by_times)


def pick_owner(known: Sequence[str]) -> str:
    """Draws the choice of one of these owners, and returns the name; "" for all.

    Where nobody owns anything there is nothing to choose, unless a link does.
    """
    owner = OWNER.value("")
    if known or owner:
        draw_choice("Owner", OWNER, known, owner, "All owners")
    return owner
