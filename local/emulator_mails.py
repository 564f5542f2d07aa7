"""Amazon SES's mails as readers get them, and its permissions, neither of which ministack plays as AWS does.

Each mail of SendEmail (v2) becomes a file in a folder, as a mail server keeps it: with its own headers, of
which ministack keeps none. As SES does, another Message-ID and Date take the place of the sender's.

AWS checks a mail that is sent raw as SendRawEmail, and both calls on the identity that the sender belongs to,
with its address for a condition; ministack knows one call, on everything.

`emulator_process.py` runs this file: its process does not find our packages.
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
"""Whom a mail server delivered to, before the headers that its sender wrote."""
_SENDING: Final = frozenset({"ses:SendEmail", "ses:SendRawEmail"})
_FROM_ADDRESS: Final = "ses:FromAddress"
_sender: ContextVar[str] = ContextVar("sender")
"""The address of the mail that is being checked: what checks is not told the request."""


def install(folder: Path) -> None:
    """Has ministack keep each mail in a folder, and hold senders to what AWS would hold them to."""
    folder.mkdir(parents=True, exist_ok=True)
    _keep_mails(folder)
    _check_as_aws_does()


def _keep_mails(folder: Path) -> None:
    answer = ses_v2.handle_request

    async def answer_and_keep(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        answered = await answer(method, path, headers, body, query)
        if _sends(method, path) and answered[0] == 200:
            # Its part before the @ is the id that SES answers with.
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
    """What is verified of a sender: its address, or a domain that it is in; the address if nothing is."""
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
    # Written aside and renamed: whoever looks into the folder finds whole mails alone.
    written = folder / f"{message_id}.new"
    written.write_bytes(delivered + mail.as_bytes())
    written.rename(folder / f"{message_id}.eml")


def _read(request: dict[str, Any]) -> Message:
    """A request's mail, as it was sent or, where its parts were, as SES puts them together."""
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
