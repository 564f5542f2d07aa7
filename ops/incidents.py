"""`file-sla incidents rebuild | list` and `senders release | delete-runs`; senders found by name."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from operator import attrgetter
from typing import Final, Self

from rich.markup import escape

from contract.moments import Clock, format_moment, utc_now
from contract.names import PROJECTION, Output
from contract.words import IncidentStatus
from ops.command import (
    Call,
    CommandResult,
    Commands,
    Exit,
    OnProgress,
    add_command,
    add_group,
    new_table,
    show_progress,
)
from ops.stack import OpsError, Stack
from store.dynamodb import Reader, delete_items
from store.incidents import IncidentTable
from store.runs import RunTable
from store.senders import RETRY_REPLAY, NextCheck, SenderTable

STALLED_AFTER: Final = timedelta(minutes=5)
"""A sweep takes no longer than this (the function's timeout), and one begins every minute."""
_POLL_SECONDS: Final = 2.0
_CLOCK_ERROR: Final = timedelta(minutes=2)
"""By how much this machine's clock may be wrong."""
SENDER_HELP: Final = "<user name>, <user name>/<run.sender>, or its key"


def add(commands: Commands) -> None:
    """Declares the commands."""
    group = add_group(commands, "incidents", "senders and their incidents")
    command = add_command(
        group, "rebuild", rebuild, "replay senders from the runs that are kept, while the service goes on",
        interrupted="The service goes on: its next sweep replays the senders that are marked.",
    )  # fmt: skip
    which = command.add_mutually_exclusive_group(required=True)
    which.add_argument("--sender", metavar="NAME", help=f"one: {SENDER_HELP}")
    which.add_argument("--all", action="store_true", help="every sender of which a run is kept")
    command.add_argument("--no-wait", action="store_true", help="only mark them")
    add_command(group, "list", list_incidents, "print the incidents that are open or unknown")

    group = add_group(commands, "senders", "senders whose replay was given up")
    release_parser = add_command(group, "release", release, "have the next sweep replay a sender again")
    delete_parser = add_command(
        group, "delete-runs", delete_runs, "delete a sender's runs, which cannot be replayed, and release it",
        interrupted="Run the same command again to continue.",
    )  # fmt: skip
    delete_parser.add_argument("--yes", action="store_true", help="do it: runs cannot be brought back")
    for parser in (release_parser, delete_parser):
        parser.add_argument("name", metavar="NAME", help=SENDER_HELP)


def rebuild(call: Call) -> CommandResult:
    """Has the sweep replay one sender, or all, from the runs that are kept."""
    stack, name = call.stack, call.given.sender
    with show_progress() as progress:
        finder = Finder.of(stack, lambda runs: progress("Runs read", runs, None))
        replay = Rebuild(finder.senders, progress)
        senders = finder.find(name) if name is not None else finder.find_all()
        replay.mark(senders)
        if call.given.no_wait:
            return CommandResult(
                {"marked": [sender.name for sender in senders]},
                f"Marked: {_count_senders(senders)}. The next sweep, within a minute, replays them.",
            )
        marks = replay.wait(senders)
    return _describe(marks, f"/aws/lambda/{stack[Output.METRICS_NAMESPACE]}-{PROJECTION}")


@dataclass(frozen=True, order=True)
class Found:
    """A sender."""

    name: str
    key: str


@dataclass(frozen=True, kw_only=True)
class Finder:
    """Finds senders by name."""

    runs: RunTable
    """It knows every sender."""
    senders: SenderTable
    """It knows most, and quickly."""
    seen: Callable[[int], None]
    """Called with the number of runs that were read."""

    @classmethod
    def of(cls, stack: Stack, seen: Callable[[int], None]) -> Self:
        """A finder of a stack's senders."""
        reader = Reader(stack.client("dynamodb"))
        runs = RunTable(reader, stack[Output.RUNS_TABLE_NAME])
        return cls(runs=runs, senders=SenderTable(reader, stack[Output.SENDERS_TABLE_NAME]), seen=seen)

    def find_all(self) -> list[Found]:
        """Every sender of which a run is kept, by name. Reads the whole table of runs."""
        return sorted(Found(name, key) for key, name in self.runs.scan_senders(self.seen).items())

    def find(self, text: str) -> list[Found]:
        """The senders with this key, or else with this name, in whatever case; there is one at least."""
        for key in dict.fromkeys((text, text.lower())):
            if self.runs.has_any(key):
                return [Found(text, key)]
        known = {Found(one.name or one.key, one.key) for one in self.senders.list_all().senders}
        for senders in (known, self.find_all()):
            if same := sorted(one for one in senders if one.name.casefold() == text.casefold()):
                return same
        raise OpsError(f"There is no sender {text}: no run of it is stored.")


class Mark(StrEnum):
    """What became of a sender's mark for a replay."""

    REPLAYED = "replayed"
    """Where parts of a run may still come, the sweep replays it once more by itself."""
    FAILED = "failed"
    """The sweep could not replay it, and tries again by itself."""
    WAITING = "waiting"
    """No sweep has replayed the sender yet."""


def _judge(check: NextCheck | None, now: datetime) -> Mark:
    # A sender whose item is gone has no mark left.
    if check is None or check.replay_since is None or check.at is None:
        return Mark.REPLAYED
    wait = check.at - now
    # A mark is due at once. The sweep puts off longest what failed; parts may come for ten minutes.
    if check.set_aside_at is not None or wait > RETRY_REPLAY - _CLOCK_ERROR:
        return Mark.FAILED
    # With attempts, a sweep is at it.
    return Mark.REPLAYED if wait > _CLOCK_ERROR and not check.attempts else Mark.WAITING


@dataclass(frozen=True)
class Rebuild:
    """Marks senders, and waits for the sweep to replay them."""

    senders: SenderTable
    progress: OnProgress
    clock: Clock = utc_now
    sleep: Callable[[float], None] = time.sleep

    def mark(self, senders: Sequence[Found]) -> None:
        """Marks senders for the next sweep."""
        for done, sender in enumerate(senders, start=1):
            self.senders.mark_for_replay(sender.key, self.clock())
            self.progress("Marking", done, len(senders))

    def wait(self, senders: Sequence[Found]) -> Mapping[Found, Mark]:
        """Returns once the sweep has replayed all of them, or failed to, or has not moved for minutes."""
        marks, moved_at = self._read_marks(senders), self.clock()
        while True:
            waiting = list(marks.values()).count(Mark.WAITING)
            self.progress("Replaying", len(senders) - waiting, len(senders))
            if not waiting or self.clock() - moved_at > STALLED_AFTER:
                return marks
            self.sleep(_POLL_SECONDS)
            latest = self._read_marks(senders)
            if latest != marks:
                marks, moved_at = latest, self.clock()

    def _read_marks(self, senders: Sequence[Found]) -> dict[Found, Mark]:
        checks, now = self.senders.read_next_checks([sender.key for sender in senders]), self.clock()
        return {sender: _judge(checks.get(sender.key), now) for sender in senders}


def _describe(marks: Mapping[Found, Mark], log: str) -> CommandResult:
    found = {mark: sorted(one for one, its in marks.items() if its is mark) for mark in Mark}
    again = f"The log {log} says why. The sweep tries again every 15 minutes."
    stays = "The marks stay. See docs/runbook.md#projection-behind."
    lines = [f"Replayed: {_count_senders(found[Mark.REPLAYED])}."]
    for mark, text in (
        (Mark.FAILED, f"[red]✗[/red] Could not be replayed: {{}}\n  {again}"),
        (Mark.WAITING, "[red]✗[/red] No sweep has come to: {}\n  " + stays),
    ):  # fmt: skip
        if found[mark]:
            lines.append(text.format(describe_names(found[mark])))
    document = {str(mark): [sender.name for sender in senders] for mark, senders in found.items()}
    failed = found[Mark.FAILED] or found[Mark.WAITING]
    return CommandResult(document, "\n".join(lines), Exit.FAILED if failed else Exit.DONE)


def describe_names(senders: Sequence[Found]) -> str:
    """Their names, as rich's markup."""
    return escape(", ".join(sender.name for sender in senders))


def _count_senders(senders: Sequence[Found]) -> str:
    return f"{len(senders):,} sender{'' if len(senders) == 1 else 's'}"


def list_incidents(call: Call) -> CommandResult:
    """Lists what is open or unknown, the longest in breach first."""
    table = IncidentTable(Reader(call.stack.client("dynamodb")), call.stack[Output.INCIDENTS_TABLE_NAME])
    live = table.list_live()
    live.sort(key=attrgetter("breached_since", "sender_name", "folder"))
    shown = new_table("in breach since, UTC", "status", "owner", "sender", "folder", "files", right=["files"])
    document = []
    for one in live:
        reason = one.reason if one.status is IncidentStatus.UNKNOWN else None
        shown.add_row(
            f"{one.breached_since:%Y-%m-%d %H:%M}",
            f"{one.status}, {reason}" if reason else one.status,
            *map(escape, (one.owner or "", one.sender_name, one.folder)),
            f"{one.file_count:,}",
        )
        document.append(
            {
                "breached_since": format_moment(one.breached_since), "status": one.status, "reason": reason,
                "owner": one.owner, "sender": one.sender_name, "folder": one.folder, "files": one.file_count,
            }
        )  # fmt: skip
    return CommandResult(document, shown if live else "Nothing is open.")


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
