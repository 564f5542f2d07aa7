"""`file-sla forget`: a file's or a person's name, replaced in what the tables keep and what is restored."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from rich.markup import escape

from contract.names import Output
from contract.words import UnknownReason
from ops.command import Call, CommandResult, Commands, Exit, add_command, show_progress
from ops.stack import OpsError, Stack
from store.dynamodb import Item, Query, Reader, TableSpec, Update, retry_on_conflict, update_item
from store.incidents import INCIDENTS_TABLE, HistoryAttribute, IncidentAttribute
from store.maintenance import WindowAttribute
from store.notifications import NOTIFICATIONS_TABLE, NotificationAttribute
from store.records import RECORDS_TABLE, FileAttribute
from store.runs import RUNS_TABLE, RunAttribute
from store.senders import SENDERS_TABLE, SenderAttribute

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_A: Final = NotificationAttribute
_RECOVERABLE: Final = timedelta(days=35)
"""How far back DynamoDB's point-in-time recovery reaches."""
TABLES: Final[dict[Output, TableSpec]] = {
    Output.RUNS_TABLE_NAME: RUNS_TABLE,
    Output.SENDERS_TABLE_NAME: SENDERS_TABLE,
    Output.TABLE_NAME: RECORDS_TABLE,
    Output.INCIDENTS_TABLE_NAME: INCIDENTS_TABLE,
    Output.NOTIFICATIONS_TABLE_NAME: NOTIFICATIONS_TABLE,
}
"""In the order in which they are changed: what is replayed meanwhile comes from runs without the name."""
_KEPT: Final = "forgotten"
"""The subject in FileSlaNotifications under which a name's kind, length and hash are kept, for `restore`."""
_WRITTEN: Final = {
    "note", HistoryAttribute.NOTE, WindowAttribute.REASON, "Problem", "Hint",
}  # fmt: skip
"""What people wrote, and what was wrong with a report: attributes, and keys of the JSON in `RuleState`."""
_NAMED: Final[dict[str, set[str]]] = {
    "file": {FileAttribute.FILENAME},
    "user": {
        "by", HistoryAttribute.ACTED_BY, IncidentAttribute.ACKNOWLEDGED_BY, WindowAttribute.MADE_BY,
        WindowAttribute.ENDED_BY, WindowAttribute.SENDER, RunAttribute.REPORTED_BY, RunAttribute.SENDER_NAME,
        _A.CHANNEL,
    },
}  # fmt: skip
_BEFORE, _AFTER = re.compile(r"[\w.-]"), re.compile(r"[\w-]|\.\w")
"""What stands there where a name is part of a longer one."""


class ForgottenName(NamedTuple):
    """A name, by what is kept of it."""

    kind: str
    """`file` or `user`."""
    length: int
    digest: str

    @classmethod
    def of(cls, kind: str, name: str) -> Self:
        """That of a name, in whatever case."""
        return cls(kind, len(name), hashlib.sha256(name.lower().encode()).hexdigest())

    @property
    def word(self) -> str:
        """What stands in its place: two names stay distinct."""
        return f"forgotten-{self.digest[:8]}"

    def replace(self, attribute: str, text: str) -> str:
        """A text of an attribute without the name."""
        if attribute not in _NAMED[self.kind] | _WRITTEN or text in list(UnknownReason):
            return text
        if attribute == FileAttribute.FILENAME:
            # The name of another file may hold this one.
            return self.word if self == self.of(self.kind, text) else text
        # From the end, so that what was replaced moves nothing that is still to be compared.
        for start in range(len(text) - self.length, -1, -1):
            end = start + self.length
            inside = (start and _BEFORE.match(text, start - 1)) or _AFTER.match(text, end)
            if not inside and self == self.of(self.kind, text[start:end]):
                text = f"{text[:start]}{self.word}{text[end:]}"
        return text


Names = Sequence[ForgottenName]


def read_forgotten(stack: Stack) -> Names:
    """All names that were ever forgotten."""
    query = Query(table=stack[Output.NOTIFICATIONS_TABLE_NAME], equal={_A.SUBJECT: _KEPT})
    parts = [item[_A.PART]["S"].split("#") for item in Reader(stack.client("dynamodb")).query(query)]
    return [ForgottenName(kind, int(length), digest) for kind, length, digest in parts]


def clean(item: Item, names: Names) -> dict[str, Any]:
    """An item without the names. Keys, folders and what is compressed stay as they are."""
    return {attribute: _clean(attribute, value, names) for attribute, value in item.items()}


def _clean(attribute: str, value: Any, names: Names) -> Any:
    def replace(attribute: str, text: str) -> str:
        return reduce(lambda so_far, name: name.replace(attribute, so_far), names, text)

    match value:
        case {"L": list(parts)}:
            return {"L": [_clean(attribute, part, names) for part in parts]}
        case {"M": dict(inner)}:
            return {"M": clean(inner, names)}
        case {"S": str(text)} if attribute == SenderAttribute.RULE_STATE:
            known = json.loads(text)
            new = {**known, **{key: replace(key, known[key]) for key in ("by", "note") if known.get(key)}}
            return value if new == known else {"S": json.dumps(new, ensure_ascii=False)}
        case {"S": str(text)}:
            return {"S": replace(attribute, text)}
    return value


def add(commands: Commands) -> None:
    """Declares the command."""
    command = add_command(
        commands, "forget", forget, "replace a file's or a person's name in all that the tables keep",
        interrupted="What was replaced stays replaced. Run the same command again to go on.",
    )  # fmt: skip
    which = command.add_mutually_exclusive_group(required=True)
    which.add_argument("--file", metavar="NAME", help="a file's name, without its folder, in whatever case")
    which.add_argument("--user", metavar="NAME", help="a user's name, in whatever case")
    command.add_argument("--yes", action="store_true", help="do it: the name cannot be brought back")


def forget(call: Call) -> CommandResult:
    """Finds a name in every table; with `--yes` replaces it there, and keeps its hash for restores."""
    stack, given = call.stack, call.given
    kind, text = ("user", given.user) if given.file is None else ("file", given.file)
    if not text.strip():
        raise OpsError("Give the name to forget.")
    client: DynamoDBClient = stack.client("dynamodb")
    name, counts = ForgottenName.of(kind, text), Counter[str]()
    groups = [one.settings for one in stack.declared if one.kind == "LogGroup"]
    if given.yes:
        kept = {str(_A.SUBJECT): {"S": _KEPT}, str(_A.PART): {"S": "#".join(map(str, name))}}
        client.put_item(TableName=stack[Output.NOTIFICATIONS_TABLE_NAME], Item=kept)
    with show_progress() as progress:
        for output, spec in TABLES.items():
            table, read = stack[output], 0
            for page in client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
                for item in page["Items"]:
                    if clean(item, [name]) != item:
                        counts[table] += 1
                        if given.yes:
                            _rewrite(client, table, spec, item, [name])
                read += len(page["Items"])
                progress(f"Items of {table}", read, None)
    lines = [f"{escape(table)}: {count:,} items" for table, count in counts.items()] or [
        "No table has it. A file's name is as in the reports, without its folder."
    ]
    if not given.yes:
        where = "for good" if counts else "in what a restore brings"
        lines.append(f"With --yes, {name.word} replaces it, {where}.")
        return CommandResult({"found": counts, "replaced": False}, "\n".join(lines), Exit.FAILED)
    until = f"{datetime.now(UTC) + _RECOVERABLE:%Y-%m-%d}"
    lines += [
        f"Replaced by {name.word}, also in what a restore will put back. What still has the name:",
        f"  recovery of the tables to a moment, until {until}; copies of AWS Backup, until they expire",
        "  folders, keys of items, exported files, and notifications that were delivered",
        *sorted(f"  the log {escape(one['Name'])}, for {one['RetentionInDays']} days" for one in groups),
    ]
    if kind == "user":
        lines.append("  owners.yaml, if you wrote it there, and the user pool: file-sla users remove NAME")
    document = {"found": counts, "replaced": True, "word": name.word, "recoverable_until": until}
    return CommandResult(document, "\n".join(lines))


def _rewrite(client: "DynamoDBClient", table: str, spec: TableSpec, item: Item, names: Names) -> None:
    """Changes what of an item has the name, on condition that nobody wrote that meanwhile."""
    key = {one: item[one] for one in spec.keys}
    revision = str(SenderAttribute.REVISION)

    def attempt() -> None:
        now = client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item", {})
        values = {name: value for name, value in clean(now, names).items() if value != now[name]}
        # Whoever is at work on a sender or a recipient starts again, without the name.
        add: dict[str, Any] = {revision: {"N": "1"}} if revision in now else {}
        if values:
            update = Update(values=values, add=add, if_still={name: now[name] for name in values})
            update_item(client, table, key, update)

    retry_on_conflict(attempt)
