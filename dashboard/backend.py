"""Puts the parts together, once for the whole process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

import httpx

from contract.moments import Clock, utc_now
from dashboard.access.analyst import Analyst
from dashboard.access.api import ActionApi, AuthApi, Tokens
from dashboard.access.credentials import IdentityPool
from dashboard.access.kept_sessions import KeptSession, SessionFolder, read_session_keys
from dashboard.access.sessions import Session, SessionStore
from dashboard.data.cache import Cache
from dashboard.data.loading import HourCache
from dashboard.data.metrics import Metrics
from dashboard.data.tables import AnalystTables, RecordTable
from dashboard.settings import DashboardSettings

_CONNECTING: Final = threading.Lock()


@dataclass(frozen=True)
class Backend:
    """Everything that the views stand on."""

    settings: DashboardSettings
    auth: AuthApi
    actions: ActionApi
    open_session: Callable[[Analyst], Session]
    """Begins one with the analyst's own credentials. Nothing is called yet."""
    sessions: SessionStore
    hour_cache: HourCache
    cache: Cache
    clock: Clock

    @classmethod
    def connect(cls, settings: DashboardSettings, clock: Clock = utc_now) -> Backend:
        """A backend for the service that the settings name. Nothing is called yet.

        Raises:
            SettingsError: sessions are to be kept, and the key or the folder is not fit for it.
        """
        http = httpx.Client(base_url=settings.api_url)
        auth = AuthApi(http)
        identity_pool = IdentityPool(settings)
        cache = Cache(clock)

        def open_session(analyst: Analyst) -> Session:
            aws = identity_pool.session(analyst.id_token)
            records = RecordTable(aws, settings.table_name, settings.endpoint_url)
            metrics = Metrics(aws, settings.metrics_namespace, settings.endpoint_url, cache)
            return Session(analyst, records, AnalystTables(aws, settings, cache), metrics, aws, clock())

        def restore(kept: KeptSession) -> Session:
            return open_session(Analyst(auth, kept.username, kept.refresh_token, clock))

        folder = None
        if settings.session_key_file and settings.session_dir:
            folder = SessionFolder(settings.session_dir, read_session_keys(settings.session_key_file))
        return cls(
            settings=settings,
            auth=auth,
            actions=ActionApi(http),
            open_session=open_session,
            sessions=SessionStore(clock, folder, restore),
            hour_cache=HourCache(clock),
            cache=cache,
            clock=clock,
        )

    def admit(self, tokens: Tokens) -> str:
        """Begins a session for the user whose tokens these are, and returns its id.

        Raises:
            NotAnAnalystError: the user may not read records.
            DashboardError: AWS gives no credentials.
        """
        session = self.open_session(Analyst.signed_in(self.auth, tokens, self.clock))
        session.verify()
        return self.sessions.begin(session)


@cache
def connect() -> Backend:
    """Made on first use; call `backend`."""
    return Backend.connect(DashboardSettings.read())


def backend() -> Backend:
    """The process's backend. There is never a second one, whose sessions the first would not know.

    Raises:
        SettingsError: a setting is missing or wrong.
    """
    # After a restart all open pages come back at once, and `cache` alone would let each make its own.
    with _CONNECTING:
        return connect()
