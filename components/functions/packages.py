"""The zips of the Lambda functions: the locked dependencies, and the modules of ours that each imports.

The same input gives the same bytes: versions and hashes come from `uv.lock`, entries are
sorted, times and permissions are fixed. So a second `pulumi up` finds nothing to change.
"""

import ast
import hashlib
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import pulumi
import uv

from contract.names import ROOT

Architecture = Literal["arm64", "x86_64"]
Target = Literal["arm64", "x86_64", "host"]

CACHE = ROOT / ".build"
LAMBDA_PYTHON = "3.13"
_PLATFORMS: dict[Architecture, str] = {"arm64": "aarch64-manylinux2014", "x86_64": "x86_64-manylinux2014"}
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can hold
UNUSED: tuple[str, ...] = (
    "aws_lambda_powertools/event_handler",
    "aws_lambda_powertools/utilities/*",
    "pydantic/experimental",
    "pydantic/mypy.py",
    "pydantic/v1",
)
"""Parts of the libraries that no function imports; they would be three quarters of the auth package."""
_USED = {"aws_lambda_powertools/utilities/__init__.py", "aws_lambda_powertools/utilities/jmespath_utils"}
# Where Lambda unpacks the zip; written into the byte code, so that tracebacks name real paths.
_TASK_ROOT = "/var/task"


@dataclass(frozen=True, kw_only=True)
class Package:
    """A built zip, and what it runs on."""

    path: Path
    runtime: str
    architecture: Architecture


def build_package(name: str, target: Target, data: Mapping[str, str] | None = None) -> Package:
    """The package of the function whose dependencies are the group `{name}-function`.

    Args:
        name: the function, such as `auth`.
        target: Lambda's architecture, or `host` for this machine and this interpreter.
        data: texts of files at the package's root, by name.

    Raises:
        pulumi.RunError: uv could not resolve or install the dependencies.
    """
    architecture = _host_architecture() if target == "host" else target
    version = f"{sys.version_info.major}.{sys.version_info.minor}" if target == "host" else LAMBDA_PYTHON
    requirements = _uv("export", "--frozen", "--quiet", "--no-header", "--only-group", f"{name}-function")
    compiler = sys.executable if target == "host" else _interpreter(version)
    if compiler is None:
        _warn_of_missing_python(version)

    built_by = (str(compiler is not None), Path(__file__).read_text())
    digest = hashlib.sha256("\0".join([requirements, target, architecture, version, *built_by]).encode())
    sources = find_sources(ROOT / "handlers" / f"{name.replace('-', '_')}.py", ROOT)
    for source in sources:
        digest.update(str(source.relative_to(ROOT)).encode() + b"\0" + source.read_bytes())
    for file, text in sorted((data or {}).items()):
        digest.update(f"\0{file}\0{text}".encode())
    path = CACHE / f"{name}-{target}-{digest.hexdigest()[:16]}.zip"
    if not path.exists():
        CACHE.mkdir(exist_ok=True)
        # Built aside and renamed, so that an interrupted build is never taken for a complete one.
        with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
            content, archive = Path(scratch, "content"), Path(scratch, "archive.zip")
            _fill(content, sources, requirements, target, version, compiler)
            for file, text in (data or {}).items():
                (content / file).write_text(text, encoding="utf-8", newline="")
            _zip(content, archive)
            archive.replace(path)
    return Package(path=path, runtime=f"python{version}", architecture=architecture)


@cache
def _warn_of_missing_python(version: str) -> None:
    """Once, though each function lacks it."""
    pulumi.log.warn(
        f"No Python {version} on this machine: the functions' code is not compiled ahead, so each cold start "
        "compiles it. Install that Python to fix this."
    )


def find_sources(entry: Path, root: Path) -> Sequence[Path]:
    """The entry file, and every file below `root` that it imports, directly or through others.

    Imports are read, not run; those of installed packages are skipped.
    """
    found: set[Path] = set()
    pending = [entry]
    while pending:
        file = pending.pop()
        if file not in found:
            found.add(file)
            # The package of each folder that the file lies in is imported with it.
            pending += [root / folder / "__init__.py" for folder in file.relative_to(root).parents[:-1]]
            pending += _find_imported(file, root)
    return sorted(found)


def _find_imported(file: Path, root: Path) -> Iterator[Path]:
    for node in ast.walk(ast.parse(file.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            # A name imported from a package may be a module of it.
            names = [node.module, *(f"{node.module}.{name}" for name in names)]
        for place in (root.joinpath(*name.split(".")) for name in names):
            yield from filter(Path.is_file, (place.with_suffix(".py"), place / "__init__.py"))


def _fill(
    content: Path,
    sources: Sequence[Path],
    requirements: str,
    target: Target,
    version: str,
    compiler: str | None,
) -> None:
    of_lambda = ("--python-version", version, "--python-platform")
    lambda_only = [] if target == "host" else [*of_lambda, _PLATFORMS[target]]
    _uv(
        "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:",
        "--python", sys.executable, "--target", str(content), *lambda_only, "--requirements", "-",
        stdin=requirements,
    )  # fmt: skip
    shutil.rmtree(content / "bin", ignore_errors=True)
    (content / ".lock").unlink(missing_ok=True)
    _prune(content)
    for source in sources:
        copy = content / source.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
    if compiler is not None:
        # /var/task is read-only: byte code that is not in the zip is compiled again at each cold start.
        subprocess.run(
            [
                compiler, "-m", "compileall", "-q", "-j", "1", "--invalidation-mode", "unchecked-hash",
                "-s", str(content), "-p", _TASK_ROOT, str(content),
            ],
            check=True,
        )  # fmt: skip


def _prune(content: Path) -> None:
    """Removes what no function uses, and Lambda would store and unpack."""
    found = {path for pattern in UNUSED for path in content.glob(pattern)}
    for unused in found - {content / path for path in _USED}:
        if unused.is_dir():
            shutil.rmtree(unused)
        else:
            unused.unlink()


def _zip(content: Path, archive: Path) -> None:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as bundle:
        for file in sorted(path for path in content.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(str(file.relative_to(content)), _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            bundle.writestr(entry, file.read_bytes())


def _interpreter(version: str) -> str | None:
    try:
        return _uv("python", "find", "--no-project", "--no-python-downloads", version).strip() or None
    except pulumi.RunError:
        return None


def _host_architecture() -> Architecture:
    return "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"


def _uv(*arguments: str, stdin: str | None = None) -> str:
    done = subprocess.run(
        [uv.find_uv_bin(), *arguments], cwd=ROOT, input=stdin, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise pulumi.RunError(f"uv {arguments[0]} failed while building a function:\n{done.stderr.strip()}")
    return done.stdout
