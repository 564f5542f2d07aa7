"""Runs many mutants in a few copies of the tree at once."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Self, TypeVar

from tests.mutants.copies import Copy
from tests.mutants.listing import Mutant
from tests.mutants.tiers import Tier

Work = TypeVar("Work")
Result = TypeVar("Result")
# How many times longer than unmutated code, and how many seconds more, a mutant's tests may take.
_TIMES_LONGER, _SECONDS_LONGER = 3, 30


class RedUnmutatedError(Exception):
    """Tests fail without any mistake put in, so they would tell nothing."""

    def __init__(self, tier: Tier, output: str) -> None:
        super().__init__(f"{' '.join(tier.tests)} fail on the tree as it is:\n{output}")


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant."""

    mutant: Mutant
    killed: bool
    seconds: float


class Trial:
    """Some copies of the tree, all alike, with a queue in front of them."""

    def __init__(self, copies: Sequence[Copy], pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self._free: SimpleQueue[Copy] = SimpleQueue()
        for copy in copies:
            self._free.put(copy)

    @classmethod
    @contextmanager
    def of(cls, root: Path, processes: int) -> Iterator[Self]:
        """A trial of the tree; whatever ends it, no process and no file of it is left."""
        with tempfile.TemporaryDirectory(prefix="mutants-") as scratch:
            copies = [Copy(root, Path(scratch, str(number))) for number in range(processes)]
            with ThreadPoolExecutor(processes) as pool:
                try:
                    yield cls(copies, pool)
                finally:
                    pool.shutdown(wait=False, cancel_futures=True)
                    for copy in copies:
                        copy.stop()

    def run(self, mutants: Sequence[Mutant]) -> Iterator[Verdict]:
        """What becomes of each mutant, as it becomes known.

        Raises:
            RedUnmutatedError: the tests of a tier fail as it is.
        """
        seconds = self._seconds_unmutated({mutant.tier for mutant in mutants})

        def judge(copy: Copy, mutant: Mutant) -> Verdict:
            timeout = _TIMES_LONGER * seconds[mutant.tier] + _SECONDS_LONGER
            outcome = copy.test_mutant(mutant, timeout)
            return Verdict(mutant, not outcome.passed, outcome.seconds)

        for future in as_completed([self._submit(judge, mutant) for mutant in mutants]):
            yield future.result()

    def _seconds_unmutated(self, tiers: Iterable[Tier]) -> dict[Tier, float]:
        started = {tier: self._submit(Copy.test, tier) for tier in tiers}
        outcomes = {tier: future.result() for tier, future in started.items()}
        for tier, outcome in outcomes.items():
            if not outcome.passed:
                raise RedUnmutatedError(tier, outcome.output)
        return {tier: outcome.seconds for tier, outcome in outcomes.items()}

    def _submit(self, do: Callable[[Copy, Work], Result], work: Work) -> "Future[Result]":
        def in_a_free_copy() -> Result:
            copy = self._free.get()
            try:
                return do(copy, work)
            finally:
                self._free.put(copy)

        return self._pool.submit(in_a_free_copy)
