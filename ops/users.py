"""`file-sla users create | list | password | groups | disable | enable | remove`."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from rich.markup import escape

from contract.limits import ID_TOKEN_MINUTES
from contract.moments import format_moment
from contract.names import Group, Output
from contract.routes import AUTH, FILE_SLA_ERROR
from ops.command import Call, CommandResult, Commands, add_command, add_group, new_table
from ops.stack import OpsError, Stack
from ops.user_pool import FIRST_PASSWORD_LASTS, PoolUser, UserDirectory, generate_password

SHORT_NAMES: Final = {"reporters": Group.REPORTERS, "analysts": Group.ANALYSTS}
"""The groups, as a command line names them."""
_AFTERWARDS: Final = (
    f"Tokens that were issued before work for up to {ID_TOKEN_MINUTES} minutes more. Records, runs and "
    "incidents stay. A sender that describes its runs is shown as late, then silent, once it stops reporting."
)
_NO_MAIL: Final = "print a first password to hand over, instead of having it mailed"
_TO_SCRIPT: Final = """\
Hand this to the script's owner:

  authentication URL  {auth_url}
  report URL          {report_url}
  user name           {user}
  password            {password}

Nobody can show this password again; `file-sla users password {user}` sets another.
Keep it where the script's account alone can read it: in a vault that the script asks, or in a file that
Export-Clixml wrote under that account, which Windows encrypts for it. Never put it into an argument of the
scheduled task, where everyone on the server can read it, nor into a log, a mail or a ticket."""
_TO_ANALYST: Final = f"""\
Hand this to the analyst, in a way that nobody else can read:

  user name       {{user}}
  first password  {{password}}

It is good for {FIRST_PASSWORD_LASTS.days} days. The first sign-in asks for another."""


def add(commands: Commands) -> None:
    """Declares the commands."""
    group = add_group(commands, "users", "who may report and who may look")
    command = add_command(
        group, "create", create, "create a user, or finish one",
        interrupted="Run the same command again to finish the user.",
    )  # fmt: skip
    command.add_argument("name", metavar="NAME")
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--reporter", action="store_true", help="for a script: with a permanent password, printed once"
    )
    what.add_argument(
        "--analyst", action="store_true",
        help=f"for a person: mailed a first password, good for {FIRST_PASSWORD_LASTS.days} days",
    )  # fmt: skip
    command.add_argument("--email", metavar="ADDRESS", help="where an analyst is mailed")
    command.add_argument("--no-mail", action="store_true", help=_NO_MAIL)
    add_command(group, "list", list_users, "print all users")
    for name, run, text in (
        ("password", renew, "give a user another password, and end its sessions"),
        ("groups", change_groups, "put a user into groups, or take it out"),
        ("disable", disable, "stop a user from signing in, and end its sessions"),
        ("enable", enable, "let a user sign in again"),
        ("remove", remove, "delete a user for good"),
    ):
        command = add_command(group, name, run, text)
        command.add_argument("name", metavar="NAME")
        if name == "password":
            command.add_argument("--no-mail", action="store_true", help=_NO_MAIL)
        if name == "groups":
            for option in ("--add", "--remove"):
                command.add_argument(option, action="append", default=[], choices=SHORT_NAMES)


def create(call: Call) -> CommandResult:
    """Creates a user, or finishes one that was begun."""
    given, pool = call.given, _pool(call.stack)
    # Before anything is done: a user who cannot be handed over is of no use.
    addresses = _find_addresses(call.stack)
    mail = not (given.reporter or given.no_mail)
    if mail and not given.email:
        raise OpsError("An analyst is mailed a first password: name --email, or print one with --no-mail.")
    if given.email and not re.fullmatch(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", given.email):
        raise OpsError(f"{given.email} is no e-mail address: write it as in ana@example.com.")
    group = Group.REPORTERS if given.reporter else Group.ANALYSTS
    name = given.name
    if user := pool.find(name):
        name = user.name
        _check_unfinished(user, group)
        if given.email and given.email != user.email:
            pool.set_email(name, given.email)
    else:
        pool.create(name, generate_password(), given.email)
    pool.add_to(group, name)
    password = None
    # Last: a user with a permanent password is finished.
    if mail:
        pool.invite(name)
    else:
        pool.set_password(name, password := generate_password(), for_good=given.reporter)
    kind = "a reporter" if given.reporter else "an analyst"
    head = f"{escape(name)} is {'finished' if user else 'created'}, {kind}."
    document = {"user": name, "was": "unfinished" if user else "new"}
    return _hand_over(document, head, password, given.email, addresses if given.reporter else {})


def _check_unfinished(user: PoolUser, group: Group) -> None:
    name, others = user.name, sorted(user.groups - {group})
    if others:
        why = f", in the group {', '.join(others)}. Choose another name, or see: file-sla users groups --help"
    elif user.never_signed_in:
        return
    elif group in user.groups:
        why = f". To give it another password: file-sla users password {name}"
    else:
        short = next(short for short, one in SHORT_NAMES.items() if one is group)
        why = f", in no group. To let it work again: file-sla users groups {name} --add {short}"
    raise OpsError(f"{name} already exists{why}")


def renew(call: Call) -> CommandResult:
    """Gives a user another password, and ends all its sessions."""
    addresses = _find_addresses(call.stack)
    pool, user = _find(call)
    if not user.groups & set(Group):
        raise OpsError(
            f"{user.name} is in no group, and can do nothing. Put it into one first: "
            f"file-sla users groups {user.name} --add reporters"
        )
    script = Group.ANALYSTS not in user.groups
    mail = not (script or call.given.no_mail)
    if mail and not user.email:
        raise OpsError(f"{user.name} has no e-mail address. Print a first password with --no-mail.")
    password = None
    if mail and user.never_signed_in:
        pool.invite(user.name)
    elif mail:
        # Ends the password, and mails a code with which to set another.
        pool.admin("reset_user_password", user.name)
    else:
        pool.set_password(user.name, password := generate_password(), for_good=script)
    if not (mail and user.never_signed_in):
        pool.sign_out(user.name)
    head = (
        f"{escape(user.name)} has another password, and its sessions are ended. "
        f"Tokens that were issued before work for up to {ID_TOKEN_MINUTES} minutes more."
    )
    return _hand_over({"user": user.name}, head, password, user.email, addresses if script else {})


def _find_addresses(stack: Stack) -> dict[str, str]:
    """Where a script signs in, and where it reports."""
    base = stack[Output.API_URL].rstrip("/")
    return {"auth_url": f"{base}/{AUTH.path}", "report_url": f"{base}/{FILE_SLA_ERROR.path}"}


def _hand_over(
    document: dict[str, Any], head: str, password: str | None, email: str | None, addresses: Mapping[str, str]
) -> CommandResult:
    """What to hand to the owner of a script or to an analyst; without a password, who was mailed."""
    if password is None:
        return CommandResult({**document, "mailed_to": email}, f"{head}\nMailed to {escape(email or '')}.")
    document = {**document, **addresses, "password": password}
    texts = {name: escape(text) for name, text in document.items()}
    return CommandResult(document, f"{head}\n\n{(_TO_SCRIPT if addresses else _TO_ANALYST).format(**texts)}")


def list_users(call: Call) -> CommandResult:
    """Lists all users."""
    now = datetime.now(UTC)
    users = _pool(call.stack).list_users()
    table = new_table("user", "groups", "state", "e-mail", "created, UTC")
    for user in users:
        table.add_row(
            escape(user.name),
            ", ".join(sorted(user.groups)) or "[yellow]none[/yellow]",
            _state(user, now),
            escape(user.email or ""),
            f"{user.created.astimezone(UTC):%Y-%m-%d}",
        )
    document = [
        {
            "user": user.name, "groups": sorted(user.groups), "enabled": user.enabled, "status": user.status,
            "first_password_expired": user.has_expired_invitation(now), "email": user.email,
            "created": format_moment(user.created), "changed": format_moment(user.changed),
        }
        for user in users
    ]  # fmt: skip
    return CommandResult(document, table if users else "There are no users.")


def _state(user: PoolUser, now: datetime) -> str:
    if not user.enabled:
        return "disabled"
    if user.has_expired_invitation(now):
        return "[yellow]first password expired[/yellow]"
    if user.never_signed_in:
        return "never signed in"
    return "password was reset" if user.status == "RESET_REQUIRED" else "active"


def change_groups(call: Call) -> CommandResult:
    """Puts a user into groups, and takes it out of others."""
    pool, user = _find(call)
    for short in call.given.add:
        pool.add_to(SHORT_NAMES[short], user.name)
    for short in call.given.remove:
        pool.admin("remove_user_from_group", user.name, GroupName=SHORT_NAMES[short])
    groups = sorted(pool.get(user.name).groups)
    said = (
        f"{escape(user.name)} is in {', '.join(groups) or 'no group, and can do nothing'}. "
        f"Tokens that were issued before name the old groups for up to {ID_TOKEN_MINUTES} minutes."
    )
    return CommandResult({"user": user.name, "groups": groups}, said)


def disable(call: Call) -> CommandResult:
    """Stops a user from signing in, and ends all its sessions."""
    pool, user = _find(call)
    pool.admin("disable_user", user.name)
    pool.sign_out(user.name)
    name, already = escape(user.name), "" if user.enabled else " It was disabled before."
    said = (
        f"{name} can no longer sign in, and its sessions are ended.{already} {_AFTERWARDS}\n"
        f"To undo it: file-sla users enable {name}"
    )
    return CommandResult({"user": user.name, "enabled": False}, said)


def enable(call: Call) -> CommandResult:
    """Lets a user sign in again."""
    pool, user = _find(call)
    pool.admin("enable_user", user.name)
    said = f"{escape(user.name)} can sign in again, with the same password as before."
    return CommandResult({"user": user.name, "enabled": True}, said)


def remove(call: Call) -> CommandResult:
    """Deletes a user."""
    pool, user = _find(call)
    pool.sign_out(user.name)
    pool.admin("delete_user", user.name)
    said = (
        f"{escape(user.name)} is removed. {_AFTERWARDS}\n"
        "A user who is created with the same name is another sender, without the incidents of this one."
    )
    return CommandResult({"user": user.name, "removed": True}, said)


def _find(call: Call) -> tuple[UserDirectory, PoolUser]:
    pool = _pool(call.stack)
    return pool, pool.get(call.given.name)


def _pool(stack: Stack) -> UserDirectory:
    return UserDirectory(stack.client("cognito-idp"), stack[Output.USER_POOL_ID])
