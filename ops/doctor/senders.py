"""When each sender was last heard of."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from contract.moments import format_moment, parse_moment
from contract.names import Output, RunbookSection
from contract.words import SenderState
from ops.doctor.finding import Finding, Level, runbook
from ops.stack import Stack
from store.senders import SenderAttribute, SenderIndex

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
