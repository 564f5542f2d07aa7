"""Every mutant of the tree, and a sample of them."""

import difflib
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

from tests.mutants.operators import OPERATORS
from tests.mutants.tiers import Tier


@dataclass(frozen=True)
class Mutant:
    """One mistake at one place."""

    tier: Tier
    file: str
    """From the root of the tree."""
    line: int
    kind: str
    operator: str
    number: int
    """Counts the places in the file where the operator can change something."""

    def code(self, source: str) -> str:
        """The file with the mistake."""
        mutated: str = mutate_code(source, OPERATORS[self.kind][self.operator], self.number)
        return mutated

    def diff(self, source: str) -> str:
        """What differs, with a line around it."""
        before, after = source.splitlines(), self.code(source).splitlines()
        lines = difflib.unified_diff(before, after, lineterm="", n=1)
        return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))


def all_mutants(root: Path, tiers: Iterable[Tier]) -> Iterator[Mutant]:
    """All that there are, file by file."""
    for tier in tiers:
        for folder in tier.sources:
            for path in sorted((root / folder).rglob("*.py")):
                yield from _mutants_of(tier, path.relative_to(root).as_posix(), path.read_text())


def sample(mutants: Iterable[Mutant], root: Path, seed: int, size: int) -> list[Mutant]:
    """Some of them, the same ones for the same seed.

    Each has a rank of its own, so a change in one file leaves the choice among the others as it was.
    """
    ranked = sorted(mutants, key=lambda mutant: _rank(mutant, seed))
    return list(islice((mutant for mutant in ranked if _is_python(mutant, root)), size))


def _mutants_of(tier: Tier, file: str, source: str) -> Iterator[Mutant]:
    tree = get_ast(source)
    for kind, operators in OPERATORS.items():
        for name, operator in operators.items():
            places = (
                (node, start) for node in ast_nodes(tree) for start, _ in operator.mutation_positions(node)
            )
            for number, (node, (line, _)) in enumerate(places):
                if not _in_decorator(node):
                    yield Mutant(tier, file, line, kind, name, number)


def _in_decorator(node: Any) -> bool:
    """Whether it says that a dataclass is frozen, or the like: mypy's business, and no behaviour."""
    while node is not None and node.type != "decorator":
        node = node.parent
    return node is not None


def _rank(mutant: Mutant, seed: int) -> bytes:
    identity = f"{seed} {mutant.file} {mutant.operator} {mutant.number}"
    return hashlib.sha256(identity.encode()).digest()


def _is_python(mutant: Mutant, root: Path) -> bool:
    """Whether it can be run at all; one that cannot is no test of the tests."""
    try:
        compile(mutant.code((root / mutant.file).read_text()), mutant.file, "exec")
    except SyntaxError:
        return False
    return True
