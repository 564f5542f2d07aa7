"""`file-sla doctor`."""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Final

from botocore.exceptions import ClientError
from rich.markup import escape

from ops.command import Call, CommandResult, Commands, Exit, OnProgress, add_command, new_table, show_progress
from ops.doctor import people, service
from ops.doctor.declared import AT_ONCE, check_declared
from ops.doctor.service import UP, Check, Finding, Level, denied, problem
from ops.stack import FAILURES, Stack, describe
from store.dynamodb import error_code

FIRST: Final[Sequence[Check]] = (
    service.check_outputs, service.check_api, service.check_caller,
)  # fmt: skip
"""What needs no permission. Where the last of them finds no way to AWS, the others would not either."""
CHECKS: Final[Sequence[Check]] = (
    check_declared, service.check_protection, people.check_users, people.check_client_secret,
    service.check_functions, service.check_stream, service.check_dead_letters, people.check_messages,
    service.check_alarms, service.check_subscriptions, people.check_senders,
)  # fmt: skip
_SHOWN: Final = {
    Level.OK: "[green]ok[/green]",
    Level.WARNING: "[yellow]warning[/yellow]",
    Level.PROBLEM: "[red]problem[/red]",
    Level.SKIPPED: "[dim]skipped[/dim]",
}
_UNSUPPORTED: Final = {
    "InvalidAction", "UnknownOperationException", "NotImplemented", "UnsupportedOperation", "501",
}  # fmt: skip


def add(commands: Commands) -> None:
    """Declares the command."""
    add_command(commands, "doctor", look, "check the stack and its configuration; changes nothing")


def look(call: Call) -> CommandResult:
    """Runs every check; a problem makes it fail."""
    with show_progress() as progress, ThreadPoolExecutor(AT_ONCE) as pool:
        found = _run_all(FIRST, call.stack, pool, progress)
        if found[-1].level is not Level.PROBLEM:
            found += _run_all(CHECKS, call.stack, pool, progress)
    counts = Counter(finding.level for finding in found)
    caption = ", ".join(f"{counts[level]:,} {level}" for level in Level)
    table = new_table("", "what", "state, and what to do", caption=caption)
    for finding in found:
        # In one column: most findings have no remedy, and a column of its own would take half of their width.
        lines = [finding.what, *(f"→ {more}" for more in (finding.remedy, finding.see) if more)]
        table.add_row(_SHOWN[finding.level], escape(finding.check), escape("\n".join(filter(None, lines))))
    document = {"findings": list(map(asdict, found)), "counts": {level: counts[level] for level in Level}}
    return CommandResult(document, table, Exit.FAILED if counts[Level.PROBLEM] else Exit.DONE)


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
        if skipped := denied(name, error):
            yield skipped
        elif error_code(error) in _UNSUPPORTED:
            yield Finding(
                check=name, level=Level.SKIPPED, what=f"{error.operation_name} cannot be asked here."
            )
        else:
            # Such as ResourceNotFoundException: what the outputs name is not there.
            remedy = f"If something was deleted: {UP}. Check that the outputs are this stack's."
            yield problem(name, describe(error), remedy)
    except FAILURES as error:
        yield problem(name, describe(error), "")
