"""The keys under which sessions are kept on disk."""

import base64
import binascii
import os
from pathlib import Path
from typing import Final

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
