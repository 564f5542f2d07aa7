"""The process's one backend."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

import pytest

from dashboard.backend import Backend, backend, connect
from dashboard.settings import DashboardSettings

TABS = 8


def test_tabs_that_come_back_at_once_share_one_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another one would not know the sessions of the first, and would end them."""
    together = threading.Barrier(TABS)

    def come_back() -> Backend:
        together.wait()
        return backend()

    def make(_: object) -> object:
        # As long as it takes to load what boto3 needs: long enough for the others to come.
        time.sleep(0.05)
        return object()

    connect.cache_clear()
    monkeypatch.setattr(DashboardSettings, "read", lambda: None)
    with patch.object(Backend, "connect", side_effect=make) as connecting, ThreadPoolExecutor(TABS) as tabs:
        found = {id(one.result()) for one in [tabs.submit(come_back) for _ in range(TABS)]}
    connect.cache_clear()
    assert (len(found), connecting.call_count) == (1, 1)
