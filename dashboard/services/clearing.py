"""How it is known that a file reported is stuck no more.

The script reports what is stuck and is silent about the rest, so a file is gone where the next report of
the same sender about the same folder leaves it out. Where the folder's incident was cleared before that, it
was gone by then.
"""

from typing import Final

import pandas as pd

from contract.words import IncidentStatus
from dashboard.columns import MOMENT
from dashboard.services.breach_spans import Spans, tabulate_spans
from store.runs import SAME_RUN

_UNSEEN: Final = [IncidentStatus.LAPSED.value, IncidentStatus.CLOSED.value]
"""How an incident ends of which nobody saw the end."""


def find_next_runs(sightings: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """For each sighting the moment of its run, and of the next run about its place.

    The parts of a run are one, since a folder's files may be in several. Runs with missing parts do not count
    as the next one: what they leave out may be in the missing part.

    Args:
        sightings: their `place` and when each was `detected_at`.
        records: every record of these places, with its `place`.

    Returns:
        With the index of `sightings`: `run` and `next_run`, or NaT.
    """
    runs = _list_runs(records)
    found = _last_before(sightings, runs.rename(columns={"run": "detected_at"}).assign(run=runs["run"]))
    return found[["run", "next_run"]]


def find_incidents(sightings: pd.DataFrame, spans: Spans) -> pd.DataFrame:
    """For each sighting the incident that it belongs to.

    Returns:
        With the index of `sightings`: `incident`, its status, or nothing where no incident is known; and
        `ended`, when it was cleared, or NaT.
    """
    if not spans:
        nothing = pd.DataFrame({"ended": pd.Series(dtype=MOMENT), "incident": pd.Series(dtype="str")})
        return nothing.reindex(sightings.index)
    table = tabulate_spans(spans).rename(columns={"opened": "detected_at"})
    found = _last_before(sightings, table)
    # What was seen after its end is of an incident that nobody has told of yet.
    known = found["ended"].isna() | found["ended"].gt(sightings["detected_at"])
    incident = found["incident"].where(known)
    return pd.DataFrame(
        {"ended": found["ended"].where(known & ~incident.isin(_UNSEEN)), "incident": incident},
        index=sightings.index,
    )


def _list_runs(records: pd.DataFrame) -> pd.DataFrame:
    """Per `place` and `run`, its first moment: the `next_run` that is complete."""
    ordered = records[["place", "detected_at", "run_id", "complete"]].sort_values(["place", "detected_at"])
    first = ordered.groupby(["place", "run_id"])["detected_at"].transform("min")
    # An id that a script uses for ever is not one run.
    since = (ordered["detected_at"] - first).dt.floor(SAME_RUN)
    began = (first + since).where(ordered["run_id"].ne(""), ordered["detected_at"])
    runs = (
        ordered.assign(began=began)
        .groupby(["place", "run_id", "began"], as_index=False, sort=False)
        .agg(run=("detected_at", "min"), complete=("complete", "all"))
        .sort_values(["place", "run"], ignore_index=True)
    )
    counted = runs["run"].where(runs["complete"])
    runs["next_run"] = counted.groupby(runs["place"]).shift(-1)
    runs["next_run"] = runs.groupby("place")["next_run"].bfill()
    return runs[["place", "run", "next_run"]]


def _last_before(sightings: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """For each sighting, the last row of the table that is of its place and not later."""
    asked = sightings[["place", "detected_at"]]
    codes, _ = pd.factorize(pd.concat([asked["place"], table["place"]], ignore_index=True))
    found = pd.merge_asof(
        asked.assign(place=codes[: len(asked)]).reset_index(names="row").sort_values("detected_at"),
        table.assign(place=codes[len(asked) :]).sort_values("detected_at"),
        on="detected_at",
        by="place",
    )
    return found.set_index("row").reindex(sightings.index)
