"""Amazon SES's mails and permissions, which ministack does not play as AWS does.

Each raw mail of SendEmail (v2) becomes a file in a folder, with the sender's headers, which ministack drops.
As in SES, another Message-ID and Date replace the sender's.

AWS checks a raw mail as SendRawEmail, on the identity of the sender, with the sender's address as a condition
key; ministack checks SendEmail, on every resource.

`emulator_process.py` runs this file, since its process cannot import our packages.
"""

import base64
import json
from contextvars import ContextVar
from email import message_from_bytes
from email.message import Message
from email.utils import format_datetime, localtime, parseaddr
from pathlib import Path
from typing import Any, Final

from ministack.core import iam_actions, iam_evaluator  # type: ignore[import-untyped]
from ministack.core.responses import get_region  # type: ignore[import-untyped]
from ministack.services import ses_v2  # type: ignore[import-untyped]

_SEND: Final = "/v2/email/outbound-emails"
_ACTION: Final = "ses:SendRawEmail"
_sender: ContextVar[str] = ContextVar("sender")
"""The sender of the mail that is being checked; the check itself does not get the request."""


def install(folder: Path) -> None:
    """Makes ministack keep each mail in a folder, and check permissions as AWS does."""
    folder.mkdir(parents=True, exist_ok=True)
    answer = ses_v2.handle_request
    find_action, find_resource = iam_actions.extract_iam_action, iam_actions.extract_resource_arn
    enforce = iam_evaluator.enforce

    async def answer_and_keep(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        answered = await answer(method, path, headers, body, query)
        if _sends("ses", method, path) and answered[0] == 200:
            # SES answers with the part before the @.
            _deliver(folder, json.loads(answered[2])["MessageId"].partition("@")[0], json.loads(body))
        return answered

    def action(service: str, method: str, path: str, *request: Any) -> Any:
        return _ACTION if _sends(service, method, path) else find_action(service, method, path, *request)

    def resource(
        service: str, method: str, path: str, headers: Any, body: bytes, query: Any, region: str, account: str
    ) -> Any:
        if not _sends(service, method, path):
            return find_resource(service, method, path, headers, body, query, region, account)
        _sender.set(parseaddr(json.loads(body)["FromEmailAddress"])[1])
        return f"arn:aws:ses:{region}:{account}:identity/{_identity(_sender.get())}"

    def enforce_for_sender(key: str, action: str, *arguments: Any, **options: Any) -> Any:
        if action == _ACTION:
            options["service_context"] = {"ses:FromAddress": _sender.get()}
        return enforce(key, action, *arguments, **options)

    ses_v2.handle_request = answer_and_keep
    iam_actions.extract_iam_action, iam_actions.extract_resource_arn = action, resource
    iam_evaluator.enforce = enforce_for_sender


def _sends(service: str, method: str, path: str) -> bool:
    return service == "ses" and method == "POST" and path.rstrip("/") == _SEND


def _identity(address: str) -> str:
    """The verified identity of a sender: its address, or a domain above it; the address if none is."""
    labels = address.rpartition("@")[2].split(".")
    domains = (".".join(labels[first:]) for first in range(len(labels) - 1))
    return next((one for one in (address, *domains) if one in ses_v2._identities), address)  # noqa: SLF001


def _deliver(folder: Path, message_id: str, request: dict[str, Any]) -> None:
    mail: Message = message_from_bytes(base64.b64decode(request["Content"]["Raw"]["Data"]))
    for header in ("Message-ID", "Date"):
        del mail[header]
    mail["Message-ID"] = f"<{message_id}@{get_region()}.amazonses.com>"
    mail["Date"] = format_datetime(localtime())
    # The header in which a mail server notes a reader, before those of the sender.
    readers = request["Destination"]["ToAddresses"]
    delivered = "".join(f"Delivered-To: {reader}\n" for reader in readers).encode()
    # Written under another name and renamed, so that a reader of the folder finds complete mails only.
    written = folder / f"{message_id}.new"
    written.write_bytes(delivered + mail.as_bytes())
    written.rename(folder / f"{message_id}.eml")
