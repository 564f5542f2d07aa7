"""Which tests must notice a mistake where."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tier:
    """Some of the code, and the fast tests that answer for it."""

    sources: tuple[str, ...]
    tests: tuple[str, ...]


TIERS = (
    Tier(("contract", "handlers"), ("tests/unit", "tests/messages/test_stories.py")),
    Tier(
        ("components",),
        # Of the tests of the API's description the one that needs no running API.
        (
            "tests/infra",
            "tests/hardening",
            "tests/unit/contract",
        ),
    ),
    Tier(
        ("dashboard/access", "dashboard/data", "dashboard/services"),
        ("tests/dashboard/access", "tests/dashboard/data", "tests/dashboard/services"),
    ),
)
