"""`file-sla senders release | delete-runs`: senders that the sweep has set aside."""

from contract.moments import utc_now
from ops.command import Call, CommandResult, Commands, Exit, add_command, add_group, show_progress
from ops.incidents import SENDER_HELP, Finder, Found, describe_names
from store.dynamodb import delete_items
from store.senders import NextCheck


def add(commands: Commands) -> None:
    """Declares the commands."""
    group = add_group(commands, "senders", "senders whose replay was given up")
    release_parser = add_command(group, "release", release, "have the next sweep replay a sender again")
    delete_parser = add_command(
        group, "delete-runs", delete_runs, "delete a sender's runs, which cannot be replayed, and release it",
        interrupted="The same command again goes on.",
    )  # fmt: skip
    delete_parser.add_argument("--yes", action="store_true", help="do it: runs cannot be brought back")
    for parser in (release_parser, delete_parser):
        parser.add_argument("name", metavar="NAME", help=SENDER_HELP)


def release(call: Call) -> CommandResult:
    """Releases a sender: the next sweep replays it, and gives it up again after three more failures."""
    return _release(*_find(call), 0)


def delete_runs(call: Call) -> CommandResult:
    """Deletes what FileSlaRuns has of a sender, and releases it. Its records and incidents stay."""
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
    now = utc_now()
    for one in found:
        finder.senders.release(one.key, now, NextCheck(at=now))
    lines = [f"Runs deleted: {deleted:,}."] if deleted else []
    lines.append(f"Released: {describe_names(found)}. The next sweep, within a minute, looks at it.")
    return CommandResult({"released": [one.name for one in found], "deleted": deleted}, "\n".join(lines))
