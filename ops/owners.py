"""`file-sla owners explain | check | channels | enable | test`."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import yaml
from rich.markup import escape

from contract.moments import format_duration, format_moment
from contract.names import NOTIFICATIONS, ROOT, TEST_OWNER, LocalOutput, Output
from contract.owners.matching import find_owner, find_sender_owner, list_owners, quiet_until
from contract.owners.model import (
    NAMED_CHANNELS,
    Match,
    Owners,
    Topic,
    list_channels,
    list_mail_topics,
    name_channel,
    recipient_key,
)
from contract.owners.reading import OwnersFileError, read_owners_file
from ops.command import Call, CommandResult, Commands, Exit, add_command, add_group, to_moment
from ops.doctor.service import list_subscriptions
from ops.stack import OpsError, Stack
from store.notifications import ChannelState, RecipientTable, list_recipients

DEFAULT: Final = Path("owners.yaml")
_FILE_HELP: Final = (
    "the owners' file (default: that of the stacks' configuration, else owners.yaml here, else that of the "
    "local stack)"
)


def add(commands: Commands) -> None:
    """Declares the commands."""
    group = add_group(commands, "owners", "who owns folders, and how owners are notified")
    command = add_command(
        group, "explain", explain_folders, "who would be notified of a folder, how, and by which rule",
        needs_stack=False,
    )  # fmt: skip
    command.add_argument("folder", metavar="FOLDER", nargs="+", help=r"such as 'D:\Inbound'")
    command.add_argument(
        "--sender", metavar="NAME",
        help="whose folder it is: <user name> or <user name>/<run.sender> (default: the answer for each)",
    )  # fmt: skip
    command.add_argument(
        "--at", metavar="TIME", type=to_moment, default=datetime.now(UTC),
        help="when, such as 2026-11-01T22:30+01:00; UTC unless it has an offset (default: now)",
    )  # fmt: skip
    command.add_argument("--file", type=Path, metavar="FILE", help=_FILE_HELP)
    command = add_command(group, "check", check, "check an owners' file", needs_stack=False)
    command.add_argument("file", type=Path, nargs="?", metavar="FILE", help=_FILE_HELP)
    command = add_command(group, "channels", list_states, "print the state of each owner's channels")
    command.add_argument("--file", type=Path, metavar="FILE", help=_FILE_HELP)
    command = add_command(group, "enable", enable, "send again over a channel that was disabled")
    command.add_argument("key", metavar="KEY", help="the channel's key, as `channels` prints it")
    command = add_command(group, "test", send_test, "send a marked test over each channel of an owner")
    command.add_argument("owner", metavar="NAME", help="the owner's name in owners.yaml, as it was deployed")


def explain_folders(call: Call) -> CommandResult:
    """Explains who would be notified of each folder; with a sender, also of that itself."""
    file, given = _find_file_without_stack(call.given.file), call.given
    owners, at = read_owners_file(file), given.at.replace(microsecond=0)
    found: dict[str, Match] = {}
    for folder in given.folder:
        if given.sender:
            found[f"{folder} of {given.sender}"] = find_owner(owners, folder, given.sender)
            found[f"{given.sender} itself"] = find_sender_owner(owners, given.sender)
            continue
        matches = list(list_owners(owners, folder))
        others = "any other sender" if len(matches) > 1 else "any sender"
        for match in matches:
            of = f"senders {match.rule.sender}" if match.rule and match.rule.sender else others
            found[f"{folder} of {of}"] = match
    lines = [line for what, match in found.items() for line in _explain(what, match, at, file.name)]
    document = [_to_document(what, match, at) for what, match in found.items()]
    return CommandResult(document, escape("\n".join(lines)))


def _to_document(what: str, match: Match, at: datetime) -> dict[str, Any]:
    owner, rule = match.owner, match.rule
    until = quiet_until(owner, at)
    return {
        "what": what,
        "owner": owner.name,
        "rule": {"line": rule.line, "folder": rule.folder, "sender": rule.sender} if rule else None,
        "channels": [
            {"channel": name_channel(channel), "after_minutes": after and after // timedelta(minutes=1)}
            for after, channel in list_channels(owner)
        ],
        "notify": [str(topic) for topic in Topic if topic in owner.notify_on],
        "zone": owner.zone,
        "at": format_moment(at),
        "quiet_until": until and format_moment(until),
    }


def _explain(what: str, match: Match, at: datetime, file_name: str) -> Iterator[str]:
    owner, rule, none = match.owner, match.rule, "nobody is notified"
    by = "the default: no rule fits"
    if rule:
        patterns = (("folder", rule.folder), ("sender", rule.sender))
        given = ", ".join(f"{name} {pattern}" for name, pattern in patterns if pattern is not None)
        by = f"by the rule in {file_name}:{rule.line} ({given or 'for everything'})"
    yield f"{what}: {owner.name}, {by}"
    yield f"  at once    {'; '.join(map(name_channel, owner.channels)) or none}"
    for one in owner.escalations:
        names = "; ".join(map(name_channel, one.channels)) or none
        yield f"  escalated  {names}, if nobody acknowledges it for {format_duration(one.after)}"
    topics = [str(topic) for topic in Topic if topic in owner.notify_on]
    wanted = "everything" if len(topics) == len(Topic) else ", ".join(topics) or "nothing"
    yield f"  notified   of {wanted}"
    now = f"{at.astimezone(owner.zone_info):%Y-%m-%d %H:%M}"
    if until := quiet_until(owner, at):
        end = f"{until.astimezone(owner.zone_info):%Y-%m-%d %H:%M}"
        yield f"  quiet      at {now}, until {end} ({owner.zone}): notified of ends alone"
    else:
        yield f"  quiet      not at {now} ({owner.zone})"


def check(call: Call) -> CommandResult:
    """Checks a file."""
    file = _find_file_without_stack(call.given.file)
    try:
        owners = read_owners_file(file)
    except OwnersFileError as error:
        lines = [f"[red]✗[/red] {escape(problem)}" for problem in error.problems]
        return CommandResult({"file": str(file), "problems": error.problems}, "\n".join(lines), Exit.FAILED)
    channels = [one for owner in owners.owners.values() for _, one in list_channels(owner)]
    named = {target for one in channels if one.kind in NAMED_CHANNELS for target in one.targets}
    webhooks = sorted(named)
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

    `local` is that of a local stack, if there is none of these.
    """
    if named is not None:
        return named
    how = "Name the file, with --file FILE, or after `owners check`"
    configured = {root / value for file in root.glob("Pulumi.*.yaml") if (value := _read_configured(file))}
    if len(configured) > 1:
        raise OpsError(
            f"Stacks name different owners' files: {', '.join(sorted(map(str, configured)))}. {how}."
        )
    for found in (*configured, DEFAULT if DEFAULT.exists() else None, local):
        if found is not None:
            return found
    raise OpsError(
        f"No Pulumi.<stack>.yaml has an ownersFile, there is no {DEFAULT} here, and no local stack of this "
        f"folder is up. {how}; docs/owners.md says how to write one."
    )


def _read_configured(file: Path) -> str:
    try:
        project = yaml.safe_load((file.parent / "Pulumi.yaml").read_text(encoding="utf-8"))["name"]
        config = (yaml.safe_load(file.read_text(encoding="utf-8")) or {}).get("config") or {}
    except (OSError, yaml.YAMLError) as error:
        raise OpsError(f"{file.name} cannot be read: {error}") from None
    return str(config.get(f"{project}:ownersFile") or "")


def find_local_file(stack: Stack) -> Path | None:
    """The file of a local stack, as its outputs name it; None for a stack in AWS."""
    named = stack.outputs.get(LocalOutput.OWNERS_FILE)
    return Path(named) if named else None


def _find_file_without_stack(named: Path | None) -> Path:
    try:
        local = find_local_file(Stack.read(None))
    except OpsError:
        local = None
    return find_file(named, local=local)


def list_states(call: Call) -> CommandResult:
    """Lists the state of each channel."""
    # A local stack uses the file that it was brought up with, whatever is configured here.
    owners = read_owners_file(find_file(call.given.file or find_local_file(call.stack)))
    found = open_channels(call.stack).read_channels(list_recipients(owners))
    unheard = find_unheard(call.stack, owners)
    lines = [line for one in found for line in _show_channel(one, unheard=one.key in unheard)]
    document = [_describe_channel(one, subscribed=one.key not in unheard) for one in found]
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
    """Has the service try a channel again that was disabled."""
    key: str = call.given.key
    try:
        enabled = open_channels(call.stack).enable(key)
    except KeyError:
        raise OpsError(
            f"Nothing was ever sent over a channel {key}. For its key: file-sla owners channels"
        ) from None
    said = "is enabled: the next sweep, within a minute, sends what is due" if enabled else "is not disabled"
    return CommandResult({"key": key, "enabled": enabled}, f"{escape(key)} {said}.")


def send_test(call: Call) -> CommandResult:
    """Has the service send a test over each channel of an owner, and says what became of each."""
    owner: str = call.given.owner
    answer = call.stack.client("lambda").invoke(
        FunctionName=f"{call.stack[Output.METRICS_NAMESPACE]}-{NOTIFICATIONS}",
        Payload=json.dumps({TEST_OWNER: owner}),
    )
    sent = json.loads(answer["Payload"].read() or b"null")
    if "FunctionError" in answer:
        raise OpsError(f"The function failed: {sent.get('errorType', 'no reason given')}. See its log.")
    if not sent:
        raise OpsError(f"The deployed owners' file has no owner {owner!r} with channels.")
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


def describe_state(one: ChannelState) -> str:
    """What became of what was last sent over a channel."""
    since = one.disabled_since or one.failing_since
    if since:
        state = "disabled" if one.disabled_since else "failing"
        return f"{state} since {since:%Y-%m-%d %H:%M} UTC: {one.problem}"
    return f"delivered {one.delivered_at:%Y-%m-%d %H:%M} UTC" if one.delivered_at else "never used"


def _show_channel(one: ChannelState, *, unheard: bool) -> Iterator[str]:
    name, state = f"{one.owner}: {escape(one.channel)}", escape(describe_state(one))
    bad = one.disabled_since or one.failing_since
    if unheard:
        yield f"[red]✗[/red] {name}: nobody subscribed: the link in Amazon SNS's mail was not followed"
    if bad or one.delivered_at:
        yield f"{'[red]✗[/red]' if bad else '[green]✓[/green]'} {name}: {state}"
    elif not unheard:
        yield f"  {name}: {state}"
    if one.disabled_since:
        yield f"  Once that is fixed: file-sla owners enable '{escape(one.key)}'"


def _describe_channel(one: ChannelState, *, subscribed: bool) -> dict[str, Any]:
    moments = ("delivered_at", "disabled_since", "failing_since")
    texts = {name: (moment := getattr(one, name)) and format_moment(moment) for name in moments}
    return {**asdict(one), **texts, "subscribed": subscribed}
