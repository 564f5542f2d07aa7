"""Small things that several pages draw: choices, searches, downloads, facts, key figures, first steps."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Final

import pandas as pd
import streamlit as st

from contract.routes import AUTH, FILE_SLA_ERROR
from contract.text import show
from dashboard.backend import backend
from dashboard.columns import Column
from dashboard.figures.text import build_file_name, filter_by_text, format_csv
from dashboard.frame.choices import COMMA, SEPARATOR, SEPARATORS, Parameter, show_in_widget
from dashboard.frame.page import Page


def draw_choice(
    label: str, parameter: Parameter[str], known: Sequence[str], shown: str, placeholder: str
) -> None:
    """Draws a list in which a part of a name finds the first that contains it.

    `label` is for screen readers. `shown` is the chosen one of the `known`, or that of a link; "" for none.
    """
    options = known if shown in known or not shown else [shown, *known]
    show_in_widget(parameter.key, shown or None)
    st.selectbox(
        label,
        options,
        index=options.index(shown) if shown else None,
        key=parameter.key,
        on_change=parameter.write_from_widget,
        filter_mode="contains",
        placeholder=placeholder,
        label_visibility="collapsed",
    )


_LONGEST: Final = 200
TEXT: Final = Parameter("q", lambda text: text[:_LONGEST])


def pick_text(label: str) -> str:
    """Draws the box and returns what it holds."""
    text = TEXT.read("")
    st.text_input(
        label,
        text,
        type="search",
        max_chars=_LONGEST,
        key=TEXT.key,
        on_change=lambda: TEXT.write(st.session_state[TEXT.key] or None),
        placeholder=label,
        label_visibility="collapsed",
    )
    return text


def draw_download(
    select: Callable[[], pd.DataFrame],
    rows: int,
    what: str,
    columns: Sequence[Column],
    page: Page,
    *details: str,
) -> None:
    """A button that downloads all rows, also those that the table does not show yet.

    Args:
        select: gives the rows once they are wanted. It outlives the run, and the page where that is closed,
            so it should make anew, or share with others, what is large.
        rows: how many they are.
        what: they are, for the file's name.
        columns: which of them go into the file.
        page: that they are on.
        details: by what they were narrowed down, for the file's name.
    """
    separator = SEPARATORS[SEPARATOR.value(COMMA)]

    # Made on demand: most views are looked at, not downloaded. No page runs then that would verify.
    def make_file() -> bytes:
        backend().sessions.verify(page.session)
        return format_csv(select(), columns, page.zone, separator)

    st.download_button(
        "CSV",
        make_file,
        build_file_name(what, page.period, page.zone, *details),
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
        disabled=not rows,
        help=f"All {rows:,} rows as a CSV file",
    )


def draw_search(
    frame: pd.DataFrame,
    label: str,
    searched: Sequence[str],
    what: str,
    columns: Sequence[Column],
    page: Page,
    *details: str,
) -> pd.DataFrame:
    """Draws the box of `pick_text`, and the download of what it leaves of a frame of few rows; returns that.

    The text is looked for in the columns `searched`. For the rest, see `draw_download`.
    """
    text = pick_text(label)
    found = filter_by_text(frame, text, searched)
    draw_download(lambda: found, len(found), what, columns, page, *details, text)
    return found


def draw_facts(facts: Mapping[str, str]) -> None:
    """Draws each fact under its name, in columns; those without a value are left out."""
    # As HTML, in which no name is taken for markup or a link.
    pairs = (
        f"<div><dt>{escape(name)}</dt><dd>{escape(show(value))}</dd></div>"
        for name, value in facts.items()
        if value
    )
    st.html(f'<dl class="facts">{"".join(pairs)}</dl>')


def draw_figures(*figures: tuple[str, str, str]) -> None:
    """Draws each figure: its label, its value, and what the label alone does not say, if anything."""
    with st.container(horizontal=True, gap="xsmall", key="figures"):
        for label, value, explanation in figures:
            st.metric(label, value, border=True, width="stretch", help=explanation or None)


_TRY: Final = r"""{ read -rsp "Password of files-01: " password
token=$(curl -s AUTH_URL -H 'Content-Type: application/json' \
  -d "{\"username\": \"files-01\", \"password\": \"$password\"}" |
  sed 's/.*"token": *"\([^"]*\)".*/\1/')
curl -i REPORT_URL -H 'Content-Type: application/json' -H "Authorization: Bearer $token" \
  -d '{"sla_error": [], "run": {"sender": "FILES01", "interval_minutes": 15}}'; }"""


def draw_first_steps() -> None:
    """The three steps to the first report, with what has to be copied for each."""
    auth, report = (f"{backend().settings.api_url}/{route.path}" for route in (AUTH, FILE_SLA_ERROR))
    text = "No server has reported yet. Three steps lead to the first report."
    st.info(text, icon=":material/rocket_launch:")
    st.header("1. Create an account for the server", anchor=False)
    st.code("./file-sla users create files-01 --reporter", language=None)
    st.header("2. Give its script these addresses, and the account", anchor=False)
    st.code(auth, language=None)
    st.code(report, language=None)
    st.header("3. Run the script, or try it from a shell", anchor=False)
    st.code(_TRY.replace("AUTH_URL", auth).replace("REPORT_URL", report), language=None)
    st.caption(
        "The server appears here within a minute or two. More is in docs/script.md of the repository. "
        "Refused requests are under Service health."
    )
