"""`file-sla restore`."""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from rich.markup import escape

from ops.command import (
    Call,
    CommandResult,
    Exit,
    OnProgress,
    add_command,
    parse_moment_argument,
    show_progress,
)
from ops.restore_merge import LEFT, RESTORABLE, ItemOutcome, Merge, Merged, Restorable
from ops.stack import OpsError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TableDescriptionTypeDef

    from ops.command import Commands

_POLL_SECONDS: Final = 5
_NAME_LENGTH: Final = 200
"""How much of the table's name the temporary one has; DynamoDB takes 255 characters in all."""


def add(commands: "Commands") -> None:
    """Declares the command."""
    command = add_command(
        commands, "restore", restore,
        help="put back what a table held at a moment, while the service goes on",
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


def restore(call: Call) -> CommandResult:
    """Puts back what a table held.

    Raises:
        RestoreError: this cannot be restored.
        OutputsError: an output is missing.
        botocore.exceptions.ClientError: AWS refused.
    """
    given = call.given
    what = RESTORABLE[given.table]
    live = call.stack[what.table]
    client: DynamoDBClient = call.stack.client("dynamodb")
    if describe(client, live) is None:
        raise RestoreError(
            f"There is no table {live} to put anything back into. "
            "Have Pulumi create it again first: pulumi up --refresh"
        )
    with show_progress() as progress:
        restored = given.from_table or _restore_beside(client, live, given, progress)
        _check_same_keys(client, restored, what, made=not given.from_table)
        merged = Merge(
            client=client, what=what, table=live, restored=restored, progress=progress,
            write=not given.dry_run, overwrite=given.overwrite,
        ).run()  # fmt: skip
    kept = bool(given.keep or given.from_table)
    if not kept:
        client.delete_table(TableName=restored)
    return _describe(merged, what, restored if kept else None, given)


def _restore_beside(
    client: "DynamoDBClient", live: str, given: argparse.Namespace, progress: OnProgress
) -> str:
    restoring = Restoring(client=client, table=live, progress=progress)
    backup = find_deleted(client, live) if given.from_deleted else given.from_backup
    name = restoring.start(given.at or backup)
    given.interrupted = (
        f"What was put back stays, and so does the temporary table {name}. "
        "Run the same command again to go on from there; otherwise delete that table."
    )
    restoring.wait(name)
    return name


def _check_same_keys(client: "DynamoDBClient", restored: str, what: Restorable, *, made: bool) -> None:
    described = describe(client, restored)
    if described is None:
        raise RestoreError(f"There is no table {restored}.")
    keys = tuple(key["AttributeName"] for key in described["KeySchema"])
    if keys != what.keys:
        raise RestoreError(
            f"The table {restored} has the key {', '.join(keys)}, and not {', '.join(what.keys)}: "
            "it is a copy of another table."
            + (f" {restored} is still there, and billed: delete it." if made else "")
        )


def _moment(text: str) -> datetime:
    moment = parse_moment_argument(text)
    if datetime.fromisoformat(text).tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} has no offset; for UTC, end it with Z")
    if moment > datetime.now(UTC):
        raise argparse.ArgumentTypeError(f"{text!r} lies in the future")
    return moment


def _describe(merged: Merged, what: Restorable, kept: str | None, given: argparse.Namespace) -> CommandResult:
    done = "Would be" if given.dry_run else "Done"
    counts = ", ".join(
        f"{merged.counts[outcome]:,} {outcome}" for outcome in ItemOutcome if merged.counts[outcome]
    )
    lines = [f"{done}: {counts or 'nothing was in it'}."]
    if merged.differing:
        lines.append("These differ, and stay as they are; --overwrite puts them back to what they were:")
        lines += [f"  {escape(key)}" for key in merged.differing]
    if given.dry_run and merged.counts[ItemOutcome.PUT_BACK]:
        lines.append("Among what would be put back is what was deleted on purpose since, if anything was.")
    if kept:
        lines.append(f"The table {escape(kept)} is still there, and billed.")
    if what.then and merged.counts[ItemOutcome.PUT_BACK] and not given.dry_run:
        lines.append(what.then)
    document = {
        "dry_run": given.dry_run,
        "counts": {outcome: merged.counts[outcome] for outcome in ItemOutcome},
        "differing": merged.differing,
        "kept": kept,
    }
    left = any(merged.counts[outcome] for outcome in LEFT)
    return CommandResult(document, "\n".join(lines), Exit.FAILED if left else Exit.DONE)


class RestoreError(OpsError):
    """This cannot be restored."""


@dataclass(frozen=True, kw_only=True)
class Restoring:
    """A temporary table beside the live one.

    Attributes:
        client: may restore, describe and delete tables.
        table: the live table's name.
        progress: called with the seconds waited.
        sleep: waits the given seconds; tests pass their own.
    """

    client: "DynamoDBClient"
    table: str
    progress: OnProgress
    sleep: Callable[[float], None] = field(default=time.sleep)

    def start(self, source: datetime | str) -> str:
        """Starts a restore, unless the table is there, and returns the temporary table's name.

        Args:
            source: a moment of the last 35 days, or the ARN of a backup.

        Raises:
            botocore.exceptions.ClientError: AWS refused, such as a moment that is too long ago.
        """
        moment = source if isinstance(source, datetime) else None
        suffix = f"{moment:%Y%m%dT%H%M%SZ}" if moment else str(source).rpartition("/")[2]
        # The same for the same source: an interrupted command goes on.
        name = f"{self.table[:_NAME_LENGTH]}-restored-{suffix}"
        if describe(self.client, name):
            return name
        # Without indexes it is done sooner, and costs less.
        bare: Any = {
            "TargetTableName": name, "GlobalSecondaryIndexOverride": [], "LocalSecondaryIndexOverride": [],
        }  # fmt: skip
        if isinstance(source, datetime):
            self.client.restore_table_to_point_in_time(
                SourceTableName=self.table, RestoreDateTime=source, **bare
            )
        else:
            self.client.restore_table_from_backup(BackupArn=source, **bare)
        return name

    def wait(self, name: str) -> None:
        """Waits until the table is there: minutes, or hours for a large one.

        Raises:
            RestoreError: it is gone.
        """
        waited = 0
        while True:
            described = describe(self.client, name)
            if described is None:
                raise RestoreError(f"The table {name} is gone: someone deleted it. Run the command again.")
            if described["TableStatus"] == "ACTIVE":
                return
            self.progress(f"Seconds that DynamoDB has been restoring {name}", waited, None)
            self.sleep(_POLL_SECONDS)
            waited += _POLL_SECONDS


def find_deleted(client: "DynamoDBClient", table: str) -> str:
    """The ARN of the backup that DynamoDB made when the table was last deleted, and keeps for 35 days.

    Raises:
        RestoreError: there is none.
    """
    found = [
        backup
        for page in client.get_paginator("list_backups").paginate(TableName=table, BackupType="SYSTEM")
        for backup in page["BackupSummaries"]
    ]
    if not found:
        raise RestoreError(
            f"DynamoDB keeps no backup of a deleted table {table}: it was not deleted within 35 days."
        )
    return max(found, key=lambda backup: backup["BackupCreationDateTime"])["BackupArn"]


def describe(client: "DynamoDBClient", table: str) -> "TableDescriptionTypeDef | None":
    """The table's description; None where there is no such table."""
    try:
        return client.describe_table(TableName=table)["Table"]
    except client.exceptions.ResourceNotFoundException:
        return None
