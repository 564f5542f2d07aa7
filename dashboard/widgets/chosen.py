"""The rows of a table that are chosen, to do something about all of them."""

from collections.abc import Sequence

import streamlit as st


class Choice:
    """Keeps the ids of the chosen rows of one table for one analyst, from run to run.

    Args:
        key: tells the table from others.
    """

    def __init__(self, key: str) -> None:
        self._key = f"{key}_chosen"

    @property
    def ids(self) -> Sequence[str]:
        """Those that are chosen, also such as are no longer shown."""
        ids: Sequence[str] = st.session_state.get(self._key, ())
        return ids

    @property
    def token(self) -> str:
        """Another one each time that the choice was taken back here, which the browser has to be told."""
        return f"choice {st.session_state.get(f'{self._key}_token', 0)}"

    def write(self, ids: Sequence[str]) -> None:
        """Has these chosen, as the browser says."""
        st.session_state[self._key] = tuple(ids)

    def clear(self) -> None:
        """Has none chosen."""
        self.write(())
        st.session_state[f"{self._key}_token"] = st.session_state.get(f"{self._key}_token", 0) + 1
