"""The choices of a page: they live in the address bar.

A parameter is read from the address at every run, and checked before it is used; a widget writes
it there when it changes. Thus a link, a reload and the back button all show what they should.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final, Generic, TypeVar
from zoneinfo import ZoneInfo, available_timezones

import streamlit as st

from contract.moments import EARLIEST_PLAUSIBLE
from dashboard.figures.series import LATEST, MAX_DAYS, Period, build_day_period, spell_moment

T = TypeVar("T")
Chosen = TypeVar("Chosen")

_PAGE = "address_page"


@dataclass(frozen=True)
class Parameter(Generic[T]):
    """One choice, under its name in the address."""

    name: str
    parse: Callable[[str], T | None]
    """Gives None for text that is not a valid choice."""
    text: Callable[[T], str] = str

    @property
    def key(self) -> str:
        """The key of the widget that shows this parameter on this page.

        Under one key for all pages, the next page's widget would find the last one's value in the session and
        yet start out empty.
        """
        return f"{st.session_state.get(_PAGE, '')}_{self.name}"

    def value(self, default: T) -> T:
        """The choice in the address if it holds a valid one, or else the default."""
        given = st.query_params.get(self.name)
        parsed = None if given is None else self.parse(given)
        return default if parsed is None else parsed

    def read(self, default: T) -> T:
        """The same, shown in the parameter's widget too."""
        value = self.value(default)
        show_in_widget(self.key, value)
        return value

    def write(self, value: T | None) -> None:
        """Puts a choice into the address; None takes it out."""
        if value is None:
            st.query_params.pop(self.name, None)
        else:
            st.query_params[self.name] = self.text(value)

    def write_from_widget(self) -> None:
        """Puts what the widget shows into the address: its `on_change`."""
        self.write(st.session_state[self.key])


def show_in_widget(key: str, value: object) -> None:
    """Has the widget of this key show the value.

    The widget is given the same value as its default too: in a run that the next one cut short, the browser
    may have missed the value. A widget that shows it already is left alone: with a new value it would throw
    away what the analyst is typing just then.
    """
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def draw_radio(
    label: str, parameter: Parameter[str], choices: Sequence[str], chosen: str, spell: Callable[[str], str]
) -> None:
    """Draws a choice of few, in a row; `label` is for screen readers, `spell` gives what is shown of each."""
    # Not a segmented control: there the Tab key leads to the first choice, whichever is chosen.
    st.radio(
        label,
        choices,
        index=choices.index(chosen),
        format_func=spell,
        key=parameter.key,
        on_change=parameter.write_from_widget,
        horizontal=True,
        label_visibility="collapsed",
        width="content",
    )


def pick_statuses(
    parameter: "Parameter[list[Chosen]]", statuses: Sequence[Chosen], spell: Callable[[Chosen], str]
) -> list[Chosen]:
    """Draws the statuses to choose from, and returns the chosen ones: all, until some are left out.

    `spell` gives the text of a status, with how many have it.
    """
    chosen = parameter.value(list(statuses))
    show_in_widget(parameter.key, chosen)
    st.pills(
        "Status",
        statuses,
        selection_mode="multi",
        default=chosen,
        format_func=spell,
        key=parameter.key,
        on_change=parameter.write_from_widget,
        label_visibility="collapsed",
        wrap=True,
    )
    return chosen


def parse_name(longest: int) -> Callable[[str], str | None]:
    """A `parse` that lets through any text of one to so many characters."""
    return lambda text: text if 0 < len(text) <= longest else None


def parse_choice(*choices: str) -> Callable[[str], str | None]:
    """A `parse` that lets through nothing but these choices."""
    return lambda text: text if text in choices else None


COMMA: Final = "comma"
SEPARATORS: Final = {COMMA: ",", "semicolon": ";", "tab": "\t"}
SEPARATOR: Final = Parameter("csv", parse_choice(*SEPARATORS))
"""What stands between the columns of a CSV file: spreadsheets of some countries expect another one."""


def draw_list(label: str, parameter: Parameter[str], choices: Sequence[str], chosen: str, **how: Any) -> None:
    """Draws a choice of many, which was read from the parameter."""
    index, write = choices.index(chosen), parameter.write_from_widget
    st.selectbox(label, choices, index=index, key=parameter.key, on_change=write, **how)


def name_page(page: str) -> None:
    """Says which page this run is of, before anything of its parameters is read."""
    st.session_state[_PAGE] = page


UTC: Final = "UTC"


@cache
def list_zones() -> list[str]:
    """Every zone there is, UTC first, then those named after places, then the rest."""
    names = available_timezones() - {UTC, "localtime", "Factory"}
    return [UTC, *sorted(names, key=lambda name: ("/" not in name, name.startswith("Etc/"), name))]


ZONE: Final = Parameter("zone", lambda text: text if text in list_zones() else None)


def pick_zone(now: datetime) -> ZoneInfo:
    """Draws the picker and returns the zone: the address's, or else the browser's own."""
    # The browser's, or UTC where that is not known.
    own = st.context.timezone if st.context.timezone in list_zones() else UTC
    zone = ZoneInfo(ZONE.read(own))
    explained = f"All times are shown in this zone. It is {now.astimezone(zone):%H:%M} there."
    draw_list("Time zone", ZONE, list_zones(), zone.key, filter_mode="contains", help=explained)
    other = own if zone.key == UTC else UTC
    if other != zone.key:
        # Below the zone: beside it, no name of one has room.
        name = "UTC" if other == UTC else "Local"
        st.button(name, on_click=ZONE.write, args=(other,), help=f"Show times in {other}", width="stretch")
    return zone


_CUSTOM: Final = "custom"
_DEFAULT: Final = "24h"
_LABELS: Final = {"1h": "Last hour", "24h": "24 hours", "7d": "7 days", "30d": "30 days", _CUSTOM: "Custom"}

Days = tuple[date, date]


def _parse_days(text: str) -> Days | None:
    try:
        first, last = (date.fromisoformat(day) for day in text.split(".."))
    except ValueError:
        return None
    # Before 1970 was nothing to report, and days and zones soon lead out of the calendar.
    return (first, last) if EARLIEST_PLAUSIBLE.date() <= first <= last else None


def _parse_zoom(text: str) -> Period | None:
    """A stretch of time to the minute, such as `2026-11-28T08:00Z..2026-11-28T12:00Z`."""
    try:
        start, end = (datetime.fromisoformat(moment).astimezone(ZoneInfo(UTC)) for moment in text.split(".."))
    except (ValueError, OverflowError):
        return None
    lasts = timedelta() < end - start <= timedelta(days=MAX_DAYS)
    return Period(start, end) if start >= EARLIEST_PLAUSIBLE and lasts else None


RANGE: Final = Parameter("range", lambda text: text if text in _LABELS or _parse_zoom(text) else None)
DAYS: Final = Parameter("days", _parse_days, lambda chosen: f"{chosen[0]}..{chosen[1]}")


def pick_period(now: datetime, zone: ZoneInfo) -> tuple[Period, str]:
    """Draws the picker; returns the period of the address, and what to say where that was a longer one."""
    choice = RANGE.read(_DEFAULT)
    zoomed = _parse_zoom(choice)
    labels = {**_LABELS, choice: _spell_zoom(zoomed, zone)} if zoomed else _LABELS
    with st.container(horizontal=True, vertical_alignment="bottom"):
        draw_radio("Range", RANGE, list(labels), choice, labels.__getitem__)
        if choice == _CUSTOM:
            return _pick_days(now.astimezone(zone).date(), zone)
    return zoomed or Period(now - LATEST[choice], now), ""


def _spell_zoom(period: Period, zone: ZoneInfo) -> str:
    start, end = (spell_moment(moment, zone) for moment in (period.start, period.end))
    return f"{start} to {end.removeprefix(start[:11])}"


def zoom(start: datetime, end: datetime, zone: ZoneInfo) -> None:
    """Has the page look at what lies between two moments, which the clocks of `zone` show."""
    ends = (
        one.replace(tzinfo=zone).astimezone(ZoneInfo(UTC)) for one in (start, end + timedelta(seconds=59))
    )
    RANGE.write("..".join(f"{one:%Y-%m-%dT%H:%MZ}" for one in ends))


def _pick_days(today: date, zone: ZoneInfo) -> tuple[Period, str]:
    wanted = DAYS.value((today - timedelta(days=6), today))
    last = min(wanted[1], today)
    first = min(max(wanted[0], last - timedelta(days=MAX_DAYS - 1)), last)
    show_in_widget(DAYS.key, (first, last))
    st.date_input(
        "Days",
        (first, last),
        max_value=today,
        key=DAYS.key,
        on_change=_write_days,
        args=(zone.key,),
        format="YYYY-MM-DD",
        width=260,
        label_visibility="collapsed",
        help=f"Whole days in {zone.key}, {MAX_DAYS} at most.",
    )
    cut = (
        f"The link asks for {wanted[0]} to {wanted[1]}. Shown are {first} to {last}: "
        f"{MAX_DAYS} days at most, none in the future."
    )
    return build_day_period(first, last, zone), "" if (first, last) == wanted else cut


def _write_days(zone: str) -> None:
    chosen = st.session_state[DAYS.key]
    # With only one end chosen so far, the analyst is still choosing.
    if len(chosen) == 2:
        # A day is another stretch of time in another zone: the link has to say which is meant.
        # Both at once, which is one step for the back button.
        st.query_params.update({DAYS.name: DAYS.text(chosen), ZONE.name: zone})
