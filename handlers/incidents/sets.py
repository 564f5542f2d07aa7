"""What a run makes of folder sets, and of the list of folders that are watched."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from contract.folders import set_key
from handlers.incidents.timing import LOOK_BACK, is_evidence, with_gap
from store.incidents import Incident
from store.runs import Run, Stamp
from store.state import FolderSet, RunHistory, WatchList

CONTRADICTIONS_WITHIN: Final = timedelta(hours=24)
"""Two contradictions so close together count."""
AMBIGUOUS_FOR: Final = timedelta(days=3)


def sets_after(
    sender: RunHistory | None,
    sets: Mapping[str, FolderSet],
    incidents: Mapping[str, Incident],
    run: Run,
    contradicted: Collection[str],
) -> dict[str, FolderSet]:
    """The sets of the folders that a run names, after the run; all else is as it was before.

    Of those that are contradicted it shows that leaving a folder out cleared what was stuck.
    """
    evident = _with_evidence(sets, incidents, run)
    named = {set_key(breach.key) for breach in run.breaches}
    return {
        key: _after(
            sender, sets.get(key), key, run, has_evidence=key in evident, contradicted=key in contradicted
        )
        for key in named
    }


def speaks_for(sender: RunHistory, folder_set: FolderSet | None) -> Stamp | None:
    """The last run which, by not naming a folder of the set, said that the folder is well."""
    if folder_set is None:
        return sender.empty
    empty = sender.empty
    if (
        empty is not None
        and folder_set.ambiguous_since is not None
        and folder_set.ambiguous_until is not None
    ):
        # An empty run from before the set was ambiguous is in `conclusive`.
        empty = empty if empty.at >= folder_set.ambiguous_until else None
    return max((stamp for stamp in (empty, folder_set.conclusive) if stamp is not None), default=None)


def _after(
    sender: RunHistory | None,
    known: FolderSet | None,
    key: str,
    run: Run,
    *,
    has_evidence: bool,
    contradicted: bool,
) -> FolderSet:
    at = run.moment
    folder_set = known or FolderSet(key=key, named=run.stamp)
    if known is not None and has_evidence:
        folder_set = replace(folder_set, gaps=with_gap(known.gaps, known.named.at, at))
    if contradicted:
        twice = (
            folder_set.contradicted_at is not None
            and at - folder_set.contradicted_at <= CONTRADICTIONS_WITHIN
        )
        if twice:
            since = folder_set.ambiguous_since if folder_set.is_ambiguous(at) else at
            conclusive = speaks_for(sender, folder_set) if sender else None
            folder_set = replace(
                folder_set, conclusive=conclusive, ambiguous_since=since, ambiguous_until=at + AMBIGUOUS_FOR
            )
        folder_set = replace(folder_set, contradicted_at=at)
    means = run.complete and run.listing is None and not folder_set.is_ambiguous(at)
    return replace(folder_set, named=run.stamp, conclusive=run.stamp if means else folder_set.conclusive)


def _with_evidence(sets: Mapping[str, FolderSet], incidents: Mapping[str, Incident], run: Run) -> set[str]:
    """Sets with a folder that the last run to name the set named, and of which this run holds evidence."""
    found = set()
    for breach in run.breaches:
        folder_set, incident = sets.get(set_key(breach.key)), incidents.get(breach.key)
        if folder_set is None or incident is None:
            continue
        seen = incident.seen
        if seen == folder_set.named and is_evidence(incident.hashes, seen.at, breach.hashes, run.moment):
            found.add(folder_set.key)
    return found


def watch_list_after(sender: RunHistory | None, watched: WatchList | None, run: Run) -> WatchList | None:
    """The watch list after a run; `sender` is as it was before. A list that lacks parts changes nothing."""
    if run.listing is None or not run.complete:
        return watched
    if watched is not None and (watched.read, watched.errors) == (run.listing.read, run.listing.errors):
        return watched
    formerly = dict(watched.formerly) if watched else {}
    if watched is not None and sender is not None and sender.listed is not None:
        formerly.update(dict.fromkeys(watched.read, sender.listed.at))
    return WatchList(
        read=run.listing.read,
        errors=run.listing.errors,
        formerly=tuple(
            sorted(
                (key, at)
                for key, at in formerly.items()
                if key not in run.listing.read and run.moment - at <= LOOK_BACK
            )
        ),
    )


def last_read(sender: RunHistory, watched: WatchList | None, key: str) -> datetime | None:
    """When a list last said that a folder could be read."""
    if watched is None or sender.listed is None:
        return None
    return sender.listed.at if key in watched.read else dict(watched.formerly).get(key)
