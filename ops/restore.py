"""`file-sla restore`: copies the items that the live table has lost, and never overwrites newer ones."""

import argparse
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from rich.markup import escape

from contract.names import Output
from ops.command import Call, CommandResult, Commands, Exit, OnProgress, add_command, show_progress, to_moment
from ops.forget import Names, clean, read_forgotten
from ops.stack import OpsError
from store.dynamodb import (
    MAX_KEYS,
    ConflictError,
    Item,
    TableSpec,
    Update,
    get_items,
    retry_write,
    update_item,
)
from store.incidents import INCIDENTS_TABLE, PEOPLES
from store.records import RECORDS_TABLE
from store.runs import RUNS_TABLE
from store.senders import ACTION_PREFIX, SENDERS_TABLE, SenderAttribute

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TableDescriptionTypeDef

_POLL_SECONDS: Final = 5
_NAME_LENGTH: Final = 200
"""How much of the table's name the temporary one has; DynamoDB takes 255 characters in all."""
_WRITERS: Final = 8
_LISTED: Final = 20
_SIMPLE: Final = {"S", "N", "BOOL"}


@dataclass(frozen=True, kw_only=True)
class Restorable:
    """A table of a stack, and the items of it that are put back."""

    table: Output
    """The stack's output that names it."""
    spec: TableSpec
    only: tuple[str, str] | None = None
    """An attribute and what it begins with, where not all items are put back."""
    attributes: tuple[str, ...] = ()
    """If given, only these are put back into an item that is there. The first is its version: each change
    raises it."""
    then: str = ""
    """What is left to do afterwards, in a sentence."""


RESTORABLE: Final[Mapping[str, Restorable]] = {
    "errors": Restorable(table=Output.TABLE_NAME, spec=RECORDS_TABLE),
    "runs": Restorable(
        table=Output.RUNS_TABLE_NAME,
        spec=RUNS_TABLE,
        then="The runs go to senders and incidents as late ones, with the next sweeps. If those tables had "
        "lost anything themselves: file-sla incidents rebuild --all",
    ),
    "senders": Restorable(
        table=Output.SENDERS_TABLE_NAME,
        spec=SENDERS_TABLE,
        # Everything else in it follows from the runs.
        only=(SenderAttribute.PART, ACTION_PREFIX),
        then="To apply what people did: file-sla incidents rebuild --all",
    ),
    "incidents": Restorable(
        table=Output.INCIDENTS_TABLE_NAME,
        spec=INCIDENTS_TABLE,
        # Everything else in an item that is there follows from the runs, and may be newer.
        attributes=PEOPLES,
        then="To apply the runs since then: file-sla incidents rebuild --all",
    ),
}
"""By the name on the command line."""


def add(commands: Commands) -> None:
    """Declares the command."""
    command = add_command(
        commands, "restore", restore, "put back what a table held at a moment, while the service goes on",
        description="Has DynamoDB restore a table beside the live one, and puts back what the live one "
        "lacks, also what was deleted on purpose since. Items that differ are listed, and stay.",
        interrupted="The live table has lost nothing.",
    )  # fmt: skip
    command.add_argument("--table", required=True, choices=list(RESTORABLE), help="which of the stack's")
    source = command.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--at", type=_moment, metavar="TIME",
        help="a moment of the last 35 days, with its offset, such as 2026-11-24T08:15:00Z",
    )  # fmt: skip
    source.add_argument(
        "--from-deleted", action="store_true",
        help="the backup that DynamoDB keeps of the table when it was deleted as a whole",
    )  # fmt: skip
    source.add_argument("--from-backup", metavar="ARN", help="a backup of DynamoDB's")
    source.add_argument(
        "--from-table", metavar="NAME",
        help="a table that was restored by other means, such as AWS Backup; it is never deleted",
    )  # fmt: skip
    command.add_argument(
        "--dry-run", action="store_true",
        help="compare and count, and write nothing; with --keep, the next command does not wait again",
    )  # fmt: skip
    command.add_argument("--overwrite", action="store_true", help="put back items that differ, too")
    command.add_argument("--keep", action="store_true", help="leave the temporary table where it is")


def _moment(text: str) -> datetime:
    moment = to_moment(text)
    if datetime.fromisoformat(text).tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} has no offset; for UTC, end it with Z")
    if moment > datetime.now(UTC):
        raise argparse.ArgumentTypeError(f"{text!r} lies in the future")
    return moment


def restore(call: Call) -> CommandResult:
    """Puts back what a table held."""
    given, what = call.given, RESTORABLE[call.given.table]
    live = call.stack[what.table]
    client: DynamoDBClient = call.stack.client("dynamodb")
    if describe(client, live) is None:
        raise OpsError(
            f"There is no table {live} to put anything back into. "
            "Have Pulumi create it again first: pulumi up --refresh"
        )
    with show_progress() as progress:
        restored = given.from_table
        if not restored:
            backup = find_deleted(client, live) if given.from_deleted else given.from_backup
            restored = start(client, live, given.at or backup)
            given.interrupted = (
                f"What was put back stays, and so does the temporary table {restored}. "
                "Run the same command again to go on from there; otherwise delete that table."
            )
            wait(client, restored, progress)
        _check_same_keys(client, restored, what, made=not given.from_table)
        merged = Merge(
            client=client, what=what, table=live, restored=restored, progress=progress,
            forgotten=read_forgotten(call.stack), write=not given.dry_run, overwrite=given.overwrite,
        ).run()  # fmt: skip
    kept = bool(given.keep or given.from_table)
    if not kept:
        client.delete_table(TableName=restored)
    return _describe(merged, what, restored if kept else None, dry_run=given.dry_run)


def _check_same_keys(client: "DynamoDBClient", restored: str, what: Restorable, *, made: bool) -> None:
    described = describe(client, restored)
    if described is None:
        raise OpsError(f"There is no table {restored}.")
    keys = tuple(key["AttributeName"] for key in described["KeySchema"])
    if keys != what.spec.keys:
        raise OpsError(
            f"The table {restored} has the key {', '.join(keys)}, and not {', '.join(what.spec.keys)}: "
            "it is a copy of another table."
            + (f" {restored} is still there, and billed: delete it." if made else "")
        )


# The temporary table beside the live one.


def start(client: "DynamoDBClient", table: str, source: datetime | str) -> str:
    """Starts a restore from a moment of the last 35 days, or from the backup of an ARN, beside a table.

    Returns:
        The temporary table's name. If it is there, nothing is started.
    """
    suffix = f"{source:%Y%m%dT%H%M%SZ}" if isinstance(source, datetime) else source.rpartition("/")[2]
    # The same for the same source: an interrupted command goes on.
    name = f"{table[:_NAME_LENGTH]}-restored-{suffix}"
    # Without indexes it is done sooner, and costs less.
    bare: Any = {
        "TargetTableName": name, "GlobalSecondaryIndexOverride": [], "LocalSecondaryIndexOverride": [],
    }  # fmt: skip
    if not describe(client, name):
        if isinstance(source, datetime):
            client.restore_table_to_point_in_time(SourceTableName=table, RestoreDateTime=source, **bare)
        else:
            client.restore_table_from_backup(BackupArn=source, **bare)
    return name


def wait(
    client: "DynamoDBClient", name: str, progress: OnProgress, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Waits until a temporary table is there: minutes, or hours for a large one."""
    waited = 0
    while described := describe(client, name):
        if described["TableStatus"] == "ACTIVE":
            return
        progress(f"Seconds that DynamoDB has been restoring {name}", waited, None)
        sleep(_POLL_SECONDS)
        waited += _POLL_SECONDS
    raise OpsError(f"The table {name} is gone: someone deleted it. Run the command again.")


def find_deleted(client: "DynamoDBClient", table: str) -> str:
    """The ARN of the backup that DynamoDB made when the table was last deleted, and keeps for 35 days."""
    pages = client.get_paginator("list_backups").paginate(TableName=table, BackupType="SYSTEM")
    found = [backup for page in pages for backup in page["BackupSummaries"]]
    if not found:
        raise OpsError(
            f"DynamoDB keeps no backup of a deleted table {table}: it was not deleted within 35 days."
        )
    return max(found, key=lambda backup: backup["BackupCreationDateTime"])["BackupArn"]


def describe(client: "DynamoDBClient", table: str) -> "TableDescriptionTypeDef | None":
    """The table's description; None where there is no such table."""
    try:
        return client.describe_table(TableName=table)["Table"]
    except client.exceptions.ResourceNotFoundException:
        return None


# The comparison.


class ItemOutcome(StrEnum):
    """What became of a restored item."""

    THERE = "there already"
    EXPIRED = "expired meanwhile"
    PUT_BACK = "put back"
    DIFFERS = "differs"
    OVERWRITTEN = "overwritten"
    CHANGED = "changed meanwhile"
    """By someone else, between the comparison and the writing: it stays as it is."""


_LEFT: Final = {ItemOutcome.DIFFERS, ItemOutcome.CHANGED}
"""What leaves something for its owner to decide."""


Merged = tuple[Counter[ItemOutcome], list[str]]
"""How many items became what, and the first that differ."""


def _describe(merged: Merged, what: Restorable, kept: str | None, *, dry_run: bool) -> CommandResult:
    counts, differing = {outcome: merged[0][outcome] for outcome in ItemOutcome}, merged[1]
    texts = ", ".join(f"{count:,} {outcome}" for outcome, count in counts.items() if count)
    lines = [f"{'Would be' if dry_run else 'Done'}: {texts or 'nothing was in it'}."]
    if differing:
        lines.append("These differ, and stay as they are; --overwrite puts them back to what they were:")
        lines += [f"  {escape(key)}" for key in differing]
    put_back = counts[ItemOutcome.PUT_BACK]
    if dry_run and put_back:
        lines.append("This includes items that somebody deleted on purpose.")
    if kept:
        lines.append(f"The table {escape(kept)} is still there, and billed.")
    if what.then and put_back and not dry_run:
        lines.append(what.then)
    document = {"dry_run": dry_run, "counts": counts, "differing": differing, "kept": kept}
    left = any(counts[outcome] for outcome in _LEFT)
    return CommandResult(document, "\n".join(lines), Exit.FAILED if left else Exit.DONE)


@dataclass(frozen=True, kw_only=True)
class Merge:
    """Compares a restored table with the live one, `table`, and puts back what this one lacks."""

    client: "DynamoDBClient"
    what: Restorable
    table: str
    restored: str
    progress: OnProgress
    forgotten: Names = ()
    """Names that must not come back."""
    write: bool = True
    """False for a dry run."""
    overwrite: bool = False
    """Whether what differs becomes what it was."""
    clock: Callable[[], float] = time.time
    """Seconds since 1970."""

    def run(self) -> Merged:
        """Goes through the whole restored table. Run again, it changes nothing more."""
        counts, differing = Counter[ItemOutcome](), list[str]()
        with ThreadPoolExecutor(_WRITERS) as pool:
            for items in self._scan():
                alive = {self._key(item): item for item in self._read_live(items)}
                live = [alive.get(self._key(item)) for item in items]
                for item, outcome in zip(items, pool.map(self._merge, items, live), strict=True):
                    counts[outcome] += 1
                    if outcome in _LEFT and len(differing) < _LISTED:
                        differing.append(" ".join(self._key(item)))
                self.progress("Items compared", counts.total(), None)
        return counts, differing

    def _scan(self) -> Iterator[Sequence[Item]]:
        filtered: dict[str, Any] = {}
        if self.what.only:
            name, beginning = self.what.only
            filtered = {
                "FilterExpression": "begins_with(#name, :beginning)",
                "ExpressionAttributeNames": {"#name": name},
                "ExpressionAttributeValues": {":beginning": {"S": beginning}},
            }
        for page in self.client.get_paginator("scan").paginate(TableName=self.restored, **filtered):
            for start in range(0, len(page["Items"]), MAX_KEYS):
                yield [clean(item, self.forgotten) for item in page["Items"][start : start + MAX_KEYS]]

    def _read_live(self, items: Iterable[Item]) -> Iterator[Item]:
        keys = [{key: item[key] for key in self.what.spec.keys} for item in items]
        return get_items(self.client, self.table, keys, consistent=True)

    def _key(self, item: Item) -> tuple[str, ...]:
        return tuple(str(item[key]["S"]) for key in self.what.spec.keys)

    def _merge(self, item: Item, alive: Item | None) -> ItemOutcome:
        """Puts an item back; `alive` is what the live table has instead."""
        if alive is not None and self.what.attributes:
            return self._merge_attributes(item, alive)
        if alive == item:
            return ItemOutcome.THERE
        expires = item.get(self.what.spec.expiry_attribute or "", {}).get("N")
        if expires is not None and int(expires) <= self.clock():
            return ItemOutcome.EXPIRED
        if alive is not None and not self.overwrite:
            return ItemOutcome.DIFFERS
        # Only texts and numbers are compared: every change of a list or map also changes a time or a count.
        same = {name: value for name, value in (alive or {}).items() if value.keys() <= _SIMPLE}
        condition = Update(if_still=same or {self.what.spec.keys[0]: None}).arguments()
        put = partial(self.client.put_item, TableName=self.table, Item=dict(item), **condition)
        outcome = ItemOutcome.OVERWRITTEN if alive else ItemOutcome.PUT_BACK
        return self._attempt(partial(retry_write, put), outcome)

    def _merge_attributes(self, item: Item, alive: Item) -> ItemOutcome:
        """Puts an item's attributes back where the live item, `alive`, has none of them."""
        names = self.what.attributes
        was, known = ({name: one[name] for name in names if name in one} for one in (item, alive))
        if not was or was == known:
            return ItemOutcome.THERE
        if known and not self.overwrite:
            return ItemOutcome.DIFFERS
        keys = {key: alive[key] for key in self.what.spec.keys}
        update = Update(
            values={name: was.get(name) for name in names},
            # The key too: if somebody has just deleted the item, an update would create it.
            if_still={**keys, names[0]: alive.get(names[0])},
        )
        outcome = ItemOutcome.OVERWRITTEN if known else ItemOutcome.PUT_BACK
        return self._attempt(partial(update_item, self.client, self.table, keys, update), outcome)

    def _attempt(self, write: Callable[[], object], outcome: ItemOutcome) -> ItemOutcome:
        """Writes, unless it is a dry run; returns the outcome, or that the write's condition failed."""
        if not self.write:
            return outcome
        try:
            write()
        except (ConflictError, self.client.exceptions.ConditionalCheckFailedException):
            return ItemOutcome.CHANGED
        return outcome
