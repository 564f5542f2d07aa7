"""Amazon SES's mails and permissions, which ministack does not play as AWS does.

Each mail of SendEmail (v2) becomes a file in a folder, with the sender's headers, which ministack drops.
As in SES, another Message-ID and Date replace the sender's.

AWS checks a raw mail as SendRawEmail, and checks both calls on the identity of the sender, with the sender's
address as a condition key; ministack checks one call, on every resource.

`emulator_process.py` runs this file, since its process cannot import our packages.
"""

import base64
import json
from contextvars import ContextVar
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.utils import format_datetime, localtime, parseaddr
from pathlib import Path
from typing import Any, Final

from ministack.core import iam_actions, iam_evaluator  # type: ignore[import-untyped]
from ministack.core.responses import get_region  # type: ignore[import-untyped]
from ministack.services import ses_v2  # type: ignore[import-untyped]

_SEND: Final = "/v2/email/outbound-emails"
_DELIVERED_TO: Final = "Delivered-To"
"""The header in which a mail server notes a reader, before the headers of the sender."""
_SENDING: Final = frozenset({"ses:SendEmail", "ses:SendRawEmail"})
_FROM_ADDRESS: Final = "ses:FromAddress"
_sender: ContextVar[str] = ContextVar("sender")
"""The sender of the mail that is being checked; the check itself does not get the request."""


def install(folder: Path) -> None:
    """Makes ministack keep each mail in a folder, and check permissions as AWS does."""
    folder.mkdir(parents=True, exist_ok=True)
    _keep_mails(folder)
    _check_as_aws_does()


def _keep_mails(folder: Path) -> None:
    answer = ses_v2.handle_request

    async def answer_and_keep(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        answered = await answer(method, path, headers, body, query)
        if _sends(method, path) and answered[0] == 200:
            # SES answers with the part before the @.
            message_id = json.loads(answered[2])["MessageId"].partition("@")[0]
            _deliver(folder, message_id, json.loads(body))
        return answered

    ses_v2.handle_request = answer_and_keep


def _check_as_aws_does() -> None:
    find_action, find_resource = iam_actions.extract_iam_action, iam_actions.extract_resource_arn
    enforce = iam_evaluator.enforce

    def action(service: str, method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        if service == "ses" and _sends(method, path) and "Raw" in _content(json.loads(body)):
            return "ses:SendRawEmail"
        return find_action(service, method, path, headers, body, query)

    def resource(
        service: str, method: str, path: str, headers: Any, body: bytes, query: Any, region: str, account: str
    ) -> Any:
        if service == "ses" and _sends(method, path):
            address = _address(json.loads(body))
            _sender.set(address)
            return f"arn:aws:ses:{region}:{account}:identity/{_identity(address)}"
        return find_resource(service, method, path, headers, body, query, region, account)

    def enforce_for_sender(key: str, action: str, *arguments: Any, **options: Any) -> Any:
        if action in _SENDING:
            options["service_context"] = {_FROM_ADDRESS: _sender.get()}
        return enforce(key, action, *arguments, **options)

    iam_actions.extract_iam_action, iam_actions.extract_resource_arn = action, resource
    iam_evaluator.enforce = enforce_for_sender


def _sends(method: str, path: str) -> bool:
    return method == "POST" and path.rstrip("/") == _SEND


def _content(request: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = request.get("Content") or {}
    return content


def _address(request: dict[str, Any]) -> str:
    return parseaddr(request.get("FromEmailAddress") or _read(request)["From"] or "")[1]


def _identity(address: str) -> str:
    """The verified identity of a sender: its address, or a domain above it; the address if none is."""
    labels = address.rpartition("@")[2].split(".")
    domains = (".".join(labels[first:]) for first in range(len(labels) - 1))
    return next((one for one in (address, *domains) if one in ses_v2._identities), address)  # noqa: SLF001


def _deliver(folder: Path, message_id: str, request: dict[str, Any]) -> None:
    mail = _read(request)
    for header in ("Message-ID", "Date"):
        del mail[header]
    mail["Message-ID"] = f"<{message_id}@{get_region()}.amazonses.com>"
    mail["Date"] = format_datetime(localtime())
    destination = request.get("Destination") or {}
    readers = [one for kind in ("To", "Cc", "Bcc") for one in destination.get(f"{kind}Addresses") or ()]
    delivered = "".join(f"{_DELIVERED_TO}: {reader}\n" for reader in readers).encode()
    # Written under another name and renamed, so that a reader of the folder finds complete mails only.
    written = folder / f"{message_id}.new"
    written.write_bytes(delivered + mail.as_bytes())
    written.rename(folder / f"{message_id}.eml")


def _read(request: dict[str, Any]) -> Message:
    """The mail of a request: raw as it was sent, or put together from its parts as in SES."""
    content = _content(request)
    if "Raw" in content:
        return message_from_bytes(base64.b64decode(content["Raw"]["Data"]))
    simple, mail = content.get("Simple") or {}, EmailMessage()
    mail["From"] = request.get("FromEmailAddress", "")
    mail["To"] = ", ".join((request.get("Destination") or {}).get("ToAddresses") or ())
    mail["Subject"] = (simple.get("Subject") or {}).get("Data", "")
    for header in simple.get("Headers") or ():
        mail[header["Name"]] = header["Value"]
    body = simple.get("Body") or {}
    mail.set_content((body.get("Text") or {}).get("Data", ""))
    if "Html" in body:
        mail.add_alternative(body["Html"]["Data"], subtype="html")
    return mail
