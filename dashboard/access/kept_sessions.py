"""Sessions kept on disk, encrypted, so that they survive a restart; and the keys for that."""

import hashlib
import logging
import os
import tempfile
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

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

    Raises:
        SettingsError: the file cannot be read, is open to everyone, or holds what is no key. A key is never
            quoted.
    """
    names, remedy = f"{name_variable('session_key_file')} names {path}, which", f"Make one with: {MAKE_KEY}"
    try:
        if os.name == "posix" and path.stat().st_mode & _OTHERS:
            raise SettingsError(
                f"{names} every user of this host may open. Keep it to the dashboard's user: chmod 600 {path}"
            )
        keys = tuple(map(_decode, path.read_bytes().split()))
    except OSError as error:
        raise SettingsError(f"{names} cannot be read: {error.strerror}.") from None
    for number, key in enumerate(keys, start=1):
        if len(key) != KEY_BYTES:
            problem = f"holds text that is no key of {KEY_BYTES} bytes in Base64: key {number}"
            raise SettingsError(f"{names} {problem}. {remedy}")
    if not keys:
        raise SettingsError(f"{names} holds no key. {remedy}")
    return keys


def _decode(key: bytes) -> bytes:
    try:
        # It takes the other alphabet of Base64 as well.
        return urlsafe_b64decode(key)
    except ValueError:
        return b""


_LOG: Final = logging.getLogger(__name__)
_SUFFIX: Final = ".session"
_UNFINISHED: Final = ".writing"
_PURPOSE: Final = b"file-sla session 1\0"
"""So that the same key, used for anything else, gives other keys."""


class KeptSession(BaseModel):
    """What a session is restored from. A token stays out of `repr`, and so out of logs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    username: str
    refresh_token: str = Field(repr=False, min_length=1)
    last_used: AwareDatetime


class SessionFolder:
    """One file a session.

    Its name is a hash of the session id. Its content is encrypted under a key made of the configured one and
    the id, which no server keeps: neither the folder nor the key opens it, nor do both together. A file under
    another name is worthless for the same reason.

    A disk that fails stops nobody from working. Their sessions then end with the process, which is logged.
    What it does not let go of is not read again in this process.
    """

    def __init__(self, folder: Path, keys: tuple[bytes, ...]) -> None:
        """The first key encrypts, all of them decrypt.

        Raises:
            SettingsError: others than its owner may enter the folder.
        """
        self._folder = folder
        self._keys = keys
        self._undeleted: set[str] = set()
        with self._log_failure("kept. All go on working, but a restart may sign them out"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if os.name == "posix" and folder.stat().st_mode & 0o077:
                raise SettingsError(
                    f"{name_variable('session_dir')} names {folder}, which others may enter. "
                    f"Keep it to the dashboard's user: chmod 700 {folder}"
                )

    def keep(self, session_id: str, session: KeptSession) -> None:
        """Writes a session down, in place of what was kept of it before."""
        content = self._cipher(session_id).encrypt(session.model_dump_json().encode())
        with self._log_failure("kept. All go on working, but a restart may sign them out"):
            # Only its owner may open a file that is made so. It takes the old one's place at once or not at
            # all. That it has reached the disk is not waited for: what a power failure takes is signed in
            # again.
            handle, unfinished = tempfile.mkstemp(suffix=_UNFINISHED, dir=self._folder)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                Path(unfinished).replace(self._path(session_id))
            except OSError:
                with suppress(OSError):
                    Path(unfinished).unlink()
                raise

    def read(self, session_id: str) -> KeptSession | None:
        """What was kept under this id; what is damaged, foreign or of another format is taken away."""
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
        # Until it is gone: its browser still has the cookie, and would be back at its next request.
        self._undeleted.add(path.name)
        with self._log_failure("taken away. Who signs out may be signed in again after a restart"):
            path.unlink(missing_ok=True)
            self._undeleted.discard(path.name)

    def forget_unused_since(self, moment: datetime) -> None:
        """Takes away whatever was written before the moment, for nobody may come to ask for it."""
        with self._log_failure("taken away. Who signs out may be signed in again after a restart"):
            for path in self._folder.iterdir():
                if path.suffix in (_SUFFIX, _UNFINISHED):
                    with suppress(FileNotFoundError):
                        if path.stat().st_mtime < moment.timestamp():
                            path.unlink()

    @contextmanager
    def _log_failure(self, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            _LOG.warning("%s: %s. Sessions cannot be %s.", self._folder, error.strerror, what)

    def _path(self, session_id: str) -> Path:
        return self._folder / (hashlib.sha256(session_id.encode()).hexdigest() + _SUFFIX)

    def _cipher(self, session_id: str) -> MultiFernet:
        return MultiFernet([Fernet(_derive_key(key, session_id)) for key in self._keys])


def _derive_key(key: bytes, session_id: str) -> bytes:
    purpose = _PURPOSE + session_id.encode()
    return urlsafe_b64encode(HKDF(SHA256(), length=32, salt=None, info=purpose).derive(key))
