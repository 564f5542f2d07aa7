"""Turns: however much one account or sender brings, the others do not wait for all of it."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from operator import itemgetter
from typing import TypeVar

T = TypeVar("T")


def take_turns(given: Iterable[T], group: Callable[[T], Hashable]) -> list[T]:
    """The first of each group, the second of each, and so on; within a turn as they were given."""
    seen, turns = Counter[Hashable](), list[tuple[int, T]]()
    for one in given:
        turns.append((seen[group(one)], one))
        seen[group(one)] += 1
    return [one for _, one in sorted(turns, key=itemgetter(0))]
