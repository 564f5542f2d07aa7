"""Sessions on the disk: what is kept, who can open it, and what a disk or a key that fails does."""

import base64
import errno
import logging
import resource
import shutil
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet, InvalidToken

from dashboard.access.kept_sessions import (
    MAKE_KEY,
    KeptSession,
    SessionFolder,
    _derive_key,
    read_session_keys,
)
from dashboard.settings import SettingsError
from tests.dashboard.clocks import NOW

KEY, OTHER_KEY = bytes(32), bytes(range(32))
ID, OTHER_ID = "id-of-a-browser", "id-of-another"
SECRET = "refresh-secret"
KEPT = KeptSession(username="ana", refresh_token=SECRET, last_used=NOW)
SEALED = Fernet(_derive_key(KEY, ID)).encrypt(KEPT.model_dump_json().encode())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "sessions"


@pytest.fixture
def sessions(folder: Path) -> SessionFolder:
    return SessionFolder(folder, (KEY,))


def only_file(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


@contextmanager
def full_disk() -> Iterator[None]:
    """No byte can be written to any file, by the operating system's word."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_what_was_kept_is_read_by_the_next_process(sessions: SessionFolder, folder: Path) -> None:
    sessions.keep(ID, KEPT)
    assert SessionFolder(folder, (KEY,)).read(ID) == KEPT
    assert SessionFolder(folder, (KEY,)).read(OTHER_ID) is None


def test_the_latest_takes_the_place_of_what_was_there_until_it_is_forgotten(
    sessions: SessionFolder, folder: Path
) -> None:
    later = KEPT.model_copy(update={"refresh_token": "new"})
    sessions.keep(ID, KEPT)
    sessions.keep(ID, later)
    assert sessions.read(ID) == later
    assert only_file(folder)
    for _ in range(2):
        sessions.forget(ID)
    assert sessions.read(ID) is None
    assert not list(folder.iterdir())


def test_only_the_owner_may_look(sessions: SessionFolder, folder: Path) -> None:
    sessions.keep(ID, KEPT)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    path = only_file(folder)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    # Nor do the file or its name tell user, token or id.
    held = path.name.encode() + path.read_bytes()
    assert not any(secret.encode() in held for secret in (ID, SECRET, "ana"))


def test_folder_and_key_together_are_worth_nothing_without_the_browsers_id(
    sessions: SessionFolder, folder: Path
) -> None:
    sessions.keep(ID, KEPT)
    content = only_file(folder).read_bytes()
    guessed = (only_file(folder).stem, "", OTHER_ID)
    for session_id in guessed:
        with pytest.raises(InvalidToken):
            Fernet(_derive_key(KEY, session_id)).decrypt(content)
    assert SECRET.encode() in Fernet(_derive_key(KEY, ID)).decrypt(content)


def test_another_browsers_file_under_ones_own_name_opens_nothing(
    sessions: SessionFolder, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sessions.keep(OTHER_ID, KEPT)
    mine = only_file(folder)
    sessions.keep(ID, KEPT)
    (theirs,) = set(folder.iterdir()) - {mine}
    shutil.copy(theirs, mine)
    assert sessions.read(OTHER_ID) is None
    assert len(caplog.messages) == 1


def test_a_key_that_comes_first_encrypts_and_the_old_one_still_opens(
    sessions: SessionFolder, folder: Path
) -> None:
    sessions.keep(ID, KEPT)
    rotating = SessionFolder(folder, (OTHER_KEY, KEY))
    assert rotating.read(ID) == KEPT
    rotating.keep(ID, KEPT)
    assert SessionFolder(folder, (OTHER_KEY,)).read(ID) == KEPT
    # The file that another process reads with a key that was taken away.
    assert SessionFolder(folder, (KEY,)).read(ID) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no ciphertext",
        Fernet(_derive_key(KEY, ID)).encrypt(b"no JSON"),
        bytes(byte ^ (place == 30) for place, byte in enumerate(SEALED)),
        Fernet(_derive_key(KEY, ID)).encrypt(KEPT.model_dump_json().encode().replace(b":1,", b":0,")),
        Fernet(_derive_key(KEY, ID)).encrypt(
            b'{"version":1,"username":"ana","refresh_token":"' + SECRET.encode()
        ),
    ],
    # A ciphertext is another one in each process, and so no name that all of them have.
    ids=["nothing", "no ciphertext", "no JSON", "a flipped bit", "another version", "half of it"],
)
def test_what_cannot_be_read_is_dropped_with_one_line_that_quotes_nothing(
    sessions: SessionFolder, folder: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    sessions.keep(ID, KEPT)
    only_file(folder).write_bytes(content)
    assert sessions.read(ID) is None
    assert sessions.read(ID) is None
    assert not list(folder.iterdir())
    (line,) = caplog.messages
    assert "\n" not in line
    assert not any(secret in line for secret in (ID, SECRET, "ana "))
    assert not caplog.records[0].exc_info


def test_a_full_disk_is_told_once_and_leaves_the_last_file_as_it_was(
    sessions: SessionFolder, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sessions.keep(ID, KEPT)
    with full_disk():
        for _ in range(2):
            sessions.keep(ID, KEPT.model_copy(update={"refresh_token": "new"}))
            sessions.forget(OTHER_ID)
    assert sessions.read(ID) == KEPT
    assert only_file(folder)
    (line,) = caplog.messages
    assert "cannot be kept" in line
    sessions.keep(ID, KEPT)
    with full_disk():
        sessions.keep(ID, KEPT)
    assert len(caplog.messages) == 2


def test_what_the_disk_keeps_against_our_will_is_forgotten_all_the_same(
    sessions: SessionFolder, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    sessions.keep(ID, KEPT)
    with monkeypatch.context() as disk:
        disk.setattr(Path, "unlink", refuse)
        sessions.forget(ID)
        assert only_file(folder)
        assert sessions.read(ID) is None
    assert "may be signed in again after a restart" in caplog.messages[0]
    assert sessions.read(ID) is None


def test_a_folder_that_cannot_be_made_stops_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").touch()
    sessions = SessionFolder(tmp_path / "file" / "sessions", (KEY,))
    sessions.keep(ID, KEPT)
    sessions.forget(ID)
    sessions.forget_unused_since(NOW)
    assert sessions.read(ID) is None
    assert [record.levelno for record in caplog.records][:1] == [logging.WARNING]
    assert "cannot be kept" in caplog.messages[0]


def test_a_folder_that_others_may_enter_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    with pytest.raises(SettingsError, match=f"FILE_SLA_SESSION_DIR .* chmod 700 {tmp_path}"):
        SessionFolder(tmp_path, (KEY,))


def test_what_nobody_comes_back_to_is_taken_away_and_nothing_else(
    sessions: SessionFolder, folder: Path
) -> None:
    sessions.keep(ID, KEPT)
    sessions.keep(OTHER_ID, KEPT.model_copy(update={"last_used": NOW + timedelta(hours=1)}))
    (folder / "notes.txt").touch()
    sessions.forget_unused_since(NOW + timedelta(minutes=1))
    assert sessions.read(ID) is None
    assert sessions.read(OTHER_ID)
    assert (folder / "notes.txt").exists()


FIRST, SECOND = OTHER_KEY, bytes(range(200, 232))


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
    # As systemd hands it over.
    path.chmod(0o440)
    assert read_session_keys(path) == (FIRST,)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none, which cannot be read: No such file"):
        read_session_keys(tmp_path / "none")
