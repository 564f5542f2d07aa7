"""What telling owners adds to the bill, counted by playing it on tables in memory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any, Final

from bench.capacity import prices
from bench.capacity.fleet import SECONDS_A_MONTH, Fleet
from bench.capacity.functions import MEMORY_MB, TELL, TELLING_SWEEP
from bench.capacity.indexed import OVERHEAD_BYTES
from bench.capacity.items import Item, item_bytes
from bench.capacity.metered import MeteredTables
from bench.capacity.prices import GB
from bench.capacity.stack import ERRORS, INCIDENTS, MESSAGES, RUNS, SENDERS
from contract.incidents import IncidentAttribute
from contract.messages import STATE_PREFIX, MessageAttribute
from contract.moments import parse_moment
from contract.owners.model import Channel, ChannelKind, Owner, Owners
from contract.senders import SenderAttribute
from handlers.messages.channels.webhooks import Webhooks
from handlers.messages.message import Message
from handlers.messages.rendering.context import Context
from handlers.messages.sending.log_lines import KEPT_BEYOND
from handlers.messages.sending.reading import SituationReader
from handlers.messages.sending.recipient_store import RecipientStore
from handlers.messages.sending.rows import Rows
from handlers.messages.sending.sweeping import MessageSweep
from handlers.messages.sending.targets import Targets

SWEEPS: Final = SECONDS_A_MONTH / 60
METRICS: Final = 6
"""That telling publishes: `Metric.MESSAGES_SWEPT` and those around it."""
LOG_BYTES: Final = 1_000
"""Of one sweep: its metrics' line, and Lambda's three."""


@dataclass(frozen=True, kw_only=True)
class Telling:
    """Owners, and how much there is to tell them."""

    servers: int = 20
    folders: int = 10
    """Of each server."""
    owners: int = 10
    incidents_a_day: float = 50
    open_hours: float = 4
    messages: float = 2
    """Of an incident, over each channel: its beginning and its end."""
    retention_days: int = 90

    @property
    def told(self) -> float:
        """Messages a month. Each owner has two channels, of which one is mail."""
        return self.incidents_a_day * SECONDS_A_MONTH / 86_400 * self.messages * 2

    @cached_property
    def _played(self) -> "_Played":
        return _Played(self)

    @property
    def quiet_read_units(self) -> float:
        """Of a sweep that finds nothing new, with as much open as there is on the average."""
        return self._played.quiet

    @property
    def quiet_requests(self) -> int:
        """Calls of DynamoDB of such a sweep."""
        return self._played.requests

    @property
    def message_units(self) -> tuple[float, float]:
        """Write and read units of one message, its share of noticing included."""
        return self._played.of_a_message

    @property
    def line_bytes(self) -> int:
        """Of a line of the log."""
        return self._played.line_bytes


def monthly_of_telling(telling: Telling) -> Mapping[str, float]:
    """Dollars a month by component."""
    writes, reads = telling.message_units
    kept_months = (telling.retention_days * 86_400 + KEPT_BEYOND.total_seconds()) / SECONDS_A_MONTH
    log_bytes = telling.told * kept_months * (telling.line_bytes + OVERHEAD_BYTES)
    return {
        "Lambda and its schedule": SWEEPS * (TELLING_SWEEP.price(MEMORY_MB) + prices.SCHEDULED_INVOCATION)
        + telling.told * (TELL.price(MEMORY_MB) - prices.FUNCTION_REQUEST),
        "DynamoDB reads, sweeps": SWEEPS * telling.quiet_read_units * prices.READ_UNIT,
        "DynamoDB, messages": telling.told * (writes * prices.WRITE_UNIT + reads * prices.READ_UNIT),
        "DynamoDB storage and backup": log_bytes / GB * (prices.TABLE_GB_MONTH + prices.BACKUP_GB_MONTH),
        "SES, half of the messages": telling.told / 2 * prices.MAIL,
        "CloudWatch logs": SWEEPS * LOG_BYTES / GB * (prices.LOG_GB + prices.LOG_GB_MONTH),
        "CloudWatch metrics": METRICS * prices.METRIC_MONTH,
        "Secrets Manager": prices.SECRET_MONTH + SWEEPS / 60 / 2 * prices.SECRET_REQUEST,
    }


class _Played:
    """One sweep after another over the items that the projection makes of such a fleet."""

    def __init__(self, telling: Telling) -> None:
        story = Fleet(servers=telling.servers, folders=telling.folders, files=10).story
        specs = {spec.table_name: spec for spec in (ERRORS, RUNS, SENDERS, INCIDENTS, MESSAGES)}
        self.tables = _Counting(specs)
        self.now = parse_moment(story.opened[IncidentAttribute.OPENED_AT]["S"])
        for sender in range(telling.servers):
            own = {**story.sender, SenderAttribute.SENDER: {"S": f"sender-{sender}"}}
            self.tables.put_item(TableName=SENDERS.table_name, Item=own)
        still_open = round(telling.incidents_a_day * telling.open_hours / 24)
        for number in range(still_open):
            self._open(story.opened, number)
        self.sweep = self._build(telling)
        for _ in range(6):
            self._sweep()
        self.requests = 0
        self.quiet = self._count()[1]
        self.requests = self.tables.calls
        self._open(story.opened, still_open)
        written = read = 0.0
        for _ in range(6):
            wrote, asked = self._count()
            written, read = written + wrote, read + asked - self.quiet
        # The new one is told over two channels.
        self.of_a_message = written / 2, max(0.0, read) / 2
        lines = [
            item
            for item in self.tables.list_items(MESSAGES.table_name)
            if not item[MessageAttribute.PART]["S"].startswith(STATE_PREFIX)
        ]
        self.line_bytes = max(map(item_bytes, lines))

    def _open(self, item: Item, number: int) -> None:
        incident = {
            **item,
            IncidentAttribute.INCIDENT_ID: {"S": f"{number:032x}"},
            IncidentAttribute.FOLDER: {"S": rf"C:\Jobs\Invoices\Inbound_{number}"},
            IncidentAttribute.OWNER: {"S": "owner-0"},
        }
        self.tables.put_item(TableName=INCIDENTS.table_name, Item=incident)

    def _count(self) -> tuple[float, float]:
        written, read = self.tables.written.total(), self.tables.read.total()
        self.tables.calls = 0
        self._sweep()
        return self.tables.written.total() - written, self.tables.read.total() - read

    def _sweep(self) -> None:
        self.now += timedelta(minutes=1)
        self.sweep.run(lambda: 100.0)

    def _build(self, telling: Telling) -> MessageSweep:
        names = [f"owner-{number}" for number in range(telling.owners)]
        owners = Owners(owners={name: _owner(name) for name in names}, default=names[0])
        client: Any = self.tables
        return MessageSweep(
            client=client,
            errors_table=ERRORS.table_name,
            incidents_table=INCIDENTS.table_name,
            owners=owners,
            reader=SituationReader(client, SENDERS.table_name, INCIDENTS.table_name, Rows(owners)),
            store=RecipientStore(client, MESSAGES.table_name),
            channels=_Delivered(),
            targets=Targets(Webhooks(lambda: "{}"), "sla@example.com"),
            dashboard_url="",
            docs_url="",
            retention=timedelta(days=telling.retention_days),
            clock=lambda: self.now,
        )


class _Counting(MeteredTables):
    """Tables that count calls, too."""

    calls = 0

    def batch_get_item(self, **asked: Any) -> dict[str, Any]:
        self.calls += 1
        return super().batch_get_item(**asked)

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        self.calls += 1
        return super().paginate(**asked)


class _Delivered:
    """A channel that takes all."""

    def deliver(self, message: Message, context: Context) -> Message:  # noqa: ARG002 - as channels do
        return message


def _owner(name: str) -> Owner:
    mail = Channel(kind=ChannelKind.MAIL, targets=(f"{name}@example.com",))
    return Owner(name=name, channels=(mail, Channel(kind=ChannelKind.SLACK, targets=(name,))))
