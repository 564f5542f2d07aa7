"""Moments on the command line."""

import argparse
from datetime import UTC, datetime


def parse_moment_argument(text: str) -> datetime:
    """A moment, in UTC unless it has an offset.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (OverflowError, ValueError):
        raise argparse.ArgumentTypeError(
            f"{text} is no time; write it as 2026-11-01 or 2026-11-01T08:00+01:00"
        ) from None
