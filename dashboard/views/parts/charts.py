"""Charts. Each takes the frame that a service computed, and draws it in the theme's colours."""

import altair as alt
import pandas as pd
import streamlit as st


def draw_files_in_breach(series: pd.DataFrame) -> None:
    """Bars of `files` over `time`, a wall-clock time."""
    chart = (
        alt.Chart(series)
        .mark_bar()
        .encode(
            # UTC stands for "as given": otherwise the browser shifts the times to its own zone.
            x=alt.X("time:T", title=None, scale=alt.Scale(type="utc")),
            y=alt.Y("files:Q", title="Files in breach", axis=alt.Axis(tickMinStep=1)),
            tooltip=[
                alt.Tooltip("utcyearmonthdatehoursminutes(time):T", title="From"),
                alt.Tooltip("files:Q", title="Files in breach"),
            ],
        )
        .properties(height=220)
    )
    st.altair_chart(chart, alt="Files in breach over time")
