"""Every length of time and every count that the rules name."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from contract.folders import set_key
from handlers.incidents.timing import LOOK_BACK, proves, with_gap
from handlers.projection.store_incidents import Incident
from handlers.projection.store_runs import Run, Stamp
from handlers.projection.store_state import FolderSet, RunHistory, WatchList

STRIKES_WITHIN: Final = timedelta(hours=24)
MIXED_UP_FOR: Final = timedelta(days=3)


def sets_after(
    sender: RunHistory | None,
    sets: Mapping[str, FolderSet],
    incidents: Mapping[str, Incident],
    run: Run,
    struck: Collection[str],
) -> dict[str, FolderSet]:
    """The sets that a run names, as it leaves them.

    Args:
        sender: as it was before the run.
        sets: as they were.
        incidents: as they were.
        run: the run.
        struck: keys of the sets in which it shows that leaving out had cleared what was stuck.
    """
    proven = _proven(sets, incidents, run)
    named = {set_key(breach.key) for breach in run.breaches}
    return {
        key: _after(sender, sets.get(key), key, run, proven=key in proven, struck=key in struck)
        for key in named
    }


def speaks_for(sender: RunHistory, folder_set: FolderSet | None) -> Stamp | None:
    """The last run from which not naming a folder of the set meant that it is well."""
    if folder_set is None:
        return sender.empty
    empty = sender.empty
    if empty is not None and folder_set.mixed_since is not None and folder_set.mixed_until is not None:
        # One from before it was mixed up is in `covered`.
        empty = empty if empty.at >= folder_set.mixed_until else None
    return max((stamp for stamp in (empty, folder_set.covered) if stamp is not None), default=None)


def _after(
    sender: RunHistory | None, known: FolderSet | None, key: str, run: Run, *, proven: bool, struck: bool
) -> FolderSet:
    at = run.moment
    folder_set = known or FolderSet(key=key, named=run.stamp)
    if known is not None and proven:
        folder_set = replace(folder_set, gaps=with_gap(known.gaps, known.named.at, at))
    if struck:
        twice = folder_set.struck_at is not None and at - folder_set.struck_at <= STRIKES_WITHIN
        if twice:
            since = folder_set.mixed_since if folder_set.mixed_up(at) else at
            covered = speaks_for(sender, folder_set) if sender else None
            folder_set = replace(
                folder_set, covered=covered, mixed_since=since, mixed_until=at + MIXED_UP_FOR
            )
        folder_set = replace(folder_set, struck_at=at)
    means = run.complete and run.listing is None and not folder_set.mixed_up(at)
    return replace(folder_set, named=run.stamp, covered=run.stamp if means else folder_set.covered)


def _proven(sets: Mapping[str, FolderSet], incidents: Mapping[str, Incident], run: Run) -> set[str]:
    """The sets of which a folder that the last run to name the set named holds proof in this one."""
    found = set()
    for breach in run.breaches:
        folder_set, incident = sets.get(set_key(breach.key)), incidents.get(breach.key)
        if folder_set is None or incident is None:
            continue
        seen = incident.seen
        if seen == folder_set.named and proves(incident.hashes, seen.at, breach.hashes, run.moment):
            found.add(folder_set.key)
    return found


def watch_list_after(sender: RunHistory | None, watched: WatchList | None, run: Run) -> WatchList | None:
    """What is watched after a run. `sender` is as it was before; a list that lacks parts says nothing."""
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
    """When a list last said of a folder that it could be read."""
    if watched is None or sender.listed is None:
        return None
    return sender.listed.at if key in watched.read else dict(watched.formerly).get(key)
