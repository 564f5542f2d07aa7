"""What whoever created a user hands to whoever will use it. It is printed once, and kept nowhere."""

from dataclasses import dataclass
from typing import Final, Self

from rich.markup import escape

from contract.names import Output
from contract.routes import AUTH, FILE_SLA_ERROR
from ops.accounts.pool import FIRST_PASSWORD_LASTS
from ops.stack import Stack

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
