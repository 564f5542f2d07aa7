"""A table of a given number of records over a given number of days, made as our ingest makes them."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from contract.report import Report, ReportedFolder, StuckFile
from handlers.ingest.record_store import MAX_BATCH_ITEMS, RecordStore
from handlers.ingest.records import Detection, build_records

if TYPE_CHECKING:
    from handlers.ingest.records import Record

FOLDERS = 500
FOLDERS_A_REPORT = 25
"""As many as one batch takes."""
_FILES = 3
"""On average."""
_LOADERS = 4
_SPARE_SECONDS = 600.0


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
            yield from build_records(
                report, Detection(detected, reported_by="reporter", subject="s", sender="s", run_id="r")
            )

    @property
    def folder(self) -> str:
        """One of the folders."""
        return _folder(0)


def load(client: Any, table: str, items: Iterator["Record"], count: int) -> None:
    """Writes the next `count` items."""
    store = RecordStore(client, table)
    chunks = iter(lambda: list(islice(items, MAX_BATCH_ITEMS)), [])
    with ThreadPoolExecutor(_LOADERS) as pool:
        # Chunks are taken as they are needed: a million items would fill the memory.
        for _ in range(0, count, MAX_BATCH_ITEMS * _LOADERS):
            batch = list(islice(chunks, _LOADERS))
            list(pool.map(lambda chunk: store.put_all(chunk, lambda: _SPARE_SECONDS), batch))


def _breach(folder: int, detected: datetime, chance: random.Random) -> ReportedFolder:
    files = [
        StuckFile.model_construct(
            filename=f"INV-{chance.randrange(1_000_000):06}.xml",
            creation_date=(detected - timedelta(minutes=chance.randrange(30, 600))).replace(microsecond=0),
        )
        for _ in range(1 + int(chance.expovariate(1 / (_FILES - 0.5))))
    ]
    return ReportedFolder.model_construct(folder=_folder(folder), sla=30, files=files)


def _folder(number: int) -> str:
    return rf"C:\Jobs\Partner_{number:03}\Inbound"
