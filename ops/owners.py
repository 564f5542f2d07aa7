"""`python -m ops owners explain | check | channels | enable`."""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml
from botocore.exceptions import ClientError
from rich.markup import escape

from contract.moments import format_moment, parse_moment
from contract.names import ROOT, LocalOutput, Output
from contract.owners.model import ChannelKind, Owners, list_channels, name_channel, recipient_key
from contract.owners.reading import OwnersFileError, read_owners_file
from ops.command import Answer, Call, Exit, add_command, add_group, parse_moment_argument
from ops.owners_explain import explain
from ops.stack import OpsError, OutputsError, Stack
from store.notifications import FIRST_STATE, RECIPIENT_PREFIX, MessageAttribute

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

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


DEFAULT: Final = Path("owners.yaml")
_HOW: Final = "with --file FILE, or after `owners check`"


class OwnersError(OpsError):
    """There is no owners' file, or it cannot be used."""


def find_file(named: Path | None, root: Path = ROOT, *, local: Path | None = None) -> Path:
    """The file that was named; without one, that of the stacks' configuration, else `owners.yaml` here.

    Args:
        named: on the command line.
        root: the project's folder.
        local: that of a local stack, for where there is none of these.

    Raises:
        OwnersError: there is none, or which one is meant is not clear.
    """
    if named is not None:
        return named
    configured = {root / value: file.name for file in _list_stack_files(root) if (value := _read_key(file))}
    if len(configured) > 1:
        files = ", ".join(sorted(configured.values()))
        raise OwnersError(f"{files} name different files in ownersFile. Name the one that you mean, {_HOW}.")
    if configured:
        return next(iter(configured))
    if DEFAULT.exists():
        return DEFAULT
    if local is not None:
        return local
    raise OwnersError(
        f"No Pulumi.<stack>.yaml has an ownersFile, there is no {DEFAULT} here, and no local stack of this "
        f"folder is up. Name the file, {_HOW}; docs/owners.md says how to write one."
    )


def find_local_file(stack: Stack) -> Path | None:
    """The file that a local stack was brought up with; None of a stack in AWS, whose outputs name none."""
    named = stack.outputs.get(LocalOutput.OWNERS_FILE)
    return Path(named) if named else None


def find_file_without_stack(named: Path | None) -> Path:
    """The file for a command that needs no stack, and so may find none.

    Raises:
        OwnersError: as `find_file`.
    """
    try:
        stack = Stack.read(None)
    except OutputsError:
        stack = Stack.none()
    return find_file(named, local=find_local_file(stack))


def read_owners(file: Path) -> Owners:
    """What is in the file.

    Raises:
        OwnersError: anything in it is wrong: all of that.
    """
    try:
        return read_owners_file(file)
    except OwnersFileError as error:
        raise OwnersError(str(error)) from None


def _list_stack_files(root: Path) -> Iterator[Path]:
    yield from sorted(root.glob("Pulumi.*.yaml"))


def _read_key(file: Path) -> str:
    try:
        project = yaml.safe_load((file.parent / "Pulumi.yaml").read_text(encoding="utf-8"))["name"]
        config = (yaml.safe_load(file.read_text(encoding="utf-8")) or {}).get("config") or {}
    except (OSError, yaml.YAMLError) as error:
        raise OwnersError(f"{file.name} cannot be read: {error}") from None
    return str(config.get(f"{project}:ownersFile") or "")


_KEYS_AT_ONCE: Final = 100
"""Keys of one BatchGetItem (DynamoDB quotas)."""


class UnknownChannelError(OpsError):
    """Nothing is known of such a channel."""


@dataclass(frozen=True, kw_only=True)
class ChannelState:
    """A channel of an owner."""

    key: str
    """What `enable` takes."""
    owner: str
    channel: str
    """As people are shown it."""
    told: bool
    """Whether the service has come to it at all."""
    disabled_since: datetime | None = None
    failing_since: datetime | None = None
    problem: str = ""


@dataclass(frozen=True)
class Channels:
    """Channels in the table FileSlaMessages.

    Attributes:
        client: may read and update its items.
        table: its name.
    """

    client: "DynamoDBClient"
    table: str

    def read(self, owners: Owners) -> Sequence[ChannelState]:
        """How every channel is that the owners' file names."""
        known = {
            recipient_key(owner.name, channel): (owner.name, name_channel(channel))
            for owner in owners.owners.values()
            for _, channel in list_channels(owner)
        }
        items = {item[MessageAttribute.ABOUT]["S"]: item for item in self._read_items(known)}
        return [
            _parse(key, owner, channel, items.get(RECIPIENT_PREFIX + key, {}))
            for key, (owner, channel) in known.items()
        ]

    def enable(self, key: str) -> bool:
        """Has the next sweep send over a channel again; whether it was disabled.

        Raises:
            UnknownChannelError: nothing is known of it.
        """
        try:
            self.client.update_item(
                TableName=self.table,
                Key=_state_key(key),
                # Whoever is at work on it starts again, and sees that it is enabled.
                UpdateExpression="REMOVE #since ADD #revision :one",
                ConditionExpression="attribute_exists(#since)",
                ExpressionAttributeNames={
                    "#since": MessageAttribute.DISABLED_SINCE,
                    "#revision": MessageAttribute.REVISION,
                },
                ExpressionAttributeValues={":one": {"N": "1"}},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            if not error.response.get("Item"):
                raise UnknownChannelError(
                    f"Nothing was ever sent over a channel {key}. For its key: python -m ops owners channels"
                ) from None
            return False
        return True

    def _read_items(self, keys: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        waiting = iter(keys)
        while part := list(islice(waiting, _KEYS_AT_ONCE)):
            asked: Any = {self.table: {"Keys": [_state_key(key) for key in part], "ConsistentRead": True}}
            while asked:
                answer = self.client.batch_get_item(RequestItems=asked)
                yield from answer["Responses"].get(self.table, ())
                asked = answer.get("UnprocessedKeys")


def _state_key(key: str) -> dict[str, Any]:
    return {MessageAttribute.ABOUT: {"S": RECIPIENT_PREFIX + key}, MessageAttribute.PART: {"S": FIRST_STATE}}


def _parse(key: str, owner: str, channel: str, item: Mapping[str, Any]) -> ChannelState:
    return ChannelState(
        key=key,
        owner=owner,
        channel=channel,
        told=bool(item),
        disabled_since=_moment(item, MessageAttribute.DISABLED_SINCE),
        failing_since=_moment(item, MessageAttribute.FAILING_SINCE),
        problem=item[MessageAttribute.PROBLEM]["S"] if MessageAttribute.PROBLEM in item else "",
    )


def _moment(item: Mapping[str, Any], attribute: MessageAttribute) -> datetime | None:
    return parse_moment(item[attribute]["S"]) if attribute in item else None


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
