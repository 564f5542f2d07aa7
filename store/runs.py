"""The table FileSlaRuns: every run as its report describes it. The projection alone reads it."""

import base64
import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum, unique
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, NamedTuple, Self

from contract.folders import folder_key
from contract.moments import HOUR, format_moment, parse_moment
from store.dynamodb import EXPIRY, Item, Query, Reader, TableSpec, Values, find_kind

SAME_RUN: Final = timedelta(minutes=10)
"""Reports with one run id that lie no further apart are one run."""


@unique
class RunAttribute(StrEnum):
    """Attributes of an item: a run, a part of one, or a report that was refused."""

    SENDER = "Sender"
    """Partition key: the account's `sub`; where the script names itself, `/` and that name in lower case."""
    RUN_KEY = "RunKey"
    """Sort key: moment, RunId, part and piece, so that a Query gives runs in their order."""
    ITEM = "Item"
    RUN_ID = "RunId"
    MOMENT = "Moment"
    ARRIVED_AT = "ArrivedAt"
    SENDER_NAME = "SenderName"
    REPORTED_BY = "ReportedBy"
    SOURCE_ADDRESS = "SourceAddress"
    CONTENT = "Content"
    """What the run says of folders and of itself: JSON, compressed with zlib."""
    PROBLEMS = "Problems"
    REQUEST_ID = "GatewayRequestId"
    EXPIRES_AT = "ExpiresAt"


_A: Final = RunAttribute


@unique
class RunItem(StrEnum):
    """What an item of the table is."""

    RUN = "run"
    REFUSED = "refused"


@dataclass(frozen=True)
class RefusedField:
    """What was wrong with a field of a refused report, and how to fix it."""

    field: str
    problem: str
    hint: str = ""


PROBLEMS: Final = find_kind(Sequence[RefusedField])
"""Of what was wrong with a report, as it is stored."""


RUNS_TABLE: Final = TableSpec(
    name="FileSlaRuns",
    partition_key=_A.SENDER,
    sort_key=_A.RUN_KEY,
    expiry_attribute=_A.EXPIRES_AT,
    streams=True,
)


class Stamp(NamedTuple):
    """A run's place. Runs are applied by moment, then by run id, and compare so."""

    at: datetime
    run: str
    arrived: datetime
    """When its report came; the records of it are stored under that hour."""

    @property
    def hours(self) -> tuple[datetime, datetime]:
        """In which a folder of the run may be stored: a run of several requests is dated by the last one."""
        return self.arrived, self.arrived - HOUR


HASHES: Final = 16
"""How many a folder keeps."""
_HASH_BYTES: Final = 6
"""Eight characters of base64: that any two of a million files share one has a chance of 1 in 560."""


def file_hash(name: str, created: str) -> str:
    """A short hash of a stuck file: its name, and its creation date as it is stored."""
    # The length keeps ("a", "b:c") apart from ("a:b", "c"). A lone surrogate is a name Windows allows.
    text = f"{len(name)}:{name}:{created}".encode("utf-8", "surrogatepass")
    return base64.b64encode(hashlib.blake2b(text, digest_size=_HASH_BYTES).digest()).decode()


def keep_hashes(hashes: Iterable[str]) -> tuple[str, ...]:
    """The ones to keep of a folder's stuck files: the smallest, so that two runs keep the same ones."""
    return tuple(sorted(set(hashes))[:HASHES])


@dataclass(frozen=True, kw_only=True)
class BreachedFolder:
    """A folder of `sla_error`."""

    key: str
    folder: str
    sla: int
    """Minutes."""
    files: int
    oldest: datetime | None
    """The oldest plausible creation date of them, by the sender's clock; None where none is plausible."""
    hashes: tuple[str, ...]
    """Of the stuck files, from `keep_hashes`."""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """`run.folders`: every folder that the run looked at."""

    read: frozenset[str] = frozenset()
    """Keys of the folders that could be read."""
    errors: tuple[tuple[str, str], ...] = ()
    """Keys of those that could not, with what the system said; sorted."""

    @classmethod
    def build(cls, read: Iterable[str], errors: Mapping[str, str]) -> Self:
        """From keys. A folder that could be read once and not another time is not known to be well."""
        return cls(read=frozenset(read).difference(errors), errors=tuple(sorted(errors.items())))


@dataclass(frozen=True, kw_only=True)
class Run:
    """One execution of a script, as its report describes it, or the parts of the report that came."""

    sender: str
    run_id: str
    moment: datetime
    arrival: datetime
    breaches: tuple[BreachedFolder, ...] = ()
    """One a folder, sorted by key."""
    listing: Listing | None = None
    has_run: bool = False
    named: bool = False
    interval: timedelta | None = None
    skew: timedelta = timedelta(0)
    """Arrival less `sent_at`: what the sender's clock is behind; nothing where `sent_at` is not sent."""
    has_sent_at: bool = False
    """Whether the report says when it was sent by the sender's own clock."""
    client: str | None = None
    address: str | None = None
    sender_name: str = ""
    """What screens call the sender: its user name, and where the script names itself `/` and that name."""
    reported_by: str = ""
    spellings: Mapping[str, str] = field(default_factory=dict)
    """How the folders of the list are spelt, by their keys."""
    lost_letters: int = 0
    """How many of its names lost letters on the way."""
    part: int = 1
    parts: int = 1
    """Of how many requests it is made."""
    piece: int = 1
    pieces: int = 1
    came: frozenset[int] | None = None
    """Which parts of this run came as a whole; None: it is an item, not yet put together."""

    @property
    def complete(self) -> bool:
        """Whether every part of it came. Only then does a missing folder count."""
        if self.came is None:
            return self.parts == self.pieces == 1
        return len(self.came) >= self.parts

    @property
    def empty(self) -> bool:
        """Whether nothing was stuck."""
        return self.complete and not self.breaches

    @property
    def stamp(self) -> Stamp:
        """Its place in the order of runs."""
        return Stamp(self.moment, self.run_id, self.arrival)


def merge_folders(breaches: Iterable[BreachedFolder]) -> tuple[BreachedFolder, ...]:
    """One a folder, sorted by key: of a folder that is there twice, files together and the smaller SLA."""
    ordered = sorted(breaches, key=attrgetter("key"))
    return tuple(_merge_same(list(same)) for _, same in groupby(ordered, key=attrgetter("key")))


def _merge_same(same: list[BreachedFolder]) -> BreachedFolder:
    if len(same) == 1:
        return same[0]
    return replace(
        same[-1],
        sla=min(breach.sla for breach in same),
        files=sum(breach.files for breach in same),
        oldest=min((breach.oldest for breach in same if breach.oldest is not None), default=None),
        hashes=keep_hashes(file for breach in same for file in breach.hashes),
    )


MAX_HELD_BYTES: Final = 16_000_000
"""Bytes of compressed content that wait for more parts of their runs; a report has at most 2,000,000."""
MAX_RUN_FOLDERS: Final = 50_000
"""Folders that are read of one run: five reports as large as can be. What it has beyond counts as missing."""


class StoredRun(NamedTuple):
    """An item of a run, its content not yet read: the run, a part of it, or a piece of a part."""

    key: str
    run_id: str
    moment: datetime
    arrival: datetime
    size: int
    """Bytes of its content, compressed."""
    read: Callable[[], Run]
    """Raises `MalformedRunError`."""


class RunMerger:
    """Puts a sender's runs together from their items, within a bounded memory.

    Items with one run id within ten minutes are one run, dated by the first: a retry, or its parts. Whoever
    stops can go on later from the items at `next_key`, with what was `merged` last.

    Args:
        items: in the order of their keys, which is that of moments.
        merged: what was put together before these, where they continue others.
    """

    def __init__(self, items: Iterable[StoredRun], merged: Mapping[str, datetime] | None = None) -> None:
        self._items = items
        self._waiting: dict[str, dict[str, StoredRun]] = {}
        self._held = 0
        self.merged = dict(merged or {})
        """Ids and moments of the runs of the last ten minutes: what still comes of these is passed over."""
        self.next_key = ""
        """The first item that no run has yet been made of."""
        self.read_bytes = 0
        self.unreadable: dict[str, MalformedRunError] = {}

    def __iter__(self) -> Iterator[Run]:
        for item in self._items:
            yield from self._merge(item)
            self.read_bytes += item.size
            first = self.merged.get(item.run_id)
            if first is not None and item.moment - first <= SAME_RUN:
                continue
            parts = self._waiting.setdefault(item.run_id, {})
            part = item.key[-len(_PART_KEY) :]
            if (before := parts.get(part)) is None:
                parts[part] = item
                self._held += item.size
            else:  # a retry
                parts[part] = before._replace(arrival=max(before.arrival, item.arrival))
        yield from self._merge(None)

    def _merge(self, following: StoredRun | None) -> Iterator[Run]:
        """The runs of which nothing more can come, and the oldest ones where they take too much memory."""
        while self._waiting:
            items = list(next(iter(self._waiting.values())).values())
            first = items[0]
            may_go_on = following is not None and following.moment - first.moment <= SAME_RUN
            if may_go_on and self._held <= MAX_HELD_BYTES:
                return
            del self._waiting[first.run_id]
            self._held -= sum(item.size for item in items)
            self.merged.pop(first.run_id, None)
            while self.merged and first.moment - self.merged[oldest := next(iter(self.merged))] > SAME_RUN:
                del self.merged[oldest]
            self.merged[first.run_id] = first.moment
            rest = next(iter(self._waiting.values()), None)
            self.next_key = next(iter(rest.values())).key if rest else following.key if following else ""
            if parts := list(self._read(items)):
                yield _one_run(parts)

    def _read(self, items: Iterable[StoredRun]) -> Iterator[Run]:
        folders = 0
        for item in items:
            if folders > MAX_RUN_FOLDERS:
                return
            try:
                run = item.read()
            except MalformedRunError as error:
                self.unreadable[item.key] = error
                continue
            folders += len(run.breaches) + len(run.spellings)
            yield replace(run, arrival=item.arrival)


def _one_run(parts: list[Run]) -> Run:
    first, pieces = {one.part: one for one in reversed(parts)}, Counter(one.part for one in parts)
    lists = [part.listing for part in parts if part.listing is not None]
    errors = {key: text for listing in lists for key, text in listing.errors}
    return replace(
        parts[0],
        arrival=max(part.arrival for part in parts),
        breaches=merge_folders(breach for part in parts for breach in part.breaches),
        listing=Listing.build((key for listing in lists for key in listing.read), errors) if lists else None,
        spellings={key: folder for part in parts for key, folder in part.spellings.items()},
        lost_letters=sum({part.part: part.lost_letters for part in parts}.values()),
        came=frozenset(part for part, one in first.items() if pieces[part] >= one.pieces),
    )


MAX_CONTENT_BYTES: Final = 300_000
"""Bytes of JSON in one item, before they are compressed: well below DynamoDB's 400 KB for the whole item."""
_HASH_CHARACTERS: Final = 8


class MalformedRunError(ValueError):
    """An item that is none of ours, or was changed since."""


_PART_KEY: Final = "#0001#0001"


def format_run_key(moment: datetime, run_id: str, part: int = 1, piece: int = 1) -> str:
    """The sort key: sorts as runs do, by moment, then RunId."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}#{run_id}#{part:04}#{piece:04}"


def build_run_items(run: Run, retention: timedelta) -> list[dict[str, Any]]:
    """The items to store. `retention` counts from the arrival."""
    shared: dict[str, Any] = {
        _A.SENDER: {"S": run.sender},
        _A.ITEM: {"S": RunItem.RUN},
        _A.RUN_ID: {"S": run.run_id},
        _A.MOMENT: {"S": format_moment(run.moment)},
        _A.ARRIVED_AT: {"S": format_moment(run.arrival)},
        _A.SENDER_NAME: {"S": run.sender_name},
        _A.REPORTED_BY: {"S": run.reported_by},
        _A.EXPIRES_AT: EXPIRY.write(run.arrival + retention),
    }
    if run.address:
        shared[_A.SOURCE_ADDRESS] = {"S": run.address}
    pieces = list(_split(_list_content(run)))
    items = []
    for piece, content in enumerate(pieces, start=1):
        content |= _describe(run)
        if len(pieces) > 1:
            content |= {"piece": piece, "pieces": len(pieces)}
        text = json.dumps(content, separators=(",", ":"))
        items.append(
            {
                **shared,
                _A.RUN_KEY: {"S": format_run_key(run.moment, run.run_id, run.part, piece)},
                _A.CONTENT: {"B": zlib.compress(text.encode())},
            }
        )
    return items


def read_run_item(item: Mapping[str, Any]) -> Run:
    """The run of an item, or the part of it that the item holds.

    Raises:
        MalformedRunError: it cannot be read.
    """
    try:
        data = item[_A.CONTENT]["B"]
        # A stream's event is JSON, in which bytes are base64.
        packed = base64.b64decode(data) if isinstance(data, str) else bytes(data)
        return _read(item, json.loads(zlib.decompress(packed)))
    except (KeyError, TypeError, ValueError, zlib.error) as error:
        raise MalformedRunError(f"a run's item cannot be read: {error!r}") from error


def _read(item: Mapping[str, Any], content: Mapping[str, Any]) -> Run:
    listing, folders = None, []
    if "read" in content:
        errors = {folder_key(folder): text for folder, text in content["errors"]}
        listing = Listing.build(map(folder_key, content["read"]), errors)
        folders = [*content["read"], *(folder for folder, _ in content["errors"])]
    return Run(
        sender=item[_A.SENDER]["S"],
        run_id=item[_A.RUN_ID]["S"],
        moment=parse_moment(item[_A.MOMENT]["S"]),
        arrival=parse_moment(item[_A.ARRIVED_AT]["S"]),
        breaches=merge_folders(map(_read_breach, content.get("breaches", ()))),
        listing=listing,
        has_run=content.get("run", False),
        named=content.get("named", False),
        interval=timedelta(minutes=content["interval"]) if "interval" in content else None,
        skew=timedelta(seconds=content.get("skew", 0)),
        has_sent_at="skew" in content,
        client=content.get("client"),
        address=item.get(_A.SOURCE_ADDRESS, {}).get("S"),
        sender_name=item[_A.SENDER_NAME]["S"],
        reported_by=item[_A.REPORTED_BY]["S"],
        spellings={folder_key(folder): folder for folder in folders},
        lost_letters=content.get("lost", 0),
        **{name: content.get(name, 1) for name in ("part", "parts", "piece", "pieces")},
    )


def _describe(run: Run) -> dict[str, Any]:
    """What the run says of itself, without what is as in most runs."""
    said: dict[str, Any] = {
        "run": run.has_run,
        "named": run.named,
        "client": run.client,
        "interval": run.interval and run.interval / timedelta(minutes=1),
        "lost": run.lost_letters,
    }
    described = {key: value for key, value in said.items() if value}
    if run.has_sent_at:
        described["skew"] = run.skew.total_seconds()
    if run.parts > 1:
        described |= {"part": run.part, "parts": run.parts}
    return described


def _list_content(run: Run) -> dict[str, list[Any]]:
    content: dict[str, list[Any]] = {"breaches": [_write_breach(breach) for breach in run.breaches]}
    if run.listing is not None:
        content["read"] = sorted(run.spellings.get(key, key) for key in run.listing.read)
        content["errors"] = [[run.spellings.get(key, key), text] for key, text in run.listing.errors]
    return content


def _split(content: Mapping[str, list[Any]]) -> Iterator[dict[str, Any]]:
    """Pieces, each small enough for an item. Every piece has every key, so that a list stays a list."""
    piece: dict[str, Any] = {key: [] for key in content}
    size = 0
    for key, entries in content.items():
        for entry in entries:
            entry_size = len(json.dumps(entry)) + 1
            if size and size + entry_size > MAX_CONTENT_BYTES:
                yield piece
                piece, size = {key: [] for key in content}, 0
            piece[key].append(entry)
            size += entry_size
    yield piece


def _write_breach(breach: BreachedFolder) -> list[Any]:
    oldest = breach.oldest and format_moment(breach.oldest)
    return [breach.folder, breach.sla, breach.files, oldest, "".join(breach.hashes)]


def _read_breach(entry: Sequence[Any]) -> BreachedFolder:
    folder, sla, files, oldest, joined = entry
    hashes = (joined[at : at + _HASH_CHARACTERS] for at in range(0, len(joined), _HASH_CHARACTERS))
    return BreachedFolder(
        key=folder_key(folder),
        folder=folder,
        sla=sla,
        files=files,
        oldest=oldest and parse_moment(oldest),
        hashes=tuple(hashes),
    )


@dataclass(frozen=True)
class RunTable:
    """The table FileSlaRuns, as a reader that may query it sees it."""

    reader: Reader
    name: str

    def read_items(self, sender: str, first_key: str = "") -> Iterator[StoredRun]:
        """The items of a sender's runs from a key on, for `RunMerger`; one page is in memory at a time."""
        for item in self._query(sender, RunItem.RUN, first_key=first_key):
            yield StoredRun(
                key=item[_A.RUN_KEY]["S"],
                run_id=item[_A.RUN_ID]["S"],
                moment=parse_moment(item[_A.MOMENT]["S"]),
                arrival=parse_moment(item[_A.ARRIVED_AT]["S"]),
                size=len(item.get(_A.CONTENT, {}).get("B", b"")),
                read=partial(read_run_item, item),
            )

    def list_keys(self, sender: str) -> list[Values]:
        """The keys of all that is kept of a sender: runs and refused reports."""
        keys = (_A.SENDER, _A.RUN_KEY)
        query = Query(table=self.name, equal={_A.SENDER: sender}, attributes=keys, consistent=True)
        return [dict(item) for item in self.reader.query(query)]

    def read_refused(self, sender: str) -> Item | None:
        """The item of a sender's last report that was refused, if one is kept."""
        return next(self._query(sender, RunItem.REFUSED, latest_first=True), None)

    def has_any(self, sender: str) -> bool:
        """Whether a run, or a refused report, of a sender is kept."""
        query = Query(table=self.name, equal={_A.SENDER: sender}, latest=1)
        return any(self.reader.query(query))

    def scan_senders(self, seen: Callable[[int], None]) -> dict[str, str]:
        """The latest names of all senders of which a run is kept, by key. Reads the whole table.

        `seen` is called with the number of runs that were read so far.
        """
        names: dict[str, str] = {}
        read = 0
        for page in self.reader.client.get_paginator("scan").paginate(
            TableName=self.name,
            ProjectionExpression="#sender, #name",
            ExpressionAttributeNames={"#sender": _A.SENDER, "#name": _A.SENDER_NAME},
        ):
            for item in page["Items"]:
                # A sender's runs come in order, so its latest name stays.
                key = item[_A.SENDER]["S"]
                names[key] = item.get(_A.SENDER_NAME, {}).get("S", key)
            read += page["Count"]
            seen(read)
        return names

    def _query(
        self, sender: str, item: RunItem, *, latest_first: bool = False, first_key: str = ""
    ) -> Iterator[Item]:
        query = Query(
            table=self.name,
            equal={_A.SENDER: sender},
            between=(_A.RUN_KEY, first_key, "~") if first_key else None,
            only={_A.ITEM: item},
            latest_first=latest_first,
            consistent=True,
        )
        return self.reader.query(query)
