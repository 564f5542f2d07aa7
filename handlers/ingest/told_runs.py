"""From a report to its run: what the rules of incidents need of it, and no more."""

from datetime import datetime, timedelta

from contract.folders import folder_key
from contract.moments import format_moment, is_plausible
from contract.report import ListedFolder, Report, ReportedFolder
from handlers.ingest.origin import Origin
from handlers.projection.store_runs import (
    BreachedFolder,
    Listing,
    Run,
    ToldRun,
    file_hash,
    keep_hashes,
    merge_folders,
)


def tell_run(report: Report, origin: Origin, run_id: str, lost_letters: int) -> ToldRun:
    """The run of a report.

    Args:
        report: the report, each folder once.
        origin: whose it is.
        run_id: from `Origin.run_id`.
        lost_letters: how many of its names lost letters on the way.
    """
    told = report.run
    name = told.sender if told else None
    folders = told.folders if told else None
    arrival = origin.arrival
    return ToldRun(
        run=Run(
            sender=origin.sender_key(name),
            run_id=run_id,
            moment=origin.moment(told),
            arrival=arrival,
            breaches=merge_folders(_describe_breach(folder, arrival) for folder in report.sla_error),
            listing=None if folders is None else _describe_list(folders),
            has_run=told is not None,
            named=name is not None,
            interval=timedelta(minutes=told.interval_minutes) if told and told.interval_minutes else None,
            skew=origin.skew(told),
            client=told.client if told else None,
            address=origin.address,
            part=told.part if told else 1,
            parts=told.parts if told else 1,
        ),
        sender_name=origin.sender_name(name),
        reported_by=origin.caller.username,
        keyed=origin.idempotency_key is not None or (told is not None and told.id is not None),
        spelt={folder_key(listed.folder): listed.folder for listed in folders or ()},
        clock_told=told is not None and told.sent_at is not None,
        lost_letters=lost_letters,
    )


def _describe_breach(folder: ReportedFolder, arrival: datetime) -> BreachedFolder:
    plausible = (file.creation_date for file in folder.files if is_plausible(file.creation_date, arrival))
    return BreachedFolder(
        key=folder_key(folder.folder),
        folder=folder.folder,
        sla=folder.sla,
        files=len(folder.files),
        oldest=min(plausible, default=None),
        # By the date as it is stored, so that a record and a run tell of the same file.
        hashes=keep_hashes(
            file_hash(file.filename, format_moment(file.creation_date)) for file in folder.files
        ),
    )


def _describe_list(folders: list[ListedFolder]) -> Listing:
    errors = {folder_key(one.folder): one.error for one in folders if one.error is not None}
    read = frozenset(folder_key(one.folder) for one in folders if one.error is None)
    return Listing(read=read.difference(errors), errors=tuple(sorted(errors.items())))
