"""Users made, from the first step to the last: whoever is interrupted runs it again, and it goes on."""

from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Final

from contract.names import Group
from ops.accounts.pool import PoolUser, UserError, UserPool
from ops.users import generate_password

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
