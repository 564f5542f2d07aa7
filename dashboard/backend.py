"""Puts the parts together, once for the whole process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import httpx

from dashboard.access.analyst import Analyst
from dashboard.access.auth_api import AuthApi, Tokens
from dashboard.access.credentials import IdentityPool
from dashboard.access.sessions import SessionStore
from dashboard.clock import Clock, utc_now
from dashboard.data.archive import Archive
from dashboard.data.breach_table import BreachTable
from dashboard.settings import Settings


@dataclass(frozen=True)
class Backend:
    """Everything that the views stand on."""

    settings: Settings
    auth: AuthApi
    identity_pool: IdentityPool
    sessions: SessionStore
    archive: Archive
    clock: Clock

    @classmethod
    def connect(cls, settings: Settings, clock: Clock = utc_now) -> Backend:
        """A backend for the service that the settings name. Nothing is called yet."""
        # Long enough for a cold start behind the gateway, which gives up after 29 s itself.
        http = httpx.Client(base_url=settings.api_url, timeout=httpx.Timeout(30, connect=5))
        return cls(
            settings, AuthApi(http), IdentityPool(settings), SessionStore(clock), Archive(clock), clock
        )

    def admit(self, tokens: Tokens) -> str:
        """Begins a session for the user whose tokens these are, and returns its id.

        Raises:
            NotAnAnalyst: the user may not read breaches.
            DashboardError: AWS gives no credentials.
        """
        analyst = Analyst(self.auth, tokens, self.clock)
        session = self.identity_pool.session(analyst.id_token)
        table = BreachTable(session, self.settings.table_name, self.settings.endpoint_url)
        return self.sessions.begin(analyst, table)


@cache
def backend() -> Backend:
    """The process's backend, made on first use.

    Raises:
        SettingsError: the dashboard does not know where the service is.
    """
    return Backend.connect(Settings.read())
