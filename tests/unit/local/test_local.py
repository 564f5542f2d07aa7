"""The local stack: its processes, its commands, and resources that it cannot create."""

import os
import socket
from pathlib import Path

import psutil
import pytest

from local import commands
from local.commands import report, watch
from local.ending import Ending
from local.processes import DidNotStartError, ProcessId, StateFolder, bypass_proxy, free_port
from local.program import answer_call
from local.provider import Aws, UnknownResourceError, create


def test_what_the_local_stack_does_not_know_is_an_error() -> None:
    bucket = "aws:s3/bucket:Bucket"
    with pytest.raises(UnknownResourceError, match=f"'bucket': it does not know the type {bucket}"):
        create(Aws("http://127.0.0.1:1", "us-east-1"), bucket, "bucket", {})
    with pytest.raises(NotImplementedError, match=r"getRegion\. Add it to local\.program"):
        answer_call("aws:index/getRegion:getRegion")


def test_a_later_process_with_the_same_number_is_another() -> None:
    assert not ProcessId(os.getpid(), started=0.0).alive
    ProcessId(os.getpid(), started=0.0).stop()


def test_a_stack_that_another_command_stopped_did_not_break(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = StateFolder(tmp_path)
    state.note_process("dashboard", ProcessId(pid=1, started=0.0))
    state.write_outputs({})
    assert watch(state, Ending()) == 1
    state.outputs_file.unlink()
    assert watch(state, Ending()) == 0
    assert "Another command stopped the stack." in capsys.readouterr().err


def test_a_report_to_an_emulator_that_has_ended_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = StateFolder(tmp_path)
    state.note_process("emulator", ProcessId(os.getpid(), started=0.0))
    state.note_process("receiver", ProcessId(os.getpid(), psutil.Process().create_time()))
    reporter = {"username": "reporter", "password": "secret"}
    state.write_outputs({"api_url": "http://127.0.0.1:1", "users": {"reporter": reporter}})
    assert report(state, None) == 1
    said = capsys.readouterr().err
    assert "The emulator of AWS has ended" in said
    assert "make down" in said


def test_a_company_proxy_is_not_asked_for_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "intranet.example.com")
    bypass_proxy()
    hosts = ("127.0.0.1", "localhost", "intranet.example.com", "example.com")
    code = f"from urllib.request import proxy_bypass; print([bool(proxy_bypass(one)) for one in {hosts}])"
    process, log = StateFolder(tmp_path).start("asks", ["-c", code], {}), tmp_path / "asks.log"
    psutil.wait_procs([psutil.Process(process.pid)] if process.alive else [], timeout=20)
    assert log.read_text().strip() == "[True, True, True, False]"


def test_what_is_left_of_a_stack_is_stopped_before_another_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    state = StateFolder(tmp_path)
    state.note_process("emulator", ProcessId(os.getpid(), started=0.0))
    rest = state.start("receiver", ["-c", "import time; time.sleep(60)"], {})

    class StartingError(Exception):
        pass

    def starter(*_: object, **__: object) -> None:
        raise StartingError

    monkeypatch.setattr(commands, "Starter", starter)
    with pytest.raises(StartingError):
        commands.up(state, Ending(), detach=True)
    assert not rest.alive
    assert "this has ended: emulator. Stopping the rest." in " ".join(capsys.readouterr().err.split())


def test_a_port_in_use_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(DidNotStartError, match=f"The port {port} cannot be used"):
            free_port(port)
    assert free_port(port) == port
