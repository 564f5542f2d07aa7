"""One sign-in: the analyst, and what that analyst may read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from dashboard.access.analyst import Analyst
from dashboard.data.incident_table import IncidentTable
from dashboard.data.message_table import MessageTable
from dashboard.data.metrics import Metrics
from dashboard.data.queries import Queries
from dashboard.data.recent import Recent
from dashboard.data.record_table import RecordTable
from dashboard.data.sender_table import SenderTable
from dashboard.data.single_flight import SingleFlight
from dashboard.errors import SessionExpiredError
from dashboard.settings import Settings

if TYPE_CHECKING:
    import boto3


@dataclass
class Session:
    """One sign-in, from the form or restored after a restart."""

    analyst: Analyst
    table: RecordTable
    senders: SenderTable
    incidents: IncidentTable
    messages: MessageTable
    metrics: Metrics
    aws: boto3.session.Session
    last_used: datetime
    kept_at: datetime | None = None
    """When it was last written down."""
    _known_to_aws: bool = field(default=False, init=False)

    @classmethod
    def open(
        cls,
        analyst: Analyst,
        aws: boto3.session.Session,
        settings: Settings,
        recent: Recent,
        flights: SingleFlight,
        now: datetime,
    ) -> Session:
        """A session that begins now. Nothing is called yet.

        Args:
            analyst: whose session it is.
            aws: has the analyst's credentials.
            settings: where the service is.
            recent: what anybody read of it in the last seconds.
            flights: has those who ask the same at the same time share the answer.
            now: when it begins.
        """
        queries = Queries(aws, settings.endpoint_url)
        return cls(
            analyst,
            RecordTable(aws, settings.table_name, settings.endpoint_url),
            SenderTable(queries, settings.senders_table_name, recent),
            IncidentTable(queries, settings.incidents_table_name, recent),
            MessageTable(queries, settings.messages_table_name, recent),
            Metrics(aws, settings.metrics_namespace, settings.endpoint_url, flights),
            aws,
            now,
        )

    def verify(self) -> None:
        """Makes sure that the analyst may still read, and the first time that AWS agrees.

        What analysts share is shown without asking AWS again, so it must have been asked once.

        Raises:
            NotAnAnalystError: the analyst has left the group.
            SessionExpiredError: the analyst may no longer sign in.
            DashboardError: no answer, or no credentials.
        """
        self.analyst.verify()
        if not self._known_to_aws:
            credentials = self.aws.get_credentials()
            if credentials is None:
                raise SessionExpiredError
            credentials.get_frozen_credentials()
            self._known_to_aws = True
