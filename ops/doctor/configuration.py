"""Where the stack is, who asks, and by which version of the code."""

import tomllib
from collections.abc import Iterator
from typing import Final

from contract.names import OF_DOMAIN, ROOT, SERVICE, Output
from ops.doctor.finding import Finding, Level
from ops.stack import Stack

_UP: Final = "pulumi up, then write the outputs anew: pulumi stack output --json > outputs.json"


def check_outputs(stack: Stack) -> Iterator[Finding]:
    """Whether the outputs are all there."""
    missing = [output for output in Output if output not in OF_DOMAIN and not stack.outputs.get(output)]
    if missing:
        yield Finding(
            check="outputs", level=Level.PROBLEM, what=f"{stack.file} lacks {', '.join(missing)}.", remedy=_UP
        )
    else:
        yield Finding(check="outputs", level=Level.OK, what=f"{stack.file} is complete.")


def check_caller(stack: Stack) -> Iterator[Finding]:
    """Who asks, and whether in the stack's account."""
    caller = stack.client("sts").get_caller_identity()
    of_stack = stack[Output.ALARM_TOPIC_ARN].split(":")[4]
    where = f"{caller['Arn']}, account {caller['Account']}, region {stack[Output.REGION]}"
    if caller["Account"] == of_stack:
        yield Finding(check="credentials", level=Level.OK, what=f"You are {where}.")
    else:
        yield Finding(
            check="credentials", level=Level.PROBLEM,
            what=f"You are {where}; the stack is in account {of_stack}.",
            remedy="Sign in to the stack's account, such as with: export AWS_PROFILE=…",
        )  # fmt: skip


def check_version(_: Stack) -> Iterator[Finding]:
    """Which version of the code looks."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    newest = next((line.removeprefix("## ") for line in changes if line.startswith("## ")), "none")
    yield Finding(
        check="version", level=Level.OK,
        what=f"{SERVICE} {version} looks at the stack; the newest section of its changelog: {newest}.",
    )  # fmt: skip
