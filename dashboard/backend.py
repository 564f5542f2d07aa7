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
from dashboard.data.computed import Computed
from dashboard.data.hour_cache import HourCache
from dashboard.data.incident_table import IncidentTable
from dashboard.data.metrics import Metrics
from dashboard.data.queries import Queries
from dashboard.data.recent import Recent
from dashboard.data.record_table import RecordTable
from dashboard.data.sender_table import SenderTable
from dashboard.settings import Settings


@dataclass(frozen=True)
class Backend:
    """Everything that the views stand on."""

    settings: Settings
    auth: AuthApi
    identity_pool: IdentityPool
    sessions: SessionStore
    hour_cache: HourCache
    recent: Recent
    computed: Computed
    clock: Clock

    @classmethod
    def connect(cls, settings: Settings, clock: Clock = utc_now) -> Backend:
        """A backend for the service that the settings name. Nothing is called yet."""
        http = httpx.Client(base_url=settings.api_url)
        return cls(
            settings=settings,
            auth=AuthApi(http),
            identity_pool=IdentityPool(settings),
            sessions=SessionStore(clock),
            hour_cache=HourCache(clock),
            recent=Recent(clock),
            computed=Computed(),
            clock=clock,
        )

    def admit(self, tokens: Tokens) -> str:
        """Begins a session for the user whose tokens these are, and returns its id.

        Raises:
            NotAnAnalystError: the user may not read records.
            DashboardError: AWS gives no credentials.
        """
        analyst = Analyst(self.auth, tokens, self.clock)
        session = self.identity_pool.session(analyst.id_token)
        settings = self.settings
        table = RecordTable(session, settings.table_name, settings.endpoint_url)
        queries = Queries(session, settings.endpoint_url)
        senders = SenderTable(queries, settings.senders_table_name, self.recent)
        incidents = IncidentTable(queries, settings.incidents_table_name, self.recent)
        metrics = Metrics(session, settings.metrics_namespace, settings.endpoint_url, self.recent)
        return self.sessions.begin(analyst, table, senders, incidents, metrics)


@cache
def backend() -> Backend:
    """The process's backend, made on first use.

    Raises:
        SettingsError: the dashboard does not know where the service is.
    """
    return Backend.connect(Settings.read())
