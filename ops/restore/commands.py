"""`python -m ops restore`."""

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.markup import escape

from ops.command import Answer, Call, Exit, add_command
from ops.progress import OnProgress, show_progress
from ops.restore.merging import Merge, Merged
from ops.restore.origin import Backup, Moment, RestoreError, Restoring, describe, find_deleted
from ops.restore.outcome import LEFT, Outcome
from ops.restore.target import Target
from ops.restore.what import RESTORABLE, Restorable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from ops.command import Commands


def add(commands: "Commands") -> None:
    """Declares it."""
    command = add_command(
        commands, "restore", restore,
        help="put back what a table held at a moment, while the service goes on",
        description="Has DynamoDB restore a table beside the live one, and puts back what the live one "
        "lacks, also what was deleted on purpose since. What is there and differs is listed, and stays.",
        interrupted="The live table has lost nothing by it.",
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
        "--dry-run",
        action="store_true",
        help="compare and count, and write nothing; with --keep, the next command does not wait again",
    )
    command.add_argument("--overwrite", action="store_true", help="have what differs become what it was")
    command.add_argument("--keep", action="store_true", help="leave the temporary table where it is")


def restore(call: Call) -> Answer:
    """Puts back what a table held.

    Raises:
        RestoreError: nothing can be restored so.
        OutputsError: an output is missing.
        botocore.exceptions.ClientError: AWS refused.
    """
    given = call.given
    what = RESTORABLE[given.table]
    live = call.stack[what.table]
    client: DynamoDBClient = call.stack.client("dynamodb")
    _check_live(client, live)
    with show_progress() as progress:
        restored = given.from_table or _restore_beside(client, live, given, progress)
        _check_same_keys(client, restored, what, made=not given.from_table)
        target = Target(
            client=client, what=what, table=live, write=not given.dry_run, overwrite=given.overwrite
        )
        merged = Merge(target=target, restored=restored, progress=progress).run()
    kept = bool(given.keep or given.from_table)
    if not kept:
        client.delete_table(TableName=restored)
    return _tell(merged, what, restored if kept else None, given)


def _restore_beside(
    client: "DynamoDBClient", live: str, given: argparse.Namespace, progress: OnProgress
) -> str:
    restoring = Restoring(client=client, table=live, progress=progress)
    if given.at:
        source: Moment | Backup = Moment(given.at)
    elif given.from_deleted:
        source = find_deleted(client, live)
    else:
        source = Backup(given.from_backup)
    name = restoring.start(source)
    given.interrupted = (
        f"What was put back stays, and so does the temporary table {name}. "
        "The same command goes on from there; without it, delete that table."
    )
    restoring.wait(name)
    return name


def _check_live(client: "DynamoDBClient", live: str) -> None:
    if describe(client, live) is None:
        raise RestoreError(
            f"There is no table {live} to put anything back into. "
            "Have Pulumi make it anew first: pulumi up --refresh"
        )


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
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no moment such as 2026-11-24T08:15:00Z") from None
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} has no offset; for UTC, end it with Z")
    if moment > datetime.now(UTC):
        raise argparse.ArgumentTypeError(f"{text!r} lies in the future")
    return moment.astimezone(UTC)


def _tell(merged: Merged, what: Restorable, kept: str | None, given: argparse.Namespace) -> Answer:
    done = "Would be" if given.dry_run else "Done"
    counts = ", ".join(
        f"{merged.counts[outcome]:,} {outcome}" for outcome in Outcome if merged.counts[outcome]
    )
    lines = [f"{done}: {counts or 'nothing was in it'}."]
    if merged.differing:
        lines.append("These differ, and stay as they are; --overwrite would have them become what they were:")
        lines += [f"  {escape(key)}" for key in merged.differing]
    if given.dry_run and merged.counts[Outcome.PUT_BACK]:
        lines.append("Among what would be put back is what was deleted on purpose since, if anything was.")
    if kept:
        lines.append(f"The table {escape(kept)} is still there, and billed.")
    if what.then and merged.counts[Outcome.PUT_BACK] and not given.dry_run:
        lines.append(what.then)
    document = {
        "dry_run": given.dry_run,
        "counts": {outcome: merged.counts[outcome] for outcome in Outcome},
        "differing": merged.differing,
        "kept": kept,
    }
    left = any(merged.counts[outcome] for outcome in LEFT)
    return Answer(document, "\n".join(lines), Exit.FAILED if left else Exit.DONE)
