import base64
import subprocess
from pathlib import Path

import pytest

from dashboard.access.session_keys import MAKE_KEY, read_session_keys
from dashboard.settings import SettingsError

FIRST, SECOND = bytes(range(32)), bytes(range(200, 232))


def encode(key: bytes) -> str:
    return base64.b64encode(key).decode()


def write(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def test_the_keys_are_read_in_order(tmp_path: Path) -> None:
    text = f"# since November\n{encode(FIRST)}\n\n  {base64.urlsafe_b64encode(SECOND).decode()}  \n"
    assert read_session_keys(write(tmp_path / "key", text)) == (FIRST, SECOND)


def test_the_command_that_an_error_gives_makes_a_key(tmp_path: Path) -> None:
    made = subprocess.run(MAKE_KEY.split(), capture_output=True, text=True, check=True)
    assert len(read_session_keys(write(tmp_path / "key", made.stdout))) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (encode(FIRST[:31]), "Line 1 .* is no key of 32 bytes"),
        (f"{encode(FIRST)}\n{encode(SECOND + b'x')}", "Line 2 .* is no key of 32 bytes"),
        ("not Base64 at all!", "Line 1 .* is no key of 32 bytes"),
        ("# nothing yet\n", "holds no key"),
        ("clé", "is no text"),
    ],
)
def test_what_is_no_key_is_refused_with_how_to_make_one_and_not_quoted(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(SettingsError, match=said) as caught:
        read_session_keys(write(tmp_path / "key", text))
    assert "FILE_SLA_SESSION_KEY_FILE" in str(caught.value)
    assert MAKE_KEY in str(caught.value)
    assert all(line not in str(caught.value) for line in text.splitlines())


def test_a_file_that_everyone_may_read_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "key", encode(FIRST), 0o604)
    with pytest.raises(SettingsError, match=f"chmod 600 {path}"):
        read_session_keys(path)


def test_a_file_as_systemd_hands_it_over_is_taken(tmp_path: Path) -> None:
    assert read_session_keys(write(tmp_path / "key", encode(FIRST), 0o440)) == (FIRST,)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none, which cannot be read: No such file"):
        read_session_keys(tmp_path / "none")
