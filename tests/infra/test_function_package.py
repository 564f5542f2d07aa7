import os
from pathlib import Path
from zipfile import ZipFile

import pulumi
import pytest

from components import function_package
from components.function_package import build_package


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(function_package, "CACHE", tmp_path / "build")
    return tmp_path / "build"


def test_same_input_gives_the_same_bytes(cache: Path) -> None:
    first = build_package("auth", "arm64").path
    content = first.read_bytes()
    first.unlink()
    os.utime(function_package.ROOT / "handlers" / "auth.py")
    assert build_package("auth", "arm64").path == first
    assert first.read_bytes() == content


def test_built_package_is_kept(cache: Path) -> None:
    path = build_package("auth", "host").path
    written = path.stat().st_mtime_ns
    assert build_package("auth", "host").path.stat().st_mtime_ns == written
    assert [file.name for file in cache.iterdir()] == [path.name]


def test_changed_code_gives_another_package(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = build_package("auth", "host").path
    sources = list(function_package._sources(function_package.ROOT / "handlers"))
    monkeypatch.setattr(function_package, "_sources", lambda _: iter(sources[1:]))
    assert build_package("auth", "host").path != before


def test_byte_code_of_the_runtime_is_in_the_package(cache: Path) -> None:
    with ZipFile(build_package("auth", "host").path) as package:
        names = package.namelist()
    sources = [name for name in names if name.endswith(".py")]
    compiled = [name for name in names if name.endswith(".pyc")]
    assert "handlers/auth.py" in sources
    assert len(compiled) == len(sources)


def test_missing_runtime_is_said_and_not_fatal(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(function_package, "_interpreter", lambda _: None)
    monkeypatch.setattr(pulumi.log, "warn", warnings.append)
    with ZipFile(build_package("auth", "arm64").path) as package:
        assert not [name for name in package.namelist() if name.endswith(".pyc")]
    assert "No Python 3.13" in warnings[0]


def test_unknown_function_is_a_clear_error(cache: Path) -> None:
    with pytest.raises(pulumi.RunError, match="uv export failed"):
        build_package("nonsense", "arm64")
