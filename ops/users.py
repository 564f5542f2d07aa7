"""`python -m ops users create | list | password | groups | disable | enable | remove`."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum, auto
from typing import TYPE_CHECKING, Any, Final, Self

from rich.markup import escape
from rich.table import Table

from contract.limits import ID_TOKEN_MINUTES
from contract.moments import format_moment
from contract.names import Group, Output
from contract.routes import AUTH, FILE_SLA_ERROR
from ops.command import Answer, Call, add_command, add_group
from ops.stack import Stack
from ops.user_pool import FIRST_PASSWORD_LASTS, PoolUser, UserError, UserPool, generate_password

if TYPE_CHECKING:
    from ops.command import Commands


_AFTERWARDS: Final = (
    f"What was issued before is taken for up to {ID_TOKEN_MINUTES} minutes more. Records, runs and incidents "
    "stay. A sender that tells of its runs is shown as late and then silent, once it no longer reports."
)
_NO_MAIL: Final = "print a first password to hand over, instead of having it mailed"


def add(commands: "Commands") -> None:
    """Declares them."""
    group = add_group(commands, "users", help="who may report and who may look")
    command = add_command(
        group, "create", create, help="create a user, or finish one",
        interrupted="The same command again finishes the user.",
    )  # fmt: skip
    command.add_argument("name", metavar="NAME")
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--reporter", action="store_true", help="for a script: with a password for good, printed once"
    )
    what.add_argument(
        "--analyst", action="store_true",
        help=f"for a person: mailed a first password, good for {FIRST_PASSWORD_LASTS.days} days",
    )  # fmt: skip
    command.add_argument("--email", metavar="ADDRESS", help="where an analyst is mailed")
    command.add_argument("--no-mail", action="store_true", help=_NO_MAIL)
    add_command(group, "list", list_users, help="print all users")
    for name, run, told in (
        ("password", renew, "give a user another password, and end its sessions"),
        ("groups", change_groups, "put a user into groups, or take it out"),
        ("disable", disable, "let a user sign in no more, and end its sessions"),
        ("enable", enable, "let a user sign in again"),
        ("remove", remove, "delete a user for good"),
    ):
        command = add_command(group, name, run, help=told)
        command.add_argument("name", metavar="NAME")
        if name == "password":
            command.add_argument("--no-mail", action="store_true", help=_NO_MAIL)
        if name == "groups":
            for option in ("--add", "--remove"):
                command.add_argument(option, action="append", default=[], choices=SHORT_NAMES)


def create(call: Call) -> Answer:
    """Creates a user, or finishes one that was begun.

    Raises:
        UserError: the name will not do, or such a user is there and finished.
        OutputsError: an output is missing.
    """
    given, pool = call.given, _pool(call.stack)
    # Before anything is done: a user who cannot be handed over is of no use.
    addresses = Addresses.of(call.stack)
    if given.reporter:
        made = create_reporter(pool, given.name, given.email)
    else:
        made = create_analyst(pool, given.name, given.email, mail=not given.no_mail)
    kind = "a reporter" if given.reporter else "an analyst"
    head = f"{escape(made.name)} is {'created' if made.was is Was.NEW else 'finished'}, {kind}."
    document: dict[str, Any] = {"user": made.name, "was": made.was}
    if made.password is None:
        return _tell_mailed(document, head, given.email)
    return _hand_over(document, head, Handover(made.name, made.password, addresses), script=given.reporter)


def renew(call: Call) -> Answer:
    """Gives a user another password.

    Raises:
        UserError: there is no such user, or it can have none.
        OutputsError: an output is missing.
    """
    pool, addresses = _pool(call.stack), Addresses.of(call.stack)
    user = pool.get(call.given.name)
    password = renew_password(pool, user, mail=not call.given.no_mail)
    head = (
        f"{escape(user.name)} has another password, and its sessions are ended. "
        f"What was issued before is taken for up to {ID_TOKEN_MINUTES} minutes more."
    )
    document = {"user": user.name}
    if password is None:
        return _tell_mailed(document, head, user.email)
    script = Group.ANALYSTS not in user.groups
    return _hand_over(document, head, Handover(user.name, password, addresses), script=script)


def list_users(call: Call) -> Answer:
    """All users."""
    now = datetime.now(UTC)
    users = _pool(call.stack).list_users()
    table = Table()
    for header in ("user", "groups", "state", "e-mail"):
        table.add_column(header, overflow="fold")
    table.add_column("created, UTC", no_wrap=True)
    for user in users:
        table.add_row(
            escape(user.name),
            ", ".join(sorted(user.groups)) or "[yellow]none[/yellow]",
            _tell_state(user, now),
            escape(user.email or ""),
            f"{user.created.astimezone(UTC):%Y-%m-%d}",
        )
    return Answer([_document(user, now) for user in users], table if users else "There are no users.")


def change_groups(call: Call) -> Answer:
    """Puts a user into groups, and takes it out of others.

    Raises:
        UserError: there is no such user.
    """
    pool, given = _pool(call.stack), call.given
    user = pool.get(given.name)
    for short in given.add:
        pool.add_to(SHORT_NAMES[short], user.name)
    for short in given.remove:
        pool.remove_from(SHORT_NAMES[short], user.name)
    groups = sorted(pool.get(user.name).groups)
    said = (
        f"{escape(user.name)} is in {', '.join(groups) or 'no group, and can do nothing'}. "
        f"Tokens that were issued before tell the old groups for up to {ID_TOKEN_MINUTES} minutes."
    )
    return Answer({"user": user.name, "groups": groups}, said)


def disable(call: Call) -> Answer:
    """Lets a user sign in no more.

    Raises:
        UserError: there is no such user.
    """
    pool = _pool(call.stack)
    user = pool.get(call.given.name)
    pool.disable(user.name)
    pool.sign_out(user.name)
    already = "" if user.enabled else " It was so before."
    return Answer(
        {"user": user.name, "enabled": False},
        f"{escape(user.name)} can sign in no more, and its sessions are ended.{already} {_AFTERWARDS}\n"
        f"To undo it: python -m ops users enable {escape(user.name)}",
    )


def enable(call: Call) -> Answer:
    """Lets a user sign in again.

    Raises:
        UserError: there is no such user.
    """
    pool = _pool(call.stack)
    user = pool.get(call.given.name)
    pool.enable(user.name)
    return Answer(
        {"user": user.name, "enabled": True},
        f"{escape(user.name)} can sign in again, with the password of before.",
    )


def remove(call: Call) -> Answer:
    """Deletes a user.

    Raises:
        UserError: there is no such user.
    """
    pool = _pool(call.stack)
    user = pool.get(call.given.name)
    pool.sign_out(user.name)
    pool.delete(user.name)
    return Answer(
        {"user": user.name, "removed": True},
        f"{escape(user.name)} is removed. {_AFTERWARDS}\n"
        "A user who is created by the same name is another sender, without this one's incidents.",
    )


SHORT_NAMES: Final = {"reporters": Group.REPORTERS, "analysts": Group.ANALYSTS}
"""The groups, as a command line names them."""


class Was(StrEnum):
    """What a command found."""

    NEW = auto()
    UNFINISHED = auto()
    """It was there, and had never signed in."""


@dataclass(frozen=True)
class Created:
    """A user who may sign in now.

    Attributes:
        name: as the pool has it.
        was: what there was before.
        password: to hand over; None where it is mailed.
    """

    name: str
    was: Was
    password: str | None


def create_reporter(pool: UserPool, name: str, email: str | None) -> Created:
    """A user for a script, with a password for good.

    Raises:
        UserError: there is such a user, who is finished or not for a script.
    """
    name, was = _begin(pool, name, Group.REPORTERS, email)
    pool.add_to(Group.REPORTERS, name)
    # Last: whoever has a password for good is finished.
    password = generate_password()
    pool.set_password(name, password, for_good=True)
    return Created(name, was, password)


def create_analyst(pool: UserPool, name: str, email: str | None, *, mail: bool) -> Created:
    """A user for someone who looks, with a first password: mailed, or to hand over.

    Raises:
        UserError: there is such a user, who is finished or no analyst; or nobody can be mailed.
    """
    if mail and not email:
        raise UserError("An analyst is mailed a first password: name --email, or print one with --no-mail.")
    name, was = _begin(pool, name, Group.ANALYSTS, email)
    pool.add_to(Group.ANALYSTS, name)
    if mail:
        pool.invite(name)
        return Created(name, was, None)
    password = generate_password()
    pool.set_password(name, password, for_good=False)
    return Created(name, was, password)


def renew_password(pool: UserPool, user: PoolUser, *, mail: bool) -> str | None:
    """Ends a user's password, with all sessions; returns the next one, or None where it is mailed.

    Raises:
        UserError: nobody knows what the user is for, or nobody can be mailed.
    """
    if not user.groups & set(Group):
        raise UserError(
            f"{user.name} is in no group, and can do nothing. Put it into one first: "
            f"python -m ops users groups {user.name} --add reporters"
        )
    if Group.ANALYSTS not in user.groups:
        password = generate_password()
        pool.set_password(user.name, password, for_good=True)
        pool.sign_out(user.name)
        return password
    if not mail:
        password = generate_password()
        pool.set_password(user.name, password, for_good=False)
        pool.sign_out(user.name)
        return password
    if not user.email:
        raise UserError(f"{user.name} has no e-mail address. Print a first password with --no-mail.")
    if user.never_signed_in:
        pool.invite(user.name)
    else:
        pool.mail_reset(user.name)
        pool.sign_out(user.name)
    return None


def _begin(pool: UserPool, name: str, group: Group, email: str | None) -> tuple[str, Was]:
    user = pool.find(name)
    if user is None:
        pool.create(name, generate_password(), email)
        return name, Was.NEW
    _refuse_finished(user, group)
    if email and email != user.email:
        pool.set_email(user.name, email)
    return user.name, Was.UNFINISHED


def _refuse_finished(user: PoolUser, group: Group) -> None:
    others = sorted(user.groups - {group})
    if others:
        raise UserError(
            f"{user.name} is there already, in the group {', '.join(others)}. Choose another name, or see "
            f"`python -m ops users groups {user.name} --help`."
        )
    if user.never_signed_in:
        return
    if group not in user.groups:
        short = next(short for short, one in SHORT_NAMES.items() if one is group)
        raise UserError(
            f"{user.name} is there already, in no group. To let it work again: "
            f"python -m ops users groups {user.name} --add {short}"
        )
    raise UserError(
        f"{user.name} is there already. To give it another password: python -m ops users password {user.name}"
    )


_KEEPING: Final = """\
Nobody can show this password again; `python -m ops users password {name}` sets another.
Keep it where the script's account alone can read it: in a vault that the script asks, or in a file that
Export-Clixml wrote under that account, which Windows encrypts for it. Never put it into an argument of the
scheduled task, where everyone on the server can read it, nor into a log, a mail or a ticket."""


@dataclass(frozen=True)
class Addresses:
    """Where a script signs in, and where it reports."""

    auth_url: str
    report_url: str

    @classmethod
    def of(cls, stack: Stack) -> Self:
        """Those of a stack.

        Raises:
            OutputsError: it does not tell its address.
        """
        base = stack[Output.API_URL].rstrip("/")
        return cls(f"{base}/{AUTH.path}", f"{base}/{FILE_SLA_ERROR.path}")


@dataclass(frozen=True)
class Handover:
    """What a user signs in with, and where."""

    name: str
    password: str
    addresses: Addresses

    def to_script(self) -> str:
        """In words, for the owner of a script."""
        return "\n".join(
            [
                "Hand this to the script's owner:",
                "",
                f"  authentication URL  {escape(self.addresses.auth_url)}",
                f"  report URL          {escape(self.addresses.report_url)}",
                f"  user name           {escape(self.name)}",
                f"  password            {escape(self.password)}",
                "",
                _KEEPING.format(name=escape(self.name)),
            ]
        )

    def to_analyst(self) -> str:
        """In words, for an analyst who is not mailed."""
        return "\n".join(
            [
                "Hand this to the analyst, by a way that nobody else reads:",
                "",
                f"  user name       {escape(self.name)}",
                f"  first password  {escape(self.password)}",
                "",
                f"It is good for {FIRST_PASSWORD_LASTS.days} days. The first sign-in asks for another.",
            ]
        )


def _pool(stack: Stack) -> UserPool:
    return UserPool(stack.client("cognito-idp"), stack[Output.USER_POOL_ID])


def _tell_mailed(document: dict[str, Any], head: str, email: str | None) -> Answer:
    return Answer({**document, "mailed_to": email}, f"{head}\nMailed to {escape(email or '')}.")


def _hand_over(document: dict[str, Any], head: str, handover: Handover, *, script: bool) -> Answer:
    more = asdict(handover.addresses) if script else {}
    return Answer(
        {**document, "password": handover.password, **more},
        f"{head}\n\n{handover.to_script() if script else handover.to_analyst()}",
    )


def _tell_state(user: PoolUser, now: datetime) -> str:
    if not user.enabled:
        return "disabled"
    if user.has_expired_invitation(now):
        return "[yellow]first password expired[/yellow]"
    if user.never_signed_in:
        return "never signed in"
    return "password was reset" if user.status == "RESET_REQUIRED" else "active"


def _document(user: PoolUser, now: datetime) -> dict[str, object]:
    return {
        "user": user.name,
        "groups": sorted(user.groups),
        "enabled": user.enabled,
        "status": user.status,
        "first_password_expired": user.has_expired_invitation(now),
        "email": user.email,
        "created": format_moment(user.created),
        "changed": format_moment(user.changed),
    }
