"""`python -m ops owners explain | check | channels | enable`."""

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape

from contract.moments import format_moment
from contract.names import Output
from contract.owners.model import ChannelKind, Owners, list_channels
from contract.owners.reading import OwnersFileError, read_owners_file
from ops.command import Answer, Call, Exit, add_command, add_group
from ops.moments import parse_moment_argument
from ops.owners.channel_states import Channels, ChannelState
from ops.owners.explaining import explain
from ops.owners.finding import find_file, find_file_without_stack, find_local_file, read_owners

if TYPE_CHECKING:
    from ops.command import Commands


def add(commands: "Commands") -> None:
    """Declares them."""
    group = add_group(commands, "owners", help="whom folders belong to, and how they are told")
    command = add_command(
        group, "explain", explain_folder, help="who would be told of a folder, how, and by which rule"
    )
    command.set_defaults(needs_stack=False)
    command.add_argument("folder", metavar="FOLDER", help=r"such as 'D:\Inbound'")
    command.add_argument(
        "--sender", metavar="NAME",
        help="whose folder it is: <user name> or <user name>/<run.sender> (default: the answer for each)",
    )  # fmt: skip
    command.add_argument(
        "--at", metavar="TIME", type=parse_moment_argument,
        help="when, such as 2026-11-01T22:30+01:00; UTC unless it has an offset (default: now)",
    )  # fmt: skip
    _add_file(command)
    command = add_command(group, "check", check, help="whether all is right in an owners' file")
    command.set_defaults(needs_stack=False)
    command.add_argument("file", type=Path, nargs="?", metavar="FILE", help=_FILE_HELP)
    command = add_command(group, "channels", list_states, help="how each owner's channels are")
    _add_file(command)
    command = add_command(group, "enable", enable, help="send over a channel again that was disabled")
    command.add_argument("key", metavar="KEY", help="the channel's key, as `channels` prints it")


_FILE_HELP = (
    "the owners' file (default: that of the stacks' configuration, else owners.yaml here, else that of the "
    "local stack)"
)


def _add_file(command: argparse.ArgumentParser) -> None:
    command.add_argument("--file", type=Path, metavar="FILE", help=_FILE_HELP)


def explain_folder(call: Call) -> Answer:
    """Who would be told of a folder.

    Raises:
        OwnersError: there is no owners' file, or it is wrong.
    """
    file = find_file_without_stack(call.given.file)
    at = call.given.at or datetime.now(UTC)
    found = explain(read_owners(file), call.given.folder, call.given.sender, at)
    lines = [line for one in found for line in one.to_lines(file.name)]
    return Answer([one.to_document() for one in found], escape("\n".join(lines)))


def check(call: Call) -> Answer:
    """Whether all is right in a file.

    Raises:
        OwnersError: there is no owners' file.
    """
    file = find_file_without_stack(call.given.file)
    try:
        owners = read_owners_file(file)
    except OwnersFileError as error:
        lines = [f"[red]✗[/red] {escape(problem)}" for problem in error.problems]
        return Answer({"file": str(file), "problems": error.problems}, "\n".join(lines), Exit.FAILED)
    webhooks, unused = _list_webhooks(owners), _list_unused(owners)
    shown = [f"{file.name} is right: owners {len(owners.owners)}, rules {len(owners.rules)}."]
    if webhooks:
        shown.append(f"Webhooks that it wants addresses for: {', '.join(webhooks)}.")
    if unused:
        shown.append(f"Owners that no rule names, nor default: {', '.join(unused)}.")
    document = {"file": str(file), "problems": [], "webhooks": webhooks, "unused_owners": unused}
    return Answer(document, escape("\n".join(shown)))


def list_states(call: Call) -> Answer:
    """How each channel is.

    Raises:
        OwnersError: there is no owners' file, or it is wrong.
        OutputsError: an output is missing.
        botocore.exceptions.ClientError: AWS refused.
    """
    # What a local stack was brought up with is what it goes by, whatever is configured here.
    owners = read_owners(find_file(call.given.file or find_local_file(call.stack)))
    found = _channels(call).read(owners)
    lines = [line for one in found for line in _tell_state(one)]
    return Answer([_document(one) for one in found], "\n".join(lines) or "No owner has a channel.")


def enable(call: Call) -> Answer:
    """Has a channel that was disabled tried again.

    Raises:
        UnknownChannelError: nothing is known of it.
        OutputsError: an output is missing.
        botocore.exceptions.ClientError: AWS refused.
    """
    key: str = call.given.key
    enabled = _channels(call).enable(key)
    said = "is enabled: the next sweep, within a minute, sends what is due" if enabled else "is not disabled"
    return Answer({"key": key, "enabled": enabled}, f"{escape(key)} {said}.")


def _channels(call: Call) -> Channels:
    return Channels(call.stack.client("dynamodb"), call.stack[Output.MESSAGES_TABLE_NAME])


def _tell_state(one: ChannelState) -> Iterator[str]:
    name = f"{one.owner}: {escape(one.channel)}"
    since = one.disabled_since or one.failing_since
    if since is None:
        yield f"[green]✓[/green] {name}" if one.told else f"  {name}: nothing was sent yet"
        return
    state = "disabled" if one.disabled_since else "failing"
    yield f"[red]✗[/red] {name}: {state} since {since:%Y-%m-%d %H:%M} UTC: {escape(one.problem)}"
    if one.disabled_since:
        yield f"  Once that is mended: python -m ops owners enable '{escape(one.key)}'"


def _document(one: ChannelState) -> dict[str, object]:
    return {
        **asdict(one),
        "disabled_since": one.disabled_since and format_moment(one.disabled_since),
        "failing_since": one.failing_since and format_moment(one.failing_since),
    }


def _list_webhooks(owners: Owners) -> list[str]:
    return sorted(
        {
            target
            for owner in owners.owners.values()
            for _, channel in list_channels(owner)
            if channel.kind in (ChannelKind.SLACK, ChannelKind.TEAMS)
            for target in channel.targets
        }
    )


def _list_unused(owners: Owners) -> list[str]:
    return sorted(owners.owners.keys() - {owners.default, *(rule.owner for rule in owners.rules)})
