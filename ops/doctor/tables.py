"""The tables: there, protected, and recoverable."""

from collections.abc import Iterator
from typing import Final

from contract.names import Output
from ops.doctor.finding import Finding, Level
from ops.stack import Stack

_TABLES: Final = (
    Output.TABLE_NAME,
    Output.RUNS_TABLE_NAME,
    Output.SENDERS_TABLE_NAME,
    Output.INCIDENTS_TABLE_NAME,
    Output.MESSAGES_TABLE_NAME,
)
_ALWAYS_EXPIRES: Final = Output.RUNS_TABLE_NAME
_UP: Final = "pulumi up, which puts it back as the program has it"


def check_tables(stack: Stack) -> Iterator[Finding]:
    """Each table's status, recovery, protection, expiry and encryption."""
    client = stack.client("dynamodb")
    for output in _TABLES:
        name = stack[output]
        check = f"table {name}"
        table = client.describe_table(TableName=name)["Table"]
        if table["TableStatus"] not in {"ACTIVE", "UPDATING"}:
            yield Finding(
                check=check, level=Level.PROBLEM, what=f"Its status is {table['TableStatus']}.",
                remedy="Wait where it is being made; else look at it in the console.",
            )  # fmt: skip
            continue
        backups = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        recovery = backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus")
        expiry = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]["TimeToLiveStatus"]
        if recovery != "ENABLED":
            yield Finding(
                check=check, level=Level.PROBLEM,
                what="Point-in-time recovery is off: what is deleted or overwritten is lost.", remedy=_UP,
            )  # fmt: skip
        if not table.get("DeletionProtectionEnabled"):
            yield Finding(
                check=check, level=Level.WARNING, what="Anyone who may can delete it: protection is off.",
                remedy="Set deletionProtection to true, then pulumi up; off is meant for trying things out.",
                see="docs/configuration.md",
            )  # fmt: skip
        if output is _ALWAYS_EXPIRES and expiry not in {"ENABLED", "ENABLING"}:
            yield Finding(
                check=check, level=Level.PROBLEM, what="Runs do not expire: it grows for ever.", remedy=_UP
            )
        key = table.get("SSEDescription", {}).get("KMSMasterKeyArn")
        yield Finding(
            check=check, level=Level.OK,
            what=f"Active; expiry is {expiry.lower()}; encrypted under {key or 'a key of DynamoDB itself'}.",
        )  # fmt: skip
