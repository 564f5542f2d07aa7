"""Runs of made-up senders, as the ingest function stores them."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from contract.folders import folder_key
from handlers.incidents.proof import file_hash, kept
from handlers.incidents.runs import BreachedFolder, Listing, Run, by_key
from handlers.runs.told import ToldRun

START = datetime(2026, 10, 1, 8, tzinfo=UTC)
EVERY = timedelta(minutes=15)
MONTH_RUNS = timedelta(days=30) // EVERY


def list_breaches(folders: int, sets: int = 1, files: str = "") -> tuple[BreachedFolder, ...]:
    """Folders in breach, spread over so many parent paths; other `files` are other stuck files."""
    return by_key(
        BreachedFolder(
            key=folder_key(path := rf"D:\Exchange {number % sets}\Inbound {number}"),
            folder=path,
            sla=30,
            files=3,
            oldest=START - timedelta(hours=2),
            hashes=kept(file_hash(f"{files}{name}", str(number)) for name in "abc"),
        )
        for number in range(folders)
    )


def tell(
    sender: str,
    number: int,
    breaches: tuple[BreachedFolder, ...],
    listing: Listing | None = None,
    *,
    empty: bool = False,
    at: datetime | None = None,
) -> ToldRun:
    """The sender's run of that number, one every quarter of an hour; or `at` a moment."""
    moment = at or START + number * EVERY
    run = Run(
        sender=sender,
        run_id=f"{random.Random(f'{sender}{number}').getrandbits(128):032x}",  # noqa: S311 - an id, not a secret
        moment=moment,
        arrival=moment,
        breaches=() if empty else breaches,
        listing=listing,
        has_run=True,
        interval=EVERY,
        address="10.0.0.1",
    )
    return ToldRun(run=run, sender_name=sender, reported_by=sender)


def tell_month(sender: str, folders: int) -> Iterator[ToldRun]:
    """A month of runs of a sender that lists its folders; each is in breach now and then."""
    chance = random.Random(sender)  # noqa: S311 - a story, not a secret
    known = list_breaches(folders)
    listing = Listing(read=frozenset(breach.key for breach in known))
    stuck: set[int] = set()
    for number in range(MONTH_RUNS):
        for folder in range(folders):
            if chance.random() < (0.2 if folder in stuck else 0.02):
                stuck ^= {folder}
        yield tell(sender, number, tuple(known[folder] for folder in sorted(stuck)), listing)
