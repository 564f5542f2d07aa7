"""What both sides are given to do: reports, their events, runs, and tables full of records."""

import json
import random
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from bench.service import Service
from contract.folders import folder_key
from contract.names import Group, Output
from contract.report import Report, ReportedFolder, StuckFile
from handlers.ingest.building import Origin, build
from handlers.ingest.parsing import ParsedReport
from handlers.ingest.storing import RecordStore
from handlers.projection.stream import apply_runs
from handlers.web.requests import Caller
from store.dynamodb import MAX_BATCH
from store.runs import BreachedFolder, Listing, Run, file_hash, keep_hashes, merge_folders
from store.state import SenderStore

if TYPE_CHECKING:
    from handlers.ingest.building import Record

FOLDERS = 500
FOLDERS_A_REPORT = 25
"""As many as one batch takes."""
_FILES_OF_A_FOLDER = 3
"""On average."""
_LOADERS = 4
_SPARE_SECONDS = 600.0
RECORDS: Final = 100_000
DAYS: Final = 30
_SENDERS: Final = 40
_OPEN_FOLDERS: Final = 10
"""In breach, of each sender."""
START = datetime(2026, 10, 1, 8, tzinfo=UTC)
EVERY = timedelta(minutes=15)
MONTH_RUNS = timedelta(days=30) // EVERY


@dataclass(frozen=True)
class ReportShape:
    """How many folders a report names, and how many files in each."""

    folders: int
    files: int

    def __str__(self) -> str:
        return f"{self.folders} x {self.files:,}"


TYPICAL = ReportShape(4, 25)
"""The report of a bad hour on one server: 100 files."""
SHAPES = (TYPICAL, ReportShape(1, 1_000), ReportShape(1, 20_000))


def body(shape: ReportShape) -> bytes:
    """A report of that shape, in the form that ConvertTo-Json gives it."""
    report = {
        "sla_error": [
            {
                "folder": rf"C:\Jobs\Invoices\Inbound_{folder}",
                "sla": 30,
                "files": [
                    {
                        "filename": f"INV-{folder * shape.files + file:06}.xml",
                        "creationDate": f"2026-11-{1 + file % 20:02}T08:{file % 60:02}:17.1234567-03:00",
                    }
                    for file in range(shape.files)
                ],
            }
            for folder in range(shape.folders)
        ]
    }
    return json.dumps(report, indent=2).encode()


def our_event(shape: ReportShape, client_id: str) -> dict[str, Any]:
    """A report that the authorizer has let through, its token given to this app client."""
    claims = {
        "sub": "6f0b5f9e-1c53-4a57-9a3c-0a1b6a9f2f10",
        "cognito:username": "reporter",
        "cognito:groups": Group.REPORTERS,
        "token_use": "id",
        "aud": client_id,
    }
    return {
        "body": body(shape).decode(),
        "headers": {"Content-Type": "application/json"},
        "requestContext": {"requestId": "bench", "authorizer": {"claims": claims}},
    }


def naive_event(shape: ReportShape, service: Service) -> dict[str, Any]:
    """The same report with a token that is yet to be checked."""
    return {"body": body(shape).decode(), "headers": {"Authorization": f"Bearer {service.token()}"}}


@dataclass(frozen=True)
class History:
    """Records spread evenly over the days before `until`; the same seed gives the same ones."""

    until: datetime
    days: int
    seed: int = 7

    def items(self) -> Iterator["Record"]:
        """Endless, at random moments: a longer beginning of it is only denser."""
        chance = random.Random(self.seed)  # noqa: S311 - a story, not a secret
        while True:
            detected = self.until - timedelta(days=self.days) * chance.random()
            folders = chance.sample(range(FOLDERS), FOLDERS_A_REPORT)
            report = Report.model_construct(
                sla_error=[_breach(folder, detected, chance) for folder in folders]
            )
            origin = Origin(caller=Caller("s", "reporter", frozenset()), arrival=detected)
            yield from build(ParsedReport(report), origin, None, timedelta(days=1)).records

    @property
    def folder(self) -> str:
        """One of the folders."""
        return _folder(0)


def load(client: Any, table: str, items: Iterator["Record"], count: int) -> None:
    """Writes the next `count` items."""
    store = RecordStore(client, table)
    chunks = iter(lambda: list(islice(items, MAX_BATCH)), [])
    with ThreadPoolExecutor(_LOADERS) as pool:
        # Chunks are taken as they are needed: a million items would fill the memory.
        for _ in range(0, count, MAX_BATCH * _LOADERS):
            batch = list(islice(chunks, _LOADERS))
            list(pool.map(lambda chunk: store.put_all(chunk, lambda: _SPARE_SECONDS), batch))


def _breach(folder: int, detected: datetime, chance: random.Random) -> ReportedFolder:
    files = [
        StuckFile.model_construct(
            filename=f"INV-{chance.randrange(1_000_000):06}.xml",
            creation_date=(detected - timedelta(minutes=chance.randrange(30, 600))).replace(microsecond=0),
        )
        for _ in range(1 + int(chance.expovariate(1 / (_FILES_OF_A_FOLDER - 0.5))))
    ]
    return ReportedFolder.model_construct(folder=_folder(folder), sla=30, files=files)


def _folder(number: int) -> str:
    return rf"C:\Jobs\Partner_{number:03}\Inbound"


def fill_tables(service: Service, say: Callable[[str], None]) -> History:
    """Loads them, and returns the history whose records they are."""
    history = History(datetime.now(UTC).replace(microsecond=0), DAYS)
    say(f"{RECORDS:,} records over {DAYS} days, {_SENDERS * _OPEN_FOLDERS} open incidents")
    load(service.aws.client("dynamodb"), service.outputs[Output.TABLE_NAME], history.items(), RECORDS)
    _open_incidents(service)
    return history


def _open_incidents(service: Service) -> None:
    tables: Mapping[str, Any] = service.outputs
    store = SenderStore(
        service.aws.client("dynamodb"),
        tables[Output.SENDERS_TABLE_NAME],
        tables[Output.INCIDENTS_TABLE_NAME],
        None,
    )
    late = datetime.now(UTC) - timedelta(minutes=5)
    for number in range(_SENDERS):
        apply_runs(
            store, f"page {number}", [make_run(f"page {number}", 0, list_breaches(_OPEN_FOLDERS), at=late)]
        )


def list_breaches(folders: int, sets: int = 1, files: str = "") -> tuple[BreachedFolder, ...]:
    """Folders in breach, spread over so many parent paths; other `files` are other stuck files."""
    return merge_folders(
        BreachedFolder(
            key=folder_key(path := rf"D:\Exchange {number % sets}\Inbound {number}"),
            folder=path,
            sla=30,
            files=3,
            oldest=START - timedelta(hours=2),
            hashes=keep_hashes(file_hash(f"{files}{name}", str(number)) for name in "abc"),
        )
        for number in range(folders)
    )


def make_run(
    sender: str,
    number: int,
    breaches: tuple[BreachedFolder, ...],
    listing: Listing | None = None,
    *,
    empty: bool = False,
    at: datetime | None = None,
) -> Run:
    """The sender's run of that number, one every quarter of an hour; or `at` a moment."""
    moment = at or START + number * EVERY
    return Run(
        sender=sender,
        run_id=f"{random.Random(f'{sender}{number}').getrandbits(128):032x}",  # noqa: S311 - an id, not a secret
        moment=moment,
        arrival=moment,
        breaches=() if empty else breaches,
        listing=listing,
        has_run=True,
        interval=EVERY,
        address="10.0.0.1",
        sender_name=sender,
        reported_by=sender,
    )


def make_month(sender: str, folders: int) -> Iterator[Run]:
    """A month of runs of a sender that lists its folders; each is in breach now and then."""
    chance = random.Random(sender)  # noqa: S311 - a story, not a secret
    known = list_breaches(folders)
    listing = Listing(read=frozenset(breach.key for breach in known))
    stuck: set[int] = set()
    for number in range(MONTH_RUNS):
        for folder in range(folders):
            if chance.random() < (0.2 if folder in stuck else 0.02):
                stuck ^= {folder}
        yield make_run(sender, number, tuple(known[folder] for folder in sorted(stuck)), listing)
