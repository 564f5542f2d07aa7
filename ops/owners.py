"""`file-sla owners explain | check | channels | enable | test`."""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml
from rich.markup import escape

from contract.moments import format_duration, format_moment
from contract.names import NOTIFICATIONS, ROOT, TEST_OWNER, LocalOutput, Output
from contract.owners.matching import find_owner, find_sender_owner, list_owners, quiet_until
from contract.owners.model import (
    NAMED_CHANNELS,
    Match,
    Owner,
    Owners,
    Rule,
    Topic,
    list_channels,
    list_mail_topics,
    name_channel,
    recipient_key,
)
from contract.owners.reading import OwnersFileError, read_owners_file
from ops.command import Call, CommandResult, Exit, add_command, add_group, parse_moment_argument
from ops.doctor.service import list_subscriptions
from ops.stack import OpsError, OutputsError, Stack
from store.notifications import ChannelState, RecipientTable, list_recipients

if TYPE_CHECKING:
    from ops.command import Commands

DEFAULT: Final = Path("owners.yaml")
_FILE_HELP: Final = (
    "the owners' file (default: that of the stacks' configuration, else owners.yaml here, else that of the "
    "local stack)"
)


class OwnersError(OpsError):
    """There is no owners' file, or no such channel in use."""


def add(commands: "Commands") -> None:
    """Declares the commands."""
    group = add_group(commands, "owners", help="who owns folders, and how owners are notified")
    command = add_command(
        group, "explain", explain_folder, help="who would be notified of a folder, how, and by which rule"
    )
    command.set_defaults(needs_stack=False)
    command.add_argument("folder", metavar="FOLDER", nargs="+", help=r"such as 'D:\Inbound'")
    command.add_argument(
        "--sender", metavar="NAME",
        help="whose folder it is: <user name> or <user name>/<run.sender> (default: the answer for each)",
    )  # fmt: skip
    command.add_argument(
        "--at", metavar="TIME", type=parse_moment_argument,
        help="when, such as 2026-11-01T22:30+01:00; UTC unless it has an offset (default: now)",
    )  # fmt: skip
    _add_file(command)
    command = add_command(group, "check", check, help="check an owners' file")
    command.set_defaults(needs_stack=False)
    command.add_argument("file", type=Path, nargs="?", metavar="FILE", help=_FILE_HELP)
    command = add_command(group, "channels", list_states, help="print the state of each owner's channels")
    _add_file(command)
    command = add_command(group, "enable", enable, help="send again over a channel that was disabled")
    command.add_argument("key", metavar="KEY", help="the channel's key, as `channels` prints it")
    command = add_command(group, "test", send_test, help="send a marked test over each channel of an owner")
    command.add_argument("owner", metavar="NAME", help="the owner's name in owners.yaml, as it was deployed")


def _add_file(command: argparse.ArgumentParser) -> None:
    command.add_argument("--file", type=Path, metavar="FILE", help=_FILE_HELP)


def explain_folder(call: Call) -> CommandResult:
    """Explains who would be notified of each folder.

    Raises:
        OwnersError: there is no owners' file.
        OwnersFileError: it is wrong.
    """
    file = _find_file_without_stack(call.given.file)
    at = call.given.at or datetime.now(UTC)
    owners, sender = read_owners_file(file), call.given.sender
    found = [one for folder in call.given.folder for one in explain(owners, folder, sender, at)]
    # Of a sender itself once, whatever the number of its folders.
    found = list({one.what: one for one in found}.values())
    lines = [line for one in found for line in one.to_lines(file.name)]
    return CommandResult([one.to_document() for one in found], escape("\n".join(lines)))


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Who owns something."""

    what: str
    """Such as `D:\\Inbound of files-01`."""
    match: Match
    at: datetime

    @property
    def owner(self) -> Owner:
        """The owner."""
        return self.match.owner

    @property
    def quiet_until(self) -> datetime | None:
        """When the owner's quiet hours end; None outside them."""
        return quiet_until(self.owner, self.at)

    def to_document(self) -> dict[str, Any]:
        """For `--json`."""
        rule, until = self.match.rule, self.quiet_until
        return {
            "what": self.what,
            "owner": self.owner.name,
            "rule": {"line": rule.line, "folder": rule.folder, "sender": rule.sender} if rule else None,
            "channels": [
                {
                    "channel": name_channel(channel),
                    "after_minutes": after and after // timedelta(minutes=1),
                }
                for after, channel in list_channels(self.owner)
            ],
            "notify": [str(topic) for topic in Topic if topic in self.owner.told],
            "zone": self.owner.zone,
            "at": format_moment(self.at),
            "quiet_until": until and format_moment(until),
        }

    def to_lines(self, file_name: str) -> Iterator[str]:
        """For people."""
        yield f"{self.what}: {self.owner.name}, {_describe_rule(self.match.rule, file_name)}"
        at_once = [name_channel(channel) for channel in self.owner.channels]
        yield f"  at once    {'; '.join(at_once) or 'nobody is notified'}"
        for escalation in self.owner.escalations:
            names = "; ".join(map(name_channel, escalation.channels)) or "nobody is notified"
            yield f"  escalated  {names}, if nobody acknowledges it for {format_duration(escalation.after)}"
        topics = [str(topic) for topic in Topic if topic in self.owner.told]
        wanted = "everything" if len(topics) == len(Topic) else ", ".join(topics) or "nothing"
        yield f"  notified   of {wanted}"
        yield f"  quiet      {self._describe_quiet()}"

    def _describe_quiet(self) -> str:
        until, zone = self.quiet_until, self.owner.zone
        now = f"{self.at.astimezone(self.owner.zone_info):%Y-%m-%d %H:%M}"
        if until is None:
            return f"not at {now} ({zone})"
        end = f"{until.astimezone(self.owner.zone_info):%Y-%m-%d %H:%M}"
        return f"at {now}, until {end} ({zone}): notified of ends alone"


def explain(owners: Owners, folder: str, sender: str | None, at: datetime) -> Sequence[Explanation]:
    """Who owns a folder.

    Args:
        owners: what the file says.
        folder: in any spelling.
        sender: its name, `<user name>` or `<user name>/<run.sender>`; with it, also who is notified when
            it is silent. None for the answer by sender.
        at: when.
    """
    at = at.replace(microsecond=0)
    if sender is None:
        matches = list(list_owners(owners, folder))
        others = "any other sender" if len(matches) > 1 else "any sender"
        return [
            Explanation(what=f"{folder} of {_describe_senders(match.rule, others)}", match=match, at=at)
            for match in matches
        ]
    return [
        Explanation(what=f"{folder} of {sender}", match=find_owner(owners, folder, sender), at=at),
        Explanation(what=f"{sender} itself", match=find_sender_owner(owners, sender), at=at),
    ]


def _describe_senders(rule: Rule | None, others: str) -> str:
    return f"senders {rule.sender}" if rule and rule.sender else others


def _describe_rule(rule: Rule | None, file_name: str) -> str:
    if rule is None:
        return "the default: no rule fits"
    patterns = [
        f"{name} {pattern}"
        for name, pattern in (("folder", rule.folder), ("sender", rule.sender))
        if pattern is not None
    ]
    return f"by the rule in {file_name}:{rule.line} ({', '.join(patterns) or 'for everything'})"


def check(call: Call) -> CommandResult:
    """Checks a file.

    Raises:
        OwnersError: there is no owners' file.
    """
    file = _find_file_without_stack(call.given.file)
    try:
        owners = read_owners_file(file)
    except OwnersFileError as error:
        lines = [f"[red]✗[/red] {escape(problem)}" for problem in error.problems]
        return CommandResult({"file": str(file), "problems": error.problems}, "\n".join(lines), Exit.FAILED)
    webhooks = sorted(
        {
            target
            for owner in owners.owners.values()
            for _, channel in list_channels(owner)
            if channel.kind in NAMED_CHANNELS
            for target in channel.targets
        }
    )
    unused = sorted(owners.owners.keys() - {owners.default, *(rule.owner for rule in owners.rules)})
    shown = [f"{file.name} is right: owners {len(owners.owners)}, rules {len(owners.rules)}."]
    if webhooks:
        shown.append(f"Webhooks that need an address: {', '.join(webhooks)}.")
    if unused:
        shown.append(f"Owners in no rule, and not the default: {', '.join(unused)}.")
    document = {"file": str(file), "problems": [], "webhooks": webhooks, "unused_owners": unused}
    return CommandResult(document, escape("\n".join(shown)))


def find_file(named: Path | None, root: Path = ROOT, *, local: Path | None = None) -> Path:
    """The file that was named; without one, that of the stacks' configuration, else `owners.yaml` here.

    Args:
        named: on the command line.
        root: the project's folder.
        local: that of a local stack, if there is none of these.

    Raises:
        OwnersError: there is none, or stacks name different ones.
    """
    if named is not None:
        return named
    configured = {
        root / value: file.name
        for file in sorted(root.glob("Pulumi.*.yaml"))
        if (value := _read_configured(file))
    }
    how = "with --file FILE, or after `owners check`"
    if len(configured) > 1:
        files = ", ".join(sorted(configured.values()))
        raise OwnersError(f"{files} name different files in ownersFile. Name the one that you mean, {how}.")
    if configured:
        return next(iter(configured))
    if DEFAULT.exists():
        return DEFAULT
    if local is not None:
        return local
    raise OwnersError(
        f"No Pulumi.<stack>.yaml has an ownersFile, there is no {DEFAULT} here, and no local stack of this "
        f"folder is up. Name the file, {how}; docs/owners.md says how to write one."
    )


def _read_configured(file: Path) -> str:
    try:
        project = yaml.safe_load((file.parent / "Pulumi.yaml").read_text(encoding="utf-8"))["name"]
        config = (yaml.safe_load(file.read_text(encoding="utf-8")) or {}).get("config") or {}
    except (OSError, yaml.YAMLError) as error:
        raise OwnersError(f"{file.name} cannot be read: {error}") from None
    return str(config.get(f"{project}:ownersFile") or "")


def find_local_file(stack: Stack) -> Path | None:
    """The file of a local stack, as its outputs name it; None for a stack in AWS."""
    named = stack.outputs.get(LocalOutput.OWNERS_FILE)
    return Path(named) if named else None


def _find_file_without_stack(named: Path | None) -> Path:
    try:
        stack = Stack.read(None)
    except OutputsError:
        stack = Stack()
    return find_file(named, local=find_local_file(stack))


def list_states(call: Call) -> CommandResult:
    """Lists the state of each channel.

    Raises:
        OwnersError: there is no owners' file.
        OwnersFileError: it is wrong.
        OutputsError: an output is missing.
        botocore.exceptions.ClientError: AWS refused.
    """
    # A local stack uses the file that it was brought up with, whatever is configured here.
    owners = read_owners_file(find_file(call.given.file or find_local_file(call.stack)))
    found = open_channels(call.stack).read_channels(list_recipients(owners))
    unheard = find_unheard(call.stack, owners)
    lines = [line for one in found for line in _to_lines(one, unheard=one.key in unheard)]
    document = [{**_to_document(one), "subscribed": one.key not in unheard} for one in found]
    return CommandResult(document, "\n".join(lines) or "No owner has a channel.")


def find_unheard(stack: Stack, owners: Owners) -> set[str]:
    """The channels, by their recipients' keys, whose topic has no confirmed subscription."""
    if not stack.outputs.get(Output.MANIFEST):
        return set()
    topics = {one.settings["Topic"] for one in stack.declared if one.kind == "TopicSubscription"}
    return {
        recipient_key(owner.name, channel)
        for owner in owners.owners.values()
        for name, channel in list_mail_topics(owner)
        for topic in topics
        if topic.endswith(f":{stack[Output.METRICS_NAMESPACE]}-owner-{name}")
        and not any(one["SubscriptionArn"].startswith("arn:") for one in list_subscriptions(stack, topic))
    }


def enable(call: Call) -> CommandResult:
    """Has the service try a channel again that was disabled.

    Raises:
        OwnersError: nothing was ever sent over it.
        OutputsError: an output is missing.
        botocore.exceptions.ClientError: AWS refused.
    """
    key: str = call.given.key
    try:
        enabled = open_channels(call.stack).enable(key)
    except KeyError:
        raise OwnersError(
            f"Nothing was ever sent over a channel {key}. For its key: file-sla owners channels"
        ) from None
    said = "is enabled: the next sweep, within a minute, sends what is due" if enabled else "is not disabled"
    return CommandResult({"key": key, "enabled": enabled}, f"{escape(key)} {said}.")


def send_test(call: Call) -> CommandResult:
    """Has the service send a test over each channel of an owner, and says what became of each.

    Raises:
        OwnersError: the deployed file has no such owner with channels, or the function failed.
        OutputsError: an output is missing.
        botocore.exceptions.ClientError: AWS refused.
    """
    owner: str = call.given.owner
    answer = call.stack.client("lambda").invoke(
        FunctionName=f"{call.stack[Output.METRICS_NAMESPACE]}-{NOTIFICATIONS}",
        Payload=json.dumps({TEST_OWNER: owner}),
    )
    sent = json.loads(answer["Payload"].read() or b"null")
    if "FunctionError" in answer:
        raise OwnersError(f"The function failed: {sent.get('errorType', 'no reason given')}. See its log.")
    if not sent:
        raise OwnersError(f"The deployed owners' file has no owner {owner!r} with channels.")
    lines = [
        f"[red]✗[/red] {escape(one['channel'])}: {escape(one['problem'])}"
        if one["problem"]
        else f"[green]✓[/green] {escape(one['channel'])}: the service took it"
        for one in sent
    ]
    failed = any(one["problem"] for one in sent)
    return CommandResult(sent, "\n".join(lines), Exit.FAILED if failed else Exit.DONE)


def open_channels(stack: Stack) -> RecipientTable:
    """The table that has the status of owners' channels."""
    return RecipientTable(stack.client("dynamodb"), stack[Output.NOTIFICATIONS_TABLE_NAME])


def _to_lines(one: ChannelState, *, unheard: bool) -> Iterator[str]:
    name = f"{one.owner}: {escape(one.channel)}"
    since = one.disabled_since or one.failing_since
    if unheard:
        yield f"[red]✗[/red] {name}: nobody subscribed: the link in Amazon SNS's mail was not followed"
    if since is None:
        if one.delivered_at:
            yield f"[green]✓[/green] {name}: delivered {one.delivered_at:%Y-%m-%d %H:%M} UTC"
        elif not unheard:
            yield f"  {name}: never used"
        return
    state = "disabled" if one.disabled_since else "failing"
    yield f"[red]✗[/red] {name}: {state} since {since:%Y-%m-%d %H:%M} UTC: {escape(one.problem)}"
    if one.disabled_since:
        yield f"  Once that is fixed: file-sla owners enable '{escape(one.key)}'"


def _to_document(one: ChannelState) -> Mapping[str, object]:
    return {
        **asdict(one),
        "delivered_at": one.delivered_at and format_moment(one.delivered_at),
        "disabled_since": one.disabled_since and format_moment(one.disabled_since),
        "failing_since": one.failing_since and format_moment(one.failing_since),
    }
