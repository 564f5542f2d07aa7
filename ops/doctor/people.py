"""Who may sign in, and whether anyone can."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from botocore.exceptions import ClientError

from contract.moments import format_moment, parse_moment
from contract.names import NOTIFICATIONS, Group, Output, RunbookSection
from contract.words import SenderState
from ops.doctor.service import Finding, Level, look_at_function, look_at_sweep, runbook
from ops.owners import Channels, ChannelState, OwnersError, find_file, find_local_file, read_owners
from ops.rotate_secret import AppClient, SecretValue, find_secret_id
from ops.stack import Stack
from ops.user_pool import FIRST_PASSWORD_LASTS, UserPool
from store.senders import SenderAttribute, SenderIndex


def check_users(stack: Stack) -> Iterator[Finding]:
    """Users who can do nothing, and first passwords that expired."""
    users = UserPool(stack.client("cognito-idp"), stack[Output.USER_POOL_ID]).list_users()
    for group, kind in ((Group.REPORTERS, "reporter"), (Group.ANALYSTS, "analyst")):
        count = sum(user.enabled and group in user.groups for user in users)
        yield Finding(
            check=f"users of {group}",
            level=Level.OK if count else Level.WARNING,
            what=f"{count:,}." if count else "None that is enabled.",
            remedy="" if count else f"python -m ops users create NAME --{kind}",
        )
    for user in users:
        if not user.groups & set(Group):
            yield Finding(
                check=f"user {user.name}", level=Level.WARNING, what="In no group: can do nothing.",
                remedy=f"python -m ops users groups {user.name} --add reporters (or analysts), or remove it",
            )  # fmt: skip
        if user.enabled and user.has_expired_invitation(datetime.now(UTC)):
            yield Finding(
                check=f"user {user.name}", level=Level.WARNING,
                what=f"Its first password was good for {FIRST_PASSWORD_LASTS.days} days, and nobody used it.",
                remedy=f"python -m ops users password {user.name}",
            )  # fmt: skip


def check_client_secret(stack: Stack) -> Iterator[Finding]:
    """Whether Cognito takes the secret that AuthLambda reads."""
    app = AppClient(
        stack.client("cognito-idp"), stack[Output.USER_POOL_ID], stack[Output.USER_POOL_CLIENT_ID]
    )
    value = SecretValue(stack.client("secretsmanager"), find_secret_id(stack))
    app.check_telling()
    if not app.takes(value.read()):
        yield Finding(
            check="client secret", level=Level.PROBLEM,
            what="Cognito does not take the secret that AuthLambda reads: nobody can sign in.",
            remedy="python -m ops rotate-secret", see="docs/ops.md#rotate-secret",
        )  # fmt: skip
    elif len(app.list_secrets()) > 1:
        yield Finding(
            check="client secret", level=Level.WARNING, what="Cognito takes two: a rotation is not finished.",
            remedy="python -m ops rotate-secret", see="docs/ops.md#rotate-secret",
        )  # fmt: skip
    else:
        yield Finding(check="client secret", level=Level.OK, what="Cognito takes it, and no other.")


_WORST_FIRST: Final = (
    SenderState.SILENT,
    SenderState.LATE,
    SenderState.UP,
    SenderState.PAUSED,
    SenderState.RETIRED,
)


def check_senders(stack: Stack) -> Iterator[Finding]:
    """Each sender's last run."""
    found = 0
    for state in _WORST_FIRST:
        for sender in _query(stack, state):
            found += 1
            name = sender.get(SenderAttribute.SENDER_NAME, sender[SenderAttribute.SENDER])["S"]
            last = _tell_last_run(sender)
            silent = state is SenderState.SILENT
            yield Finding(
                check=f"sender {name}",
                level=Level.WARNING if silent else Level.OK,
                what=f"{state}; {last}.",
                remedy="Look at its scheduled task and its way to the API." if silent else "",
                see=runbook(RunbookSection.SILENT_SENDERS) if silent else "",
            )
    if not found:
        yield Finding(check="senders", level=Level.OK, what="None has reported yet.")


def _tell_last_run(sender: Mapping[str, Any]) -> str:
    if last := sender.get(SenderAttribute.LAST_RUN_AT):
        return f"its last run was at {format_moment(parse_moment(last['S']).replace(microsecond=0))}"
    return "no run of it is known"


def _query(stack: Stack, state: SenderState) -> Iterator[Mapping[str, Any]]:
    pages = stack.client("dynamodb").get_paginator("query").paginate(
        TableName=stack[Output.SENDERS_TABLE_NAME],
        IndexName=SenderIndex.STATE,
        KeyConditionExpression="#state = :state",
        ExpressionAttributeNames={"#state": SenderAttribute.STATE},
        ExpressionAttributeValues={":state": {"S": state}},
    )  # fmt: skip
    for page in pages:
        yield from page["Items"]


_CHANNELS: Final = "channels of owners"


def check_messages(stack: Stack) -> Iterator[Finding]:
    """Whether owners are told, where the stack has any."""
    prefix = stack[Output.METRICS_NAMESPACE]
    try:
        yield from look_at_function(stack, f"{prefix}-{NOTIFICATIONS}")
    except ClientError as error:
        if error.response["Error"].get("Code") != "ResourceNotFoundException":
            raise
        yield Finding(
            check="messages", level=Level.OK,
            what="Nobody is told of incidents: the stack has no ownersFile.", see="docs/owners.md",
        )  # fmt: skip
        return
    yield from look_at_sweep(
        stack, f"{prefix}-messages-sweep", "sweep of messages", RunbookSection.MESSAGES_NOT_SENT
    )
    yield from _look_at_channels(stack)


def _look_at_channels(stack: Stack) -> Iterator[Finding]:
    try:
        owners = read_owners(find_file(find_local_file(stack)))
    except OwnersError as error:
        yield Finding(
            check=_CHANNELS, level=Level.SKIPPED, what=str(error),
            remedy="python -m ops owners channels --file FILE, with the file of this stack",
        )  # fmt: skip
        return
    channels = Channels(stack.client("dynamodb"), stack[Output.MESSAGES_TABLE_NAME]).read(owners)
    wrong = [one for one in channels if one.disabled_since or one.failing_since]
    yield from map(_tell, wrong)
    yield Finding(
        check=_CHANNELS, level=Level.OK, what=f"{len(channels) - len(wrong):,} of {len(channels):,} are well."
    )


def _tell(one: ChannelState) -> Finding:
    check = f"channel {one.owner}: {one.channel}"
    if one.disabled_since:
        return Finding(
            check=check, level=Level.PROBLEM,
            what=f"Disabled since {one.disabled_since:%Y-%m-%d %H:%M} UTC: {one.problem}",
            remedy=f"Mend that, then: python -m ops owners enable '{one.key}'",
            see=runbook(RunbookSection.CHANNELS_DISABLED),
        )  # fmt: skip
    return Finding(
        check=check, level=Level.WARNING,
        what=f"Failing since {one.failing_since:%Y-%m-%d %H:%M} UTC, and tried again: {one.problem}",
        see=runbook(RunbookSection.MESSAGES_NOT_SENT),
    )  # fmt: skip
