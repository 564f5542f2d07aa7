"""`file-sla doctor`."""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError
from rich.markup import escape
from rich.table import Table

from ops.command import Call, CommandResult, Exit, OnProgress, add_command, show_progress
from ops.doctor.declared import AT_ONCE, check_declared
from ops.doctor.people import check_client_secret, check_messages, check_senders, check_users
from ops.doctor.service import (
    DENIED,
    UP,
    Check,
    Finding,
    Level,
    check_alarms,
    check_api,
    check_caller,
    check_dead_letters,
    check_functions,
    check_outputs,
    check_protection,
    check_stream,
    check_subscriptions,
    check_version,
    problem,
)
from ops.stack import FAILURES, Stack, describe

if TYPE_CHECKING:
    from ops.command import Commands


FIRST: Final[Sequence[Check]] = (check_version, check_outputs, check_api, check_caller)
"""What needs no permission. Where the last of them finds no way to AWS, the others would not either."""
CHECKS: Final[Sequence[Check]] = (
    check_declared,
    check_protection,
    check_users,
    check_client_secret,
    check_functions,
    check_stream,
    check_dead_letters,
    check_messages,
    check_alarms,
    check_subscriptions,
    check_senders,
)
_SHOWN: Final = {
    Level.OK: "[green]ok[/green]",
    Level.WARNING: "[yellow]warning[/yellow]",
    Level.PROBLEM: "[red]problem[/red]",
    Level.SKIPPED: "[dim]skipped[/dim]",
}
_UNSUPPORTED: Final = {
    "InvalidAction", "UnknownOperationException", "NotImplemented", "UnsupportedOperation", "501",
}  # fmt: skip


def add(commands: "Commands") -> None:
    """Declares the command."""
    add_command(commands, "doctor", look, help="check the stack and its configuration; changes nothing")


def look(call: Call) -> CommandResult:
    """Runs every check; a problem makes it fail."""
    with show_progress() as progress, ThreadPoolExecutor(AT_ONCE) as pool:
        found = _run_all(FIRST, call.stack, pool, progress)
        if found[-1].level is not Level.PROBLEM:
            found += _run_all(CHECKS, call.stack, pool, progress)
    counts = Counter(finding.level for finding in found)
    table = Table(caption=", ".join(f"{counts[level]:,} {level}" for level in Level))
    for header in ("", "what", "state, and what to do"):
        table.add_column(header, overflow="fold")
    for finding in found:
        # In one column: most findings have no remedy, and a column of its own would take half of their width.
        lines = [finding.what, *(f"→ {more}" for more in (finding.remedy, finding.see) if more)]
        table.add_row(_SHOWN[finding.level], escape(finding.check), escape("\n".join(filter(None, lines))))
    return CommandResult(
        {
            "findings": [asdict(finding) for finding in found],
            "counts": {level: counts[level] for level in Level},
        },
        table,
        Exit.FAILED if counts[Level.PROBLEM] else Exit.DONE,
    )


def _run_all(
    checks: Sequence[Check], stack: Stack, pool: ThreadPoolExecutor, progress: OnProgress
) -> list[Finding]:
    """What checks find, side by side, in their order."""
    found: list[Finding] = []
    for done, part in enumerate(pool.map(lambda check: list(run_check(check, stack)), checks)):
        found += part
        progress("Checks", done + 1, len(checks))
    return found


def run_check(check: Check, stack: Stack) -> Iterator[Finding]:
    """Runs a check; one that cannot go on adds a finding that says so."""
    name = check.__name__.removeprefix("check_").replace("_", " ")
    try:
        yield from check(stack)
    except ClientError as error:
        code, operation = error.response["Error"].get("Code", ""), error.operation_name
        if code.startswith(DENIED):
            yield Finding(
                check=name, level=Level.SKIPPED, what=f"You are not allowed {operation}.",
                remedy="docs/ops.md says what the command needs.", see="docs/ops.md#doctor",
            )  # fmt: skip
        elif code in _UNSUPPORTED:
            yield Finding(check=name, level=Level.SKIPPED, what=f"{operation} cannot be asked here.")
        else:
            # Such as ResourceNotFoundException: what the outputs name is not there.
            remedy = f"If something was deleted: {UP}. Check that the outputs are this stack's."
            yield problem(name, describe(error), remedy)
    except FAILURES as error:
        yield problem(name, describe(error), "")
