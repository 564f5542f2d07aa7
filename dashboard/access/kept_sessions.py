"""Sessions kept on disk, encrypted, so that they survive a restart; and the keys for that."""

import base64
import binascii
import hashlib
import logging
import os
import tempfile
from base64 import urlsafe_b64encode
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from dashboard.settings import SettingsError, name_variable

KEY_BYTES: Final = 32
MAKE_KEY: Final = "openssl rand -base64 32"
"""The command that prints a key."""
_OTHERS: Final = 0o007
"""Not the group: systemd gives a service its credentials by an access list, which shows as the group's."""


def read_session_keys(path: Path) -> tuple[bytes, ...]:
    """The keys of a file, one a line in Base64. The first encrypts, and each of them decrypts.

    Empty lines and lines that begin with `#` are skipped.

    Raises:
        SettingsError: the file cannot be read, is open to everyone, or holds what is no key. A key is never
            quoted.
    """
    variable = name_variable("session_key_file")
    try:
        if os.name == "posix" and path.stat().st_mode & _OTHERS:
            raise SettingsError(
                f"{variable} names {path}, which every user of this host may open. "
                f"Keep it to the dashboard's user: chmod 600 {path}"
            )
        lines = path.read_text(encoding="ascii").splitlines()
    except OSError as error:
        raise SettingsError(f"{variable} names {path}, which cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{variable} names {path}, which is no text. {_remedy()}") from None
    keys = []
    for number, line in enumerate(map(str.strip, lines), start=1):
        if line and not line.startswith("#"):
            key = _decode(line)
            if len(key) != KEY_BYTES:
                raise SettingsError(
                    f"Line {number} of {path}, which {variable} names, is no key of {KEY_BYTES} bytes "
                    f"in Base64. {_remedy()}"
                )
            keys.append(key)
    if not keys:
        raise SettingsError(f"{variable} names {path}, which holds no key. {_remedy()}")
    return tuple(keys)


def _decode(line: str) -> bytes:
    try:
        # Both alphabets of Base64 are in use for keys.
        return base64.b64decode(line.replace("-", "+").replace("_", "/"), validate=True)
    except binascii.Error:
        return b""


def _remedy() -> str:
    return f"Make one with: {MAKE_KEY}"


_LOG: Final = logging.getLogger(__name__)
_SUFFIX: Final = ".session"
_UNFINISHED: Final = ".writing"
_KEPT: Final = "be kept"
_TAKEN_AWAY: Final = "be taken away"
_SO: Final = {
    _KEPT: "All go on working, but a restart may sign them out.",
    _TAKEN_AWAY: "Who signs out may be signed in again after a restart.",
}
_PURPOSE: Final = b"file-sla session 1\0"
"""So that the same key, used for anything else, gives other keys."""


class KeptSession(BaseModel):
    """What a session is restored from. A token stays out of `repr`, and so out of logs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    username: str
    refresh_token: str = Field(repr=False, min_length=1)
    last_used: AwareDatetime


class SessionFolder:
    """One file a session.

    Its name is a hash of the session id. Its content is encrypted under a key made of the configured one and
    the id, which no server keeps: neither the folder nor the key opens it, nor do both together. A file under
    another name is worthless for the same reason.

    A disk that fails stops nobody from working. Their sessions then end with the process, which is logged
    once, until a write succeeds again. What it does not let go of is not read again in this process.
    """

    def __init__(self, folder: Path, keys: tuple[bytes, ...]) -> None:
        """The first key encrypts, all of them decrypt.

        Raises:
            SettingsError: others than its owner may enter the folder.
        """
        self._folder = folder
        self._keys = keys
        self._failing: set[str] = set()
        self._undeleted: set[str] = set()
        self._try_to(_KEPT, self._make_folder)

    def keep(self, session_id: str, session: KeptSession) -> None:
        """Writes a session down, in place of what was kept of it before."""
        if self._try_to(_KEPT, lambda: self._write(session_id, session)):
            self._failing.discard(_KEPT)

    def read(self, session_id: str) -> KeptSession | None:
        """What was kept under this id; what is damaged, foreign or too old a format is taken away."""
        path = self._path(session_id)
        if path.name in self._undeleted:
            return None
        try:
            content = self._cipher(session_id).decrypt(path.read_bytes())
            return KeptSession.model_validate_json(content)
        except FileNotFoundError:
            return None
        except OSError as error:
            _LOG.warning("The kept session %s cannot be read: %s.", path.name, error.strerror)
            return None
        except (InvalidToken, ValidationError):
            _LOG.warning(
                "Dropped the kept session %s: it is damaged, of another version, or under a key that is "
                "no longer configured. Its analyst signs in again.",
                path.name,
            )
            self.forget(session_id)
            return None

    def forget(self, session_id: str) -> None:
        """Takes away what was kept."""
        path = self._path(session_id)
        if not self._try_to(_TAKEN_AWAY, lambda: path.unlink(missing_ok=True)):
            # Its browser still has the cookie: the session would be back at its next request.
            self._undeleted.add(path.name)

    def forget_unused_since(self, moment: datetime) -> None:
        """Takes away whatever was written before the moment, for nobody may come to ask for it."""
        self._try_to(_TAKEN_AWAY, lambda: self._remove_older(moment))

    def _make_folder(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name == "posix" and self._folder.stat().st_mode & 0o077:
            raise SettingsError(
                f"{name_variable('session_dir')} names {self._folder}, which others may enter. "
                f"Keep it to the dashboard's user: chmod 700 {self._folder}"
            )

    def _write(self, session_id: str, session: KeptSession) -> None:
        content = self._cipher(session_id).encrypt(session.model_dump_json().encode())
        # Only its owner may open a file that is made so. It takes the old one's place at once or not at all.
        # That it has reached the disk is not waited for: what a power failure takes is signed in again.
        handle, unfinished = tempfile.mkstemp(suffix=_UNFINISHED, dir=self._folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            # By the session's clock, which decides when it is too old.
            used = session.last_used.timestamp()
            os.utime(unfinished, (used, used))
            Path(unfinished).replace(self._path(session_id))
        except OSError:
            with suppress(OSError):
                Path(unfinished).unlink()
            raise

    def _remove_older(self, moment: datetime) -> None:
        for path in self._folder.iterdir():
            if path.suffix in (_SUFFIX, _UNFINISHED):
                with suppress(FileNotFoundError):
                    if path.stat().st_mtime < moment.timestamp():
                        path.unlink()

    def _try_to(self, what: str, change: Callable[[], None]) -> bool:
        """Whether the disk let it be done."""
        try:
            change()
        except OSError as error:
            if what not in self._failing:
                _LOG.warning(
                    "Sessions cannot %s in %s: %s. %s", what, self._folder, error.strerror, _SO[what]
                )
            self._failing.add(what)
            return False
        return True

    def _path(self, session_id: str) -> Path:
        return self._folder / (hashlib.sha256(session_id.encode()).hexdigest() + _SUFFIX)

    def _cipher(self, session_id: str) -> MultiFernet:
        return MultiFernet([Fernet(_derive_key(key, session_id)) for key in self._keys])


def _derive_key(key: bytes, session_id: str) -> bytes:
    purpose = _PURPOSE + session_id.encode()
    return urlsafe_b64encode(HKDF(SHA256(), length=32, salt=None, info=purpose).derive(key))
