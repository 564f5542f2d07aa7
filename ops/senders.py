"""`file-sla senders release | delete-runs`: senders that the sweep has set aside."""

from typing import TYPE_CHECKING

from ops.command import Call, CommandResult, Exit, add_command, add_group, show_progress
from ops.incidents import Finder, Found, describe_names
from store.dynamodb import delete_items
from store.senders import NextCheck

if TYPE_CHECKING:
    from ops.command import Commands


def add(commands: "Commands") -> None:
    """Declares the commands."""
    group = add_group(commands, "senders", help="senders whose replay was given up")
    release_parser = add_command(group, "release", release, help="have the next sweep replay a sender again")
    delete_parser = add_command(
        group, "delete-runs", delete_runs,
        help="delete a sender's runs, which cannot be replayed, and release it",
        interrupted="The same command again goes on.",
    )  # fmt: skip
    delete_parser.add_argument("--yes", action="store_true", help="do it: runs cannot be brought back")
    for parser in (release_parser, delete_parser):
        parser.add_argument("name", metavar="NAME", help="<user name>, <user name>/<run.sender>, or its key")


def release(call: Call) -> CommandResult:
    """Releases a sender: the next sweep replays it, and gives it up again after three more failures.

    Raises:
        UnknownSenderError: no run of that sender is kept.
        OutputsError: an output is missing.
        botocore.exceptions.ClientError: AWS refused.
    """
    finder, found = _find(call)
    return _release(finder, found, 0)


def delete_runs(call: Call) -> CommandResult:
    """Deletes what FileSlaRuns has of a sender, and releases it. Its records and incidents stay.

    Raises:
        UnknownSenderError: no run of that sender is kept.
        OutputsError: an output is missing.
        botocore.exceptions.ClientError: AWS refused.
        UnprocessedKeysError: DynamoDB left some out at every attempt; the same command again goes on.
    """
    finder, found = _find(call)
    keys = [key for one in found for key in finder.runs.list_keys(one.key)]
    if not call.given.yes:
        text = f"{describe_names(found)}: {len(keys):,} runs. With --yes they are deleted, for good."
        return CommandResult({"runs": len(keys)}, text, Exit.FAILED)
    with show_progress() as progress:
        for done in delete_items(finder.runs.reader.client, finder.runs.name, keys):
            progress("Deleting", done, len(keys))
    return _release(finder, found, len(keys))


def _find(call: Call) -> tuple[Finder, list[Found]]:
    with show_progress() as progress:
        finder = Finder.of(call.stack, lambda runs: progress("Runs read", runs, None))
        return finder, finder.find(call.given.name)


def _release(finder: Finder, found: list[Found], deleted: int) -> CommandResult:
    now = finder.clock()
    for one in found:
        finder.senders.release(one.key, now, NextCheck(at=now))
    lines = [f"Runs deleted: {deleted:,}."] if deleted else []
    lines.append(f"Released: {describe_names(found)}. The next sweep, within a minute, looks at it.")
    return CommandResult({"released": [one.name for one in found], "deleted": deleted}, "\n".join(lines))
