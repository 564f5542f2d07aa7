import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from tests.mutants.copies import Copy
from tests.mutants.listing import all_mutants, sample
from tests.mutants.nearest import MUTATED
from tests.mutants.tiers import TIERS, Tier
from tests.mutants.trial import RedUnmutatedError, Trial

TIER = Tier(("parts",), ("tests/unit",))
ROOT = Path(__file__).parents[2]
FITS = "MOST = 10\n\n\ndef fits(number):\n    return number <= MOST\n"
TEST_FITS = "from parts.limits import fits\n\n\ndef test_it() -> None:\n    assert fits(10)\n"


@pytest.fixture
def tree(tmp_path: Path) -> Callable[..., Path]:
    """Writes files by their path, and what a run of tests needs beside them."""

    def write(**files: str) -> Path:
        root = tmp_path / "root"
        for package in ("parts", "tests", "tests/unit"):
            (root / package).mkdir(parents=True, exist_ok=True)
            (root / package / "__init__.py").touch()
        shutil.copytree(Path(__file__).parent, root / "tests" / "mutants", dirs_exist_ok=True)
        for name, content in files.items():
            folder = "tests/unit" if name.startswith("test_") else "parts"
            (root / folder / f"{name}.py").write_text(content)
        return root

    return write


@pytest.mark.parametrize(
    ("code", "mutants"),
    [
        ("a < b", ["a <= b"]),
        ("a == b", ["a != b"]),
        ("a - b", ["a + b"]),
        ("-a", ["+a"]),
        ("a and not b", ["a or not b", "a and  b"]),
        ("f(strict=True)", ["f(strict=False)"]),
        ("a = 7", ["a = 8", "a = 6"]),
        ("def f(): return a", ["def f(): return None"]),
        ("def f(): return", []),
        ("def f(): return None", []),
        ("b if a else c", ["b if not a else c"]),
        ("[a for a in b if a or c]", ["[a for a in b if a and c]", "[a for a in b if not (a or c)]"]),
        ("def f(a: int | None, *, b: str): ...", []),
        ("@dataclass(frozen=True)\nclass A: ...", []),
    ],
)
def test_mistakes_are_these(tree: Callable[..., Path], code: str, mutants: list[str]) -> None:
    root = tree(limits=code)
    every = sample(all_mutants(root, [TIER]), root, 1, 10)
    assert sorted(mutant.code(code) for mutant in every) == sorted(mutants)


def test_sample_is_the_same_for_a_seed_and_another_for_another(tree: Callable[..., Path]) -> None:
    root = tree(limits=FITS, numbers="A = [1, 2, 3, 4, 5, 6, 7, 8, 9]\n")
    every = list(all_mutants(root, [TIER]))
    first = sample(every, root, 1, 5)
    assert len(first) == 5
    assert sample(reversed(every), root, 1, 5) == first
    assert sample(every, root, 2, 5) != first
    # What one file has, or has no more, leaves the order of the others' mutants as it is.
    alone = [mutant for mutant in every if mutant.file.endswith("numbers.py")]
    order = [mutant for mutant in sample(every, root, 1, len(every)) if mutant in alone]
    assert sample(alone, root, 1, len(alone)) == order


def test_every_place_of_the_project_that_is_mutated_has_tests() -> None:
    files = {mutant.file for mutant in all_mutants(ROOT, TIERS)}
    for tier in TIERS:
        assert any(file.startswith(tier.sources) for file in files)
        assert all((ROOT / tests.split("::")[0]).exists() for tests in tier.tests)


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_what_tests_notice_is_killed_and_the_rest_survives(tree: Callable[..., Path], scratch: Path) -> None:
    root = tree(limits=FITS, test_limits=TEST_FITS)
    every = list(all_mutants(root, [TIER]))
    with Trial.of(root, 2) as trial:
        verdicts = {verdict.mutant: verdict for verdict in trial.run(every)}
    assert set(verdicts) == set(every)
    survivors = [mutant.diff(FITS) for mutant, verdict in verdicts.items() if not verdict.killed]
    assert survivors == ["-MOST = 10\n+MOST = 11\n "]
    assert (root / "parts/limits.py").read_text() == FITS
    assert list(scratch.iterdir()) == []


def test_tests_that_fail_on_the_tree_as_it_is_tell_nothing(tree: Callable[..., Path]) -> None:
    root = tree(limits=FITS, test_limits=TEST_FITS.replace("10", "11"))
    with Trial.of(root, 1) as trial, pytest.raises(RedUnmutatedError, match="assert fits"):
        list(trial.run(list(all_mutants(root, [TIER]))))


HANGS = """
import os, pathlib, time

def test_it() -> None:
    pathlib.Path({started!r}).write_text(str(os.getpid()))
    time.sleep(1_000)
"""


def test_tests_that_take_too_long_have_not_passed(tree: Callable[..., Path], tmp_path: Path) -> None:
    root = tree(limits="A = 1\n", test_limits=HANGS.format(started=str(tmp_path / "started")))
    mutant = next(all_mutants(root, [TIER]))
    assert not Copy(root, tmp_path / "copy").test_mutant(mutant, timeout=2).passed


def test_stopping_leaves_neither_a_process_nor_a_file(
    tree: Callable[..., Path], tmp_path: Path, scratch: Path
) -> None:
    started = tmp_path / "started"
    root = tree(limits="A = 1\n", test_limits=HANGS.format(started=str(started)))
    mutants = list(all_mutants(root, [TIER]))

    def run_until_interrupted(pool: ThreadPoolExecutor) -> None:
        with Trial.of(root, 1) as trial:
            judged = pool.submit(list, trial.run(mutants))
            while not started.exists():
                assert judged.running()
                time.sleep(0.05)
            raise KeyboardInterrupt

    with ThreadPoolExecutor(1) as pool, pytest.raises(KeyboardInterrupt):
        run_until_interrupted(pool)
    assert not psutil.pid_exists(int(started.read_text()))
    assert list(scratch.iterdir()) == []


def test_tests_of_the_mutated_file_come_first(tree: Callable[..., Path]) -> None:
    uses = "from parts.limits import fits\n"
    test = "def test_it() -> None: ...\n"
    root = tree(limits=FITS, test_a=test, test_m=uses + test, test_the_limits=test, test_z=test)
    listed = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--collect-only", "-p", "tests.mutants.nearest", "tests/unit"],
        cwd=root,
        env={**os.environ, MUTATED: "parts/limits.py"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    files = [line.split("::")[0].rsplit("/")[-1] for line in listed.splitlines() if "::" in line]
    assert files == ["test_the_limits.py", "test_m.py", "test_a.py", "test_z.py"]
