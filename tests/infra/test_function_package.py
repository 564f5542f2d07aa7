"""The packages of the functions, built: small, reproducible, and complete."""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

import pulumi
import pytest

from components.functions import packages
from components.functions.packages import build_package, find_sources
from contract.names import ROOT, Variable
from contract.owners.model import SHIPPED_NAME, dump_owners
from tests.stands.events import CLIENT_ID, a_report, auth_event, report_event
from tests.stands.notifier import an_owners_file

OWNERS: Final = {SHIPPED_NAME: dump_owners(an_owners_file())}
_MEGABYTES: Final = {
    "auth": 1.5,
    "file-sla-error": 4,
    "incident-action": 4,
    "incident-projection": 4.5,
    "incident-notifications": 4.5,
}
"""The largest that each function's package may be."""


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("packages") / "build"


@pytest.fixture(autouse=True)
def cache(shared_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of built packages: one for all tests here, so that each package is built once."""
    monkeypatch.setattr(packages, "CACHE", shared_cache)
    return shared_cache


def test_same_input_gives_the_same_bytes_and_is_built_once(cache: Path) -> None:
    first = build_package("auth", "host").path
    content, written = first.read_bytes(), first.stat().st_mtime_ns
    assert build_package("auth", "host").path.stat().st_mtime_ns == written
    first.unlink()
    os.utime(ROOT / "handlers" / "auth.py")
    assert build_package("auth", "host").path == first
    assert first.read_bytes() == content
    # Nothing is left of the build.
    assert all(file.suffix == ".zip" for file in cache.iterdir())


def test_changed_code_or_data_gives_another_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "CACHE", tmp_path)
    monkeypatch.setattr(packages, "_fill", lambda content, *_: content.mkdir())
    paths = [build_package("auth", "host", data).path for data in (None, OWNERS, dict(OWNERS))]
    assert paths[0] != paths[1] == paths[2]
    sources = find_sources(ROOT / "handlers" / "auth.py", ROOT)
    monkeypatch.setattr(packages, "find_sources", lambda *_: sources[1:])
    assert build_package("auth", "host").path != paths[0]


def test_byte_code_of_the_runtime_is_in_the_package_and_every_entry_in_its_place() -> None:
    with ZipFile(build_package("auth", "host").path) as package:
        names, entries = package.namelist(), package.infolist()
    sources = [name for name in names if name.endswith(".py")]
    assert "handlers/auth.py" in sources
    assert len([name for name in names if name.endswith(".pyc")]) == len(sources)
    # A date that a zip can hold, and readable by all.
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {oct(entry.external_attr >> 16) for entry in entries} == {"0o644"}


def test_missing_runtime_is_said_and_not_fatal(monkeypatch: pytest.MonkeyPatch) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(packages, "_interpreter", lambda _: None)
    monkeypatch.setattr(pulumi.log, "warn", warnings.append)
    packages._warn_of_missing_python.cache_clear()
    for _ in range(2):
        with ZipFile(build_package("auth", "arm64").path) as package:
            assert not [name for name in package.namelist() if name.endswith(".pyc")]
    [warning] = warnings
    assert "No Python 3.13" in warning


# Answers events in an interpreter that finds everything but the runtime's boto3 in the unpacked zip, and
# in which the named packages cannot be imported at all.
_RUN = """
import importlib, json, sys
content, runtime, module, absent, events = *sys.argv[1:4], sys.argv[4:], json.load(sys.stdin)
sys.modules.update(dict.fromkeys(absent))
sys.path[:0] = [content]
sys.path.append(runtime)
handler = importlib.import_module(module).handler
class Context:
    get_remaining_time_in_millis = staticmethod(lambda: 28_000)
answers = [handler(event, Context) for event in events]
statuses = [answer and answer["statusCode"] for answer in answers]
owned = ("handlers", "aws_lambda_powertools", "pydantic", "pydantic_core")
loaded = {name: module for name, module in sys.modules.items() if module}
files = {name: module.__file__ for name, module in loaded.items() if name.split(".")[0] in owned}
strays = [name for name, file in files.items() if not file.startswith(content)]
print(json.dumps({"statuses": statuses, "strays": strays}), file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("name", "absent", "events", "statuses"),
    [
        # Without credentials a good sign-in ends in the log's traceback.
        (
            "auth",
            ["pydantic", "pydantic_core"],
            [auth_event({}), auth_event({"username": "u", "password": "p"})],
            [422, 500],
        ),
        (
            "file-sla-error",
            [],
            # Without credentials nothing can be stored.
            [report_event({"sla_error": []}), report_event(a_report("in") | {"sla_error": 1}), {}],
            [500, 422, 401],
        ),
        ("incident-projection", [], [{"Records": []}], [None]),
        # Without credentials no table can be read; that it starts is what is asked here.
        ("incident-notifications", [], [], []),
    ],
)
def test_pruned_package_holds_all_that_its_function_runs(
    tmp_path: Path, name: str, absent: list[str], events: list[Any], statuses: list[int | None]
) -> None:
    content = tmp_path / "task"
    with ZipFile(build_package(name, "host", OWNERS if "incident" in name else None).path) as package:
        package.extractall(content)
    module = f"handlers.{name.replace('-', '_')}"
    # As on Lambda, where clients are made ahead.
    environment = {one: "1000" if one.endswith("_LIMIT") else "test" for one in Variable} | {
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        Variable.LOG_LEVEL: "INFO",
        Variable.USER_POOL_CLIENT_ID: CLIENT_ID,
        Variable.RETENTION_DAYS: "0",
        Variable.RUN_RETENTION_DAYS: "35",
        Variable.DEAD_LETTERS_URL: "https://sqs.us-east-1.amazonaws.com/1/q",
    }
    done = subprocess.run(
        [sys.executable, "-S", "-c", _RUN, str(content), sysconfig.get_path("purelib"), module, *absent],
        input=json.dumps(events),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stderr.splitlines()[-1]) == {"statuses": statuses, "strays": []}


@pytest.mark.parametrize("name", _MEGABYTES)
def test_package_for_lambda_is_small_and_has_what_the_runtime_lacks(name: str) -> None:
    package = build_package(name, "arm64")
    assert (package.architecture, package.runtime) == ("arm64", "python3.13")
    assert package.path.stat().st_size <= _MEGABYTES[name] * 1e6
    with ZipFile(package.path) as archive:
        names = archive.namelist()
    assert f"handlers/{name.replace('-', '_')}.py" in names
    assert not any(file.startswith(("boto3/", "botocore/")) for file in names)
    assert [file for file in names if file.endswith(".so") and "aarch64" not in file] == []
