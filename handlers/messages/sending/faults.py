"""What is logged of an exception that nobody expected, while addresses of webhooks and people are at hand."""

import traceback


def describe_fault(error: BaseException) -> dict[str, object]:
    """Its name and where it came from. Not its text, which may hold an address, nor that of its cause."""
    return {"exception": type(error).__name__, "frames": traceback.format_tb(error.__traceback__)}
