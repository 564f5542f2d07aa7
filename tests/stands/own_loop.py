"""Coroutines in tests that are none themselves."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def run_in_own_loop(coroutine: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """What it returns or raises, run in a thread of its own: a browser leaves a loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(coroutine())).result()
