"""What both sides are given to do: reports, their events, runs, and tables full of records."""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from bench.service import Service
from contract.folders import folder_key
from contract.names import Group, Output
from contract.report import Report, ReportedFolder, StuckFile
from handlers.ingest.building import Origin, build
from handlers.ingest.parsing import ParsedReport, parse_report
from handlers.ingest.storing import RecordStore
from handlers.projection.stream import apply_runs
from handlers.web.requests import Caller
from store.runs import BreachedFolder, Listing, Run, file_hash, keep_hashes, merge_folders
from store.state import SenderStore

if TYPE_CHECKING:
    from handlers.ingest.building import Record

FOLDERS = 500
_FOLDERS_A_REPORT = 25
"""As many as one batch takes."""
_FILES_OF_A_FOLDER = 3
"""On average."""
_LOADERS = 4
_CHUNK = 1_000
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


def build_records(shape: ReportShape) -> Sequence["Record"]:
    """The records of a report of that shape."""
    origin = Origin(caller=Caller("s", "reporter", frozenset()), arrival=START)
    return build(parse_report(body(shape)), origin, None, timedelta(days=1)).records


def our_event(shape: ReportShape, service: Service) -> dict[str, Any]:
    """A report that the authorizer has let through."""
    claims = {
        "sub": "6f0b5f9e-1c53-4a57-9a3c-0a1b6a9f2f10",
        "cognito:username": "reporter",
        "cognito:groups": Group.REPORTERS,
        "token_use": "id",
        "aud": service.outputs["user_pool_client_id"],
    }
    return {
        "body": body(shape).decode(),
        "headers": {"Content-Type": "application/json"},
        "requestContext": {"requestId": "bench", "authorizer": {"claims": claims}},
    }


def naive_event(shape: ReportShape, service: Service) -> dict[str, Any]:
    """The same report with a token that is yet to be checked."""
    return {"body": body(shape).decode(), "headers": {"Authorization": f"Bearer {service.token()}"}}


def _list_records(until: datetime) -> Iterator["Record"]:
    """Records of the days before a moment, in no order, without end."""
    chance = random.Random(7)  # noqa: S311 - a story, not a secret
    while True:
        detected = until - timedelta(days=DAYS) * chance.random()
        folders = chance.sample(range(FOLDERS), _FOLDERS_A_REPORT)
        report = Report.model_construct(sla_error=[_breach(folder, detected, chance) for folder in folders])
        origin = Origin(caller=Caller("s", "reporter", frozenset()), arrival=detected)
        yield from build(ParsedReport(report), origin, None, timedelta(days=1)).records


def _breach(folder: int, detected: datetime, chance: random.Random) -> ReportedFolder:
    files = [
        StuckFile.model_construct(
            filename=f"INV-{chance.randrange(1_000_000):06}.xml",
            creation_date=(detected - timedelta(minutes=chance.randrange(30, 600))).replace(microsecond=0),
        )
        for _ in range(1 + int(chance.expovariate(1 / (_FILES_OF_A_FOLDER - 0.5))))
    ]
    return ReportedFolder.model_construct(folder=name_folder(folder), sla=30, files=files)


def name_folder(number: int) -> str:
    """One of the `FOLDERS`, by its number."""
    return rf"C:\Jobs\Partner_{number:03}\Inbound"


@dataclass(frozen=True)
class Bench:
    """What a group of figures is measured with."""

    service: Service
    rounds: int
    """How often each pair is measured."""
    say: Callable[[str], None]

    @property
    def starts(self) -> int:
        """How often each cold start is measured: they vary more, and take less."""
        return 3 * self.rounds

    def fill_tables(self) -> None:
        """Fills what pages are drawn of, unless it is filled already."""
        _ = self._filled

    @cached_property
    def _filled(self) -> None:
        self.say(f"{RECORDS:,} records over {DAYS} days, {_SENDERS * _OPEN_FOLDERS} open incidents")
        client, tables = self.service.aws.client("dynamodb"), self.service.outputs
        until = datetime.now(UTC).replace(microsecond=0)
        records, records_table = _list_records(until), RecordStore(client, tables[Output.TABLE_NAME])
        with ThreadPoolExecutor(_LOADERS) as pool:
            chunks = (list(islice(records, _CHUNK)) for _ in range(RECORDS // _CHUNK))
            list(pool.map(lambda chunk: records_table.put_all(chunk, lambda: _SPARE_SECONDS), chunks))
        store = open_store(self.service)
        late = until - timedelta(minutes=5)
        for number in range(_SENDERS):
            sender = f"page {number}"
            breaches = list_breaches(_OPEN_FOLDERS, number * _OPEN_FOLDERS)
            apply_runs(store, sender, [make_run(sender, 0, breaches, at=late)])


def open_store(service: Service, client: Any = None) -> SenderStore:
    """What the projection writes, through a client of one's own where one is given."""
    names = service.outputs[Output.SENDERS_TABLE_NAME], service.outputs[Output.INCIDENTS_TABLE_NAME]
    return SenderStore(client or service.aws.client("dynamodb"), *names, None)


def list_breaches(folders: int, first: int = 0) -> tuple[BreachedFolder, ...]:
    """So many folders in breach, from that number on."""
    return merge_folders(
        BreachedFolder(
            key=folder_key(path := name_folder(number)),
            folder=path,
            sla=30,
            files=3,
            oldest=START - timedelta(hours=2),
            hashes=keep_hashes(file_hash(name, str(number)) for name in "abc"),
        )
        for number in range(first, first + folders)
    )


def make_run(
    sender: str,
    number: int,
    breaches: tuple[BreachedFolder, ...],
    listing: Listing | None = None,
    at: datetime | None = None,
) -> Run:
    """The sender's run of that number, one every quarter of an hour; or `at` a moment."""
    moment = at or START + number * EVERY
    return Run(
        sender=sender,
        run_id=f"{random.Random(f'{sender}{number}').getrandbits(128):032x}",  # noqa: S311 - an id, not a secret
        moment=moment,
        arrival=moment,
        breaches=breaches,
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
