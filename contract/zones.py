"""Which names are time zones."""

from functools import cache
from importlib.resources import files


def is_zone(name: str) -> bool:
    """Whether it names a zone wherever it is read: not `localtime`, which is another on each machine."""
    return name in list_zones()


@cache
def list_zones() -> frozenset[str]:
    """Those of the package `tzdata`, which functions bring along: whatever is found here is found there."""
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="ascii").split())
