"""`file-sla check-preview`: what an update must never delete unless someone allows it."""

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.markup import escape

from contract.names import MADE_ANEW
from ops.command import Call, CommandResult, Commands, Exit, add_command
from ops.stack import OpsError

if TYPE_CHECKING:
    from collections.abc import Mapping

LOST_WITH: Final["Mapping[str, str]"] = {
    "aws:apigateway/restApi:RestApi": "the API's address, and every script without a domain name",
    "aws:backup/vault:Vault": "the backups",
    "aws:cloudwatch/logGroup:LogGroup": "the logs",
    "aws:cognito/identityPool:IdentityPool": "every analyst's way to credentials",
    "aws:cognito/userGroup:UserGroup": "who is in the group",
    "aws:cognito/userPool:UserPool": "the users",
    "aws:cognito/userPoolClient:UserPoolClient": "every session",
    "aws:dynamodb/table:Table": "what is stored",
    "aws:kms/key:Key": "what it has encrypted",
    "aws:kms/keyPolicy:KeyPolicy": "who may use the key",
    "aws:secretsmanager/secret:Secret": "the way to sign in, until it is created again",
    "aws:secretsmanager/secretVersion:SecretVersion": "the way to sign in, until it is created again",
}
"""The types that hold data or people, and what goes with such a resource."""
_STANDARD_INPUT: Final = Path("-")
_GOING: Final = {"delete", "delete-replaced", "discard", "discard-replaced", "replace"}
"""The steps after which the resource that was there is gone (`pulumi preview --json`, `op`)."""


@dataclass(frozen=True)
class Loss:
    """A resource that an update would delete."""

    name: str
    """Its name in the program."""
    type: str
    replaced: bool
    lost: str
    """What goes with it."""


def add(commands: Commands) -> None:
    """Declares the command."""
    command = add_command(
        commands, "check-preview", check,
        "fail where a preview deletes or replaces what holds data or people", needs_stack=False,
        description="Fails where a preview deletes or replaces tables, users, keys, secrets, backups or "
        "logs, and names them.",
    )  # fmt: skip
    command.add_argument(
        "file", type=Path, metavar="FILE", help="what `pulumi preview --json` printed; - for standard input"
    )
    command.add_argument(
        "--allow", action="append", default=[], metavar="NAME",
        help="a resource that may go, as the program calls it, such as errors-table; may be repeated",
    )  # fmt: skip


def check(call: Call) -> CommandResult:
    """Looks through a preview."""
    given: argparse.Namespace = call.given
    preview = _read(given.file)
    names = {str(step.get("urn")).rpartition("::")[2] for step in preview.get("steps") or []}
    if strangers := [name for name in given.allow if name not in names]:
        nearest = get_close_matches(strangers[0], names, n=1)
        meant = f" Did you mean {nearest[0]}?" if nearest else ""
        raise OpsError(f"--allow {strangers[0]} names nothing in this preview.{meant}")
    losses = [loss for loss in find_losses(preview) if loss.name not in given.allow]
    lines = []
    for loss in losses:
        done = f"{'replaced' if loss.replaced else 'deleted'}: you would lose {loss.lost}."
        lines.append(f"[red]✗[/red] {escape(loss.name)} ({loss.type}) would be {done}")
    lines.append("To allow it: " + " ".join(f"--allow {escape(loss.name)}" for loss in losses))
    shown = "\n".join(lines) if losses else "Nothing that holds data or people would be deleted."
    return CommandResult(list(map(asdict, losses)), shown, Exit.FAILED if losses else Exit.DONE)


def find_losses(preview: dict[str, Any]) -> list[Loss]:
    """What the update of this preview would delete.

    A resource that the engine only forgets, because it is declared to stay, is no loss; nor is a secret that
    the configuration holds.
    """
    losses: dict[str, Loss] = {}
    for step in preview.get("steps") or []:
        state, urn = step.get("oldState") or {}, str(step.get("urn"))
        kind, name = str(state.get("type")), urn.rpartition("::")[2]
        goes = step.get("op") in _GOING and not state.get("retainOnDelete") and name not in MADE_ANEW
        if goes and kind in LOST_WITH:
            replaced = step["op"] != "delete" or (urn in losses and losses[urn].replaced)
            losses[urn] = Loss(name, kind, replaced, LOST_WITH[kind])
    return sorted(losses.values(), key=lambda loss: (loss.name, loss.type))


def _read(file: Path) -> dict[str, Any]:
    try:
        text = sys.stdin.read() if file == _STANDARD_INPUT else file.read_text(encoding="utf-8")
        preview = json.loads(text)
    except FileNotFoundError:
        raise OpsError(f"There is no file {file}. Write it with: pulumi preview --json > {file}") from None
    except (OSError, ValueError) as error:
        raise OpsError(
            f"{file} is not what `pulumi preview --json` prints, one JSON document: {error}"
        ) from None
    if not isinstance(preview, dict) or not {"changeSummary", "steps"} & preview.keys():
        raise OpsError(f"{file} is not what `pulumi preview --json` prints: it has no steps.")
    entries = preview.get("diagnostics") or []
    if errors := [str(one.get("message", "")).strip() for one in entries if one.get("severity") == "error"]:
        raise OpsError("\n".join(["The preview itself failed:", *errors]))
    return preview
