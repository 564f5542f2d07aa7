"""Runs in a few words, for stories."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from contract.folders import folder_key
from handlers.incidents.projection import advance, project
from store.runs import BreachedFolder, Listing, Run, file_hash, keep_hashes
from store.state import State

START = datetime(2026, 3, 2, 8, tzinfo=UTC)


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


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
