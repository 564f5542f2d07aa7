"""From a report to what is stored of it: its run, and a record a folder, or several if it has many files."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import repeat, starmap
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4, uuid5

from contract.folders import folder_key
from contract.moments import EARLIEST_PLAUSIBLE, FURTHEST_AHEAD, format_affected_date, format_moment
from contract.report import ListedFolder, Report, ReportedFolder, ReportedRun
from contract.words import SENDER_SEPARATOR
from handlers.ingest.parsing import ParsedReport
from handlers.web.requests import Caller
from store.dynamodb import EXPIRY
from store.records import Attribute, FileAttribute
from store.runs import BreachedFolder, Listing, Run, build_run_items, file_hash, keep_hashes, merge_folders

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

    Record = dict[str, AttributeValueTypeDef]
_Files = list[tuple[str, str]]
"""Names and creation dates of a folder's stuck files, as they are stored."""

MAX_FILES_BYTES: Final = 300_000
"""Bytes of `Files` in one record, well below DynamoDB's 400 KB for the whole item."""
_DIGEST_BYTES: Final = 16
_RUN_IDS: Final = UUID("0d9c4a1e-3b0e-4f0a-9d1b-8a2f6f5f7c11")
_ERROR_IDS: Final = UUID("6f6ab1c5-52b5-4b5e-9a8f-1f0e6a2c9d34")
# As plain text: an enumeration's members are looked up anew each time, and reports have many files.
_FILENAME: Final = str(FileAttribute.FILENAME)
_CREATION_DATE: Final = str(FileAttribute.CREATION_DATE)
# DynamoDB counts 3 bytes for a list or map and 1 for each element, beside names and values.
_FILE_OVERHEAD: Final = 3 + 1 + 2 + len(_FILENAME) + len(_CREATION_DATE)


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a report comes from, and when it arrived."""

    caller: Caller
    arrival: datetime
    """In UTC."""
    address: str | None = None
    """The caller's IP address."""
    idempotency_key: str | None = None

    def sender_key(self, name: str | None) -> str:
        """The sender's key: the account, and what the script calls itself, whatever its case."""
        return _qualify(self.caller.subject, name and name.lower())

    def sender_name(self, name: str | None) -> str:
        """The sender's name on screens."""
        return _qualify(self.caller.username, name)


def _qualify(account: str, name: str | None) -> str:
    return account if name is None else f"{account}{SENDER_SEPARATOR}{name}"


@dataclass(frozen=True)
class Built:
    """What is stored of one report."""

    records: list["Record"]
    run: Run
    run_items: list["Record"]
    files: int
    """Stuck files in all folders."""


def build(
    parsed: ParsedReport, origin: Origin, retention: timedelta | None, run_retention: timedelta
) -> Built:
    """Builds all that is stored of a report.

    With an idempotency key the same report, in whatever order it comes, gets the same ids, and overwrites.
    A different report with the same key gets different ids: a script may use one key for ever. The
    retention of records may be None, for good.
    """
    report, subject, key = parsed.report, origin.caller.subject, origin.idempotency_key
    files: list[_Files] = [
        [(file.filename, format_moment(file.creation_date)) for file in folder.files]
        for folder in report.sla_error
    ]
    source = None
    if key is not None:
        # A retry has to give the same digest and cut the same parts, in whatever order it comes.
        files = [sorted(of_folder) for of_folder in files]
        source = (subject, key, _digest(report, files))
    if report.run is not None and report.run.id is not None:
        # The same for all parts of the run.
        run_id = _derive_id(_RUN_IDS, subject, str(report.run.id)).hex
    else:
        run_id = (uuid4() if source is None else _derive_id(_RUN_IDS, *source)).hex
    run = _build_run(parsed, files, origin, run_id)
    return Built(
        records=_build_records(report, files, run, source, retention),
        run=run,
        run_items=build_run_items(run, run_retention),
        files=sum(map(len, files)),
    )


def _derive_id(namespace: UUID, *parts: str | int) -> UUID:
    # JSON keeps ("a", "b:c") apart from ("a:b", "c").
    return uuid5(namespace, json.dumps(parts))


def _digest(report: Report, files: Sequence[_Files]) -> str:
    """A digest of all that the report says, except when it was sent: a retry is sent later.

    The script reads folders, files and keys from hash tables, so their order means nothing and differs from
    run to run. Equal reports have equal digests.
    """
    content: dict[str, Any] = {
        "sla_error": sorted(
            (folder.folder, folder.sla, of_folder)
            for folder, of_folder in zip(report.sla_error, files, strict=True)
        ),
        "run": report.run and report.run.model_dump(mode="json", exclude={"sent_at"}),
    }
    if report.run is not None and report.run.folders is not None:
        content["run"]["folders"].sort(key=lambda folder: json.dumps(folder, sort_keys=True))
    text = json.dumps(content, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES).hexdigest()


def _build_run(parsed: ParsedReport, files: Sequence[_Files], origin: Origin, run_id: str) -> Run:
    report, arrival = parsed.report, origin.arrival
    run = report.run or ReportedRun()
    moment = arrival
    if run.started_at is not None and run.sent_at is not None:
        # The arrival, less the time that the run took by the sender's own clock.
        moment -= run.sent_at - run.started_at
    return Run(
        sender=origin.sender_key(run.sender),
        run_id=run_id,
        moment=moment,
        arrival=arrival,
        breaches=merge_folders(map(_build_breach, report.sla_error, files, repeat(arrival))),
        listing=None if run.folders is None else _build_listing(run.folders),
        has_run=report.run is not None,
        named=run.sender is not None,
        interval=timedelta(minutes=run.interval_minutes) if run.interval_minutes else None,
        skew=arrival - run.sent_at if run.sent_at is not None else timedelta(0),
        client=run.client,
        address=origin.address,
        part=run.part,
        parts=run.parts,
        sender_name=origin.sender_name(run.sender),
        reported_by=origin.caller.username,
        spellings={folder_key(listed.folder): listed.folder for listed in run.folders or ()},
        has_sent_at=run.sent_at is not None,
        lost_letters=parsed.lost_letters,
    )


def _build_breach(folder: ReportedFolder, files: _Files, arrival: datetime) -> BreachedFolder:
    latest = arrival + FURTHEST_AHEAD
    plausible = (
        file.creation_date for file in folder.files if EARLIEST_PLAUSIBLE <= file.creation_date <= latest
    )
    return BreachedFolder(
        key=folder_key(folder.folder),
        folder=folder.folder,
        sla=folder.sla,
        files=len(files),
        oldest=min(plausible, default=None),
        # By the date as it is stored, so that a record and a run agree on a file.
        hashes=keep_hashes(starmap(file_hash, files)),
    )


def _build_listing(folders: list[ListedFolder]) -> Listing:
    errors = {folder_key(one.folder): one.error for one in folders if one.error is not None}
    return Listing.build((folder_key(one.folder) for one in folders if one.error is None), errors)


def _build_records(
    report: Report,
    files: Sequence[_Files],
    run: Run,
    id_source: tuple[str, ...] | None,
    retention: timedelta | None,
) -> list["Record"]:
    """The records to store, in DynamoDB's own attribute-value form.

    The client is given that form directly: the resource layer's serializer costs more than
    all the rest of a large report.
    """
    shared: Record = {
        Attribute.AFFECTED_DATE: {"S": format_affected_date(run.arrival)},
        Attribute.DETECTED_AT: {"S": format_moment(run.arrival)},
        Attribute.REPORTED_BY: {"S": run.reported_by},
        Attribute.SENDER: {"S": run.sender},
        Attribute.RUN_ID: {"S": run.run_id},
    }
    if retention is not None:
        shared[Attribute.EXPIRES_AT] = EXPIRY.write(run.arrival + retention)
    records: list[Record] = []
    for folder, of_folder in zip(report.sla_error, files, strict=True):
        parts = list(_split_files(of_folder))
        for number, part in enumerate(parts, start=1):
            error_id = (
                uuid4() if id_source is None else _derive_id(_ERROR_IDS, *id_source, folder.folder, number)
            )
            record: Record = {
                Attribute.ERROR_ID: {"S": str(error_id)},
                Attribute.FOLDER: {"S": folder.folder},
                Attribute.SLA: {"N": str(folder.sla)},
                Attribute.FILES: {"L": part},
                Attribute.FILE_COUNT: {"N": str(len(part))},
                **shared,
            }
            if len(parts) > 1:
                record[Attribute.PART] = {"N": str(number)}
                record[Attribute.PARTS] = {"N": str(len(parts))}
            records.append(record)
    return records


def _split_files(files: _Files) -> Iterator[list["AttributeValueTypeDef"]]:
    """The files of each record, the first as full as its bytes allow."""
    part: list[AttributeValueTypeDef] = []
    size = 0
    for name, created in files:
        file_size = _FILE_OVERHEAD + len(name.encode()) + len(created)
        if part and size + file_size > MAX_FILES_BYTES:
            yield part
            part, size = [], 0
        part.append({"M": {_FILENAME: {"S": name}, _CREATION_DATE: {"S": created}}})
        size += file_size
    yield part
