"""Whether owners are told of incidents: the function, its sweep, and each channel."""

from collections.abc import Iterator
from typing import Final

from botocore.exceptions import ClientError

from contract.names import MESSAGES, Output, RunbookSection
from ops.doctor.finding import Finding, Level, runbook
from ops.doctor.functions import look_at_function, look_at_sweep
from ops.owners.channel_states import Channels, ChannelState
from ops.owners.finding import OwnersError, find_file, find_local_file, read_owners
from ops.stack import Stack

_CHANNELS: Final = "channels of owners"


def check_messages(stack: Stack) -> Iterator[Finding]:
    """Whether owners are told, where the stack has any."""
    prefix = stack[Output.METRICS_NAMESPACE]
    try:
        yield from look_at_function(stack, f"{prefix}-{MESSAGES}")
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
