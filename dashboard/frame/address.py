"""The address bar as the place where a view's choices live.

A parameter is read from the address at every run, and checked before it is used; a widget writes
it there when it changes. Thus a link, a reload and the back button all show what they should.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import streamlit as st

T = TypeVar("T")

_PAGE = "address_page"


@dataclass(frozen=True)
class Parameter(Generic[T]):
    """One choice, under its name in the address.

    `parse` gives None for text that is not a valid choice.
    """

    name: str
    parse: Callable[[str], T | None]
    text: Callable[[T], str] = str

    @property
    def key(self) -> str:
        """The key of the widget that shows this parameter on this page.

        Each page has widgets of its own: under one key for all, the next page's widget would find
        the last one's value in the session and yet start out empty.
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

    The widget is given the same value as its default too: in a run that the next one cut short, the
    browser may have missed being told.

    A widget that shows it already is left alone: being told again, it would throw away what the
    analyst is typing just then.
    """
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def parse_choice(*choices: str) -> Callable[[str], str | None]:
    """A `parse` that lets through nothing but these choices."""
    return lambda text: text if text in choices else None


def name_page(page: str) -> None:
    """Says which page this run is of, before anything of its parameters is read."""
    st.session_state[_PAGE] = page


def write_together(*written: "tuple[Parameter[Any], object]") -> None:
    """Puts several choices into the address at once, which is one step for the back button."""
    st.query_params.update({parameter.name: parameter.text(value) for parameter, value in written})
