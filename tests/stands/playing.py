"""Runs in a few words, for stories."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from contract.folders import folder_key
from handlers.incidents.projection import advance, project
from store.runs import (
    SAME_RUN,
    BreachedFolder,
    Listing,
    Run,
    RunMerger,
    StoredRun,
    file_hash,
    format_run_key,
    keep_hashes,
)
from store.state import State

START = datetime(2026, 3, 2, 8, tzinfo=UTC)


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def merge_parts(items: Iterable[Run], now: datetime | None = None) -> list[Run]:
    """The runs that these items are of, in order; those for which `now` waits are left out."""
    stored = (
        StoredRun(
            key=format_run_key(one.moment, one.run_id, one.part, one.piece),
            run_id=one.run_id,
            moment=one.moment,
            arrival=one.arrival,
            size=1,
            read=partial(replace, one),
        )
        for one in items
    )
    runs = RunMerger(sorted(stored, key=lambda one: one.key))
    return [run for run in runs if run.complete or now is None or now - run.moment > SAME_RUN]


def stuck(folder: str, *names: str, created: float = -1, sla: int = 20) -> BreachedFolder:
    """A folder in breach; `created` in hours after the start."""
    return BreachedFolder(
        key=folder_key(folder),
        folder=folder,
        sla=sla,
        files=len(names),
        oldest=at(created),
        hashes=keep_hashes(file_hash(name, str(created)) for name in names),
    )


def run(hours: float, *breaches: BreachedFolder, **more: Any) -> Run:
    fields = {"sender": "account", "run_id": f"run-{hours}", "moment": at(hours), "arrival": at(hours)}
    return Run(**{**fields, "breaches": tuple(sorted(breaches, key=lambda one: one.key)), **more})


def listing(hours: float, read: Iterable[str], *breaches: BreachedFolder, **more: Any) -> Run:
    """A run with a list; `errors` are the folders that could not be read."""
    errors = tuple((folder_key(one), "Access is denied.") for one in more.pop("errors", ()))
    keys = {folder_key(one) for one in read} | {one.key for one in breaches}
    folders = Listing(read=frozenset(keys), errors=errors)
    return run(hours, *breaches, listing=folders, has_run=True, named=True, **more)


def played(*runs: Run, state: State | None = None, until: float | None = None) -> State:
    """What the runs leave, and time until then."""
    state = state or State()
    for one in runs:
        state = project(state, one).state
    return advance(state, at(until)).state if until is not None else state
