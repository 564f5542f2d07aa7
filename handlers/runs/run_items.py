"""Items of FileSlaRuns: one a run, more where a run tells more than an item can hold."""

import base64
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from contract.folders import folder_key
from contract.moments import format_moment, parse_moment
from handlers.incidents.runs import BreachedFolder, Listing, Run, by_key
from handlers.runs.told import ToldRun
from store.runs import RunAttribute, RunItem

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

    Item = dict[str, AttributeValueTypeDef]

MAX_CONTENT_BYTES: Final = 300_000
"""Bytes of JSON in one item, before they are compressed: well below DynamoDB's 400 KB for the whole item."""
_HASH_CHARACTERS: Final = 8

# Keys of the content, which is read by this module alone.
_BREACHES, _READ, _ERRORS = "breaches", "read", "errors"
_CLIENT, _INTERVAL, _SKEW, _NAMED, _RUN = "client", "interval", "skew", "named", "run"
_PART, _PARTS, _PIECE, _PIECES = "part", "parts", "piece", "pieces"
_KEYED, _LOST = "keyed", "lost"


class MalformedRunError(ValueError):
    """An item that is none of ours, or was changed since."""


def format_run_key(moment: datetime, run_id: str, part: int = 1, piece: int = 1) -> str:
    """The sort key: sorts as runs do, by moment, then RunId."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}#{run_id}#{part:04}#{piece:04}"


def build_run_items(told: ToldRun, retention: timedelta) -> list["Item"]:
    """The items to store. `retention` counts from the arrival."""
    run = told.run
    shared: Item = {
        RunAttribute.SENDER: {"S": run.sender},
        RunAttribute.ITEM: {"S": RunItem.RUN},
        RunAttribute.RUN_ID: {"S": run.run_id},
        RunAttribute.MOMENT: {"S": format_moment(run.moment)},
        RunAttribute.ARRIVED_AT: {"S": format_moment(run.arrival)},
        RunAttribute.SENDER_NAME: {"S": told.sender_name},
        RunAttribute.REPORTED_BY: {"S": told.reported_by},
        RunAttribute.EXPIRES_AT: {"N": str(int((run.arrival + retention).timestamp()))},
    }
    if run.address:
        shared[RunAttribute.SOURCE_ADDRESS] = {"S": run.address}
    pieces = list(_split(_list_content(told)))
    items: list[Item] = []
    for piece, content in enumerate(pieces, start=1):
        content |= _describe(told)
        if len(pieces) > 1:
            content |= {_PIECE: piece, _PIECES: len(pieces)}
        text = json.dumps(content, separators=(",", ":"))
        items.append(
            {
                **shared,
                RunAttribute.RUN_KEY: {"S": format_run_key(run.moment, run.run_id, run.part, piece)},
                RunAttribute.CONTENT: {"B": zlib.compress(text.encode())},
            }
        )
    return items


def read_run_item(item: Mapping[str, Any]) -> ToldRun:
    """What an item tells.

    Raises:
        MalformedRunError: it cannot be read.
    """
    try:
        content = json.loads(zlib.decompress(_read_bytes(item[RunAttribute.CONTENT]["B"])))
        return _read(item, content)
    except (KeyError, TypeError, ValueError, zlib.error) as error:
        raise MalformedRunError(f"a run's item cannot be read: {error!r}") from error


def _read(item: Mapping[str, Any], content: Mapping[str, Any]) -> ToldRun:
    spelt = [*content.get(_READ, ()), *(folder for folder, _ in content.get(_ERRORS, ()))]
    run = Run(
        sender=item[RunAttribute.SENDER]["S"],
        run_id=item[RunAttribute.RUN_ID]["S"],
        moment=parse_moment(item[RunAttribute.MOMENT]["S"]),
        arrival=parse_moment(item[RunAttribute.ARRIVED_AT]["S"]),
        breaches=by_key(map(_read_breach, content.get(_BREACHES, ()))),
        listing=_read_listing(content),
        has_run=content.get(_RUN, False),
        named=content.get(_NAMED, False),
        interval=_minutes(content.get(_INTERVAL)),
        skew=timedelta(seconds=content.get(_SKEW, 0)),
        client=content.get(_CLIENT),
        address=item.get(RunAttribute.SOURCE_ADDRESS, {}).get("S"),
        part=content.get(_PART, 1),
        parts=content.get(_PARTS, 1),
        piece=content.get(_PIECE, 1),
        pieces=content.get(_PIECES, 1),
    )
    return ToldRun(
        run=run,
        sender_name=item[RunAttribute.SENDER_NAME]["S"],
        reported_by=item[RunAttribute.REPORTED_BY]["S"],
        keyed=content.get(_KEYED, False),
        spelt={folder_key(folder): folder for folder in spelt},
        clock_told=_SKEW in content,
        lost_letters=content.get(_LOST, 0),
    )


def _describe(told: ToldRun) -> dict[str, Any]:
    """What the run tells of itself, without what is as in most runs."""
    run = told.run
    said: dict[str, Any] = {
        _RUN: run.has_run,
        _NAMED: run.named,
        _CLIENT: run.client,
        _INTERVAL: run.interval and run.interval / timedelta(minutes=1),
        _KEYED: told.keyed,
        _LOST: told.lost_letters,
    }
    described = {key: value for key, value in said.items() if value}
    if told.clock_told:
        described[_SKEW] = run.skew.total_seconds()
    if run.parts > 1:
        described |= {_PART: run.part, _PARTS: run.parts}
    return described


def _list_content(told: ToldRun) -> dict[str, list[Any]]:
    run = told.run
    content: dict[str, list[Any]] = {_BREACHES: [_write_breach(breach) for breach in run.breaches]}
    if run.listing is not None:
        content[_READ] = sorted(told.spelt.get(key, key) for key in run.listing.read)
        content[_ERRORS] = [[told.spelt.get(key, key), text] for key, text in run.listing.errors]
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
    folder, sla, files, oldest, hashes = entry
    return BreachedFolder(
        key=folder_key(folder),
        folder=folder,
        sla=sla,
        files=files,
        oldest=oldest and parse_moment(oldest),
        hashes=tuple(_cut(hashes, _HASH_CHARACTERS)),
    )


def _read_listing(content: Mapping[str, Any]) -> Listing | None:
    if _READ not in content:
        return None
    errors = {folder_key(folder): text for folder, text in content[_ERRORS]}
    return Listing(
        read=frozenset(map(folder_key, content[_READ])).difference(errors),
        errors=tuple(sorted(errors.items())),
    )


def _read_bytes(value: bytes | str) -> bytes:
    # A stream's event is JSON, in which bytes are base64.
    return base64.b64decode(value) if isinstance(value, str) else bytes(value)


def _minutes(value: float | None) -> timedelta | None:
    return None if value is None else timedelta(minutes=value)


def _cut(text: str, length: int) -> Iterator[str]:
    for start in range(0, len(text), length):
        yield text[start : start + length]
