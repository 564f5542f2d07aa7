"""Sessions on the disk: what is kept, who can open it, and what a disk or a key that fails does."""

import base64
import errno
import os
import shutil
import stat
import subprocess
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

KEY, OTHER_KEY = bytes(32), bytes(range(200, 232))
ID, OTHER_ID = "id-of-a-browser", "id-of-another"
SECRET = "refresh-secret"
KEPT = KeptSession(username="ana", refresh_token=SECRET, last_used=NOW)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "sessions"


@pytest.fixture
def sessions(folder: Path) -> SessionFolder:
    return SessionFolder(folder, (KEY,))


def only_file(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def test_the_latest_is_read_by_the_next_process_until_it_is_forgotten(
    sessions: SessionFolder, folder: Path
) -> None:
    later = KEPT.model_copy(update={"refresh_token": "new"})
    sessions.keep(ID, KEPT)
    sessions.keep(ID, later)
    after_restart = SessionFolder(folder, (KEY,))
    assert (after_restart.read(ID), after_restart.read(OTHER_ID)) == (later, None)
    assert only_file(folder)
    for _ in range(2):
        sessions.forget(ID)
    assert sessions.read(ID) is None
    assert not list(folder.iterdir())


def test_only_the_owner_may_look_and_folder_and_key_are_worth_nothing_without_the_browsers_id(
    sessions: SessionFolder, folder: Path
) -> None:
    sessions.keep(ID, KEPT)
    path = only_file(folder)
    assert [stat.S_IMODE(one.stat().st_mode) for one in (folder, path)] == [0o700, 0o600]
    content = path.read_bytes()
    assert not any(secret.encode() in path.name.encode() + content for secret in (ID, SECRET, "ana"))
    for guessed in (path.stem, "", OTHER_ID):
        with pytest.raises(InvalidToken):
            Fernet(_derive_key(KEY, guessed)).decrypt(content)
    assert SECRET.encode() in Fernet(_derive_key(KEY, ID)).decrypt(content)


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


@pytest.mark.parametrize("damage", ["nothing", "a flipped bit", "another format", "another browser's"])
def test_what_cannot_be_read_is_dropped_with_one_line_that_quotes_nothing(
    sessions: SessionFolder, folder: Path, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    sessions.keep(ID, KEPT)
    path = only_file(folder)
    match damage:
        case "nothing":
            path.write_bytes(b"")
        case "a flipped bit":
            path.write_bytes(bytes(byte ^ (place == 30) for place, byte in enumerate(path.read_bytes())))
        case "another format":
            half = KEPT.model_dump_json().encode()[:40]
            path.write_bytes(Fernet(_derive_key(KEY, ID)).encrypt(half))
        case _:
            sessions.keep(OTHER_ID, KEPT)
            (theirs,) = set(folder.iterdir()) - {path}
            shutil.move(theirs, path)
    assert sessions.read(ID) is None
    assert sessions.read(ID) is None
    assert not list(folder.iterdir())
    (line,) = caplog.messages
    assert not any(secret in line for secret in (ID, SECRET, "ana ", "\n"))
    assert not caplog.records[0].exc_info


def test_a_disk_that_fails_stops_nobody_and_what_it_keeps_against_our_will_is_forgotten_all_the_same(
    sessions: SessionFolder, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    sessions.keep(ID, KEPT)
    with monkeypatch.context() as disk:
        disk.setattr(Path, "replace", refuse)
        sessions.keep(ID, KEPT.model_copy(update={"refresh_token": "new"}))
        assert sessions.read(ID) == KEPT
        assert only_file(folder)
        disk.setattr(Path, "unlink", refuse)
        sessions.forget(ID)
    assert only_file(folder)
    assert sessions.read(ID) is None
    assert "cannot be kept" in caplog.messages[0]
    assert "may be signed in again after a restart" in caplog.messages[1]


def test_a_folder_that_cannot_be_made_stops_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").touch()
    sessions = SessionFolder(tmp_path / "file" / "sessions", (KEY,))
    sessions.keep(ID, KEPT)
    sessions.forget(ID)
    sessions.forget_unused_since(NOW)
    assert sessions.read(ID) is None
    assert "cannot be kept" in caplog.messages[0]


def test_a_folder_that_others_may_enter_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    with pytest.raises(SettingsError, match=f"FILE_SLA_SESSION_DIR .* chmod 700 {tmp_path}"):
        SessionFolder(tmp_path, (KEY,))


def test_what_nobody_comes_back_to_is_taken_away_and_nothing_else(
    sessions: SessionFolder, folder: Path
) -> None:
    sessions.keep(ID, KEPT)
    written = NOW.timestamp()
    os.utime(only_file(folder), (written, written))
    sessions.keep(OTHER_ID, KEPT)
    (folder / "notes.txt").touch()
    os.utime(folder / "notes.txt", (written, written))
    sessions.forget_unused_since(NOW + timedelta(minutes=1))
    assert sessions.read(ID) is None
    assert sessions.read(OTHER_ID)
    assert (folder / "notes.txt").exists()


def write_keys(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "key"
    path.write_text(text)
    path.chmod(mode)
    return path


def encode(key: bytes) -> str:
    return base64.b64encode(key).decode()


def test_the_keys_are_read_in_order(tmp_path: Path) -> None:
    text = f"{encode(KEY)}\n\n  {base64.urlsafe_b64encode(OTHER_KEY).decode()}  \n"
    assert read_session_keys(write_keys(tmp_path, text)) == (KEY, OTHER_KEY)
    made = subprocess.run(MAKE_KEY.split(), capture_output=True, text=True, check=True)
    assert len(read_session_keys(write_keys(tmp_path, made.stdout))) == 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (encode(KEY[:31]), "no key of 32 bytes in Base64: key 1"),
        (f"{encode(KEY)}\n{encode(OTHER_KEY + b'x')}", "no key of 32 bytes in Base64: key 2"),
        ("clé", "no key of 32 bytes in Base64: key 1"),
        (" \n", "holds no key"),
    ],
)
def test_what_is_no_key_is_refused_with_how_to_make_one_and_not_quoted(
    tmp_path: Path, text: str, problem: str
) -> None:
    with pytest.raises(SettingsError, match=problem) as caught:
        read_session_keys(write_keys(tmp_path, text))
    assert all(part in str(caught.value) for part in ("FILE_SLA_SESSION_KEY_FILE", MAKE_KEY))
    assert all(line not in str(caught.value) for line in text.split())


def test_a_file_of_keys_is_read_by_the_service_alone(tmp_path: Path) -> None:
    path = write_keys(tmp_path, encode(KEY), 0o604)
    with pytest.raises(SettingsError, match=f"chmod 600 {path}"):
        read_session_keys(path)
    # As systemd hands it over.
    path.chmod(0o440)
    assert read_session_keys(path) == (KEY,)
    with pytest.raises(SettingsError, match=r"none, which cannot be read: No such file"):
        read_session_keys(tmp_path / "none")
