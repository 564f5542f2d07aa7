"""Mails: read from the folder that the emulator keeps them in."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Final

from contract.owners.model import ChannelKind
from local.receiver.inbox import Received
from local.receiver.pieces import wrap
from local.receiver.readers import Readers

_TOLD: Final = ("From", "To", "Date", "Message-ID", "References", "List-Id", "Auto-Submitted")


class MailFolder:
    """The folder, each of its mails read once.

    Args:
        path: where they are.
        readers: whose they are.
    """

    def __init__(self, path: Path, readers: Readers) -> None:
        self._path = path
        self._readers = readers
        self._read: dict[Path, Received] = {}

    def messages(self) -> list[Received]:
        """Every mail that is there now."""
        for file in self._path.glob("*.eml"):
            if file not in self._read:
                self._read[file] = _read(file, self._readers)
        return list(self._read.values())


def _read(file: Path, readers: Readers) -> Received:
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(mail, EmailMessage)  # noqa: S101 - the policy says so
    addresses = [str(one) for one in mail.get_all("Delivered-To", ())]
    text, html = _part(mail, "plain") or "", _part(mail, "html")
    return Received(
        message_id=file.stem,
        at=datetime.fromtimestamp(file.stat().st_mtime, UTC),
        kind=ChannelKind.MAIL,
        target=", ".join(addresses),
        owners=readers.of(ChannelKind.MAIL, *(parseaddr(address)[1] for address in addresses)),
        # A long one may be folded before its first word.
        subject=str(mail["Subject"] or "").strip(),
        text=text,
        shown=wrap("pre", text, css="plain"),
        facts=tuple((name, str(mail[name])) for name in _TOLD if mail[name] is not None),
        html=html,
    )


def _part(mail: EmailMessage, kind: str) -> str | None:
    part = mail.get_body((kind,))
    return None if part is None else str(part.get_content())
