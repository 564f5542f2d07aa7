"""Notifies owners over tables in memory, with a clock that tests set and a channel that obeys them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from threading import Lock
from typing import Any

from contract.owners.model import Channel, ChannelKind, Owner, Owners, Rule
from handlers.notifications.delivery import ADDRESSES_KEPT_SECONDS, Webhooks
from handlers.notifications.document import RenderContext
from handlers.notifications.plan import Notification
from handlers.notifications.rules import Notice
from handlers.notifications.sending import Media, NotificationSweep, SweepResult
from store.notifications import INCIDENT_PREFIX, SENDER_PREFIX, Recipient, RecipientTable
from tests.stands.memory_tables import MemoryTables
from tests.stands.playing import START
from tests.stands.projection import Projection
from tests.stands.projection_tables import ERRORS, INCIDENTS, MESSAGES, SENDERS

WEBHOOKS = '{"orders": "https://hooks.example.com/orders-secret", "bank": "https://hooks.example.com/b"}'


def slack(name: str) -> Channel:
    return Channel(kind=ChannelKind.SLACK, targets=(name,))


def an_owners_file(**changes: Any) -> Owners:
    """Two owners: `bank` has what is under `E:\\`, and `orders` all else."""
    owners = {name: Owner(name=name, channels=(slack(name),)) for name in ("orders", "bank")}
    rules = (Rule(owner="bank", folder="E:\\*", line=9),)
    return Owners(**{"owners": owners, "rules": rules, "default": "orders", **changes})


@dataclass
class Post(Media):
    """A channel that delivers everything, unless a test has it fail. Threads may share it."""

    sent: list[tuple[Notification, RenderContext]] = field(default_factory=list)
    before: Callable[[Notification], None] = lambda _: None
    """What happens before a delivery: it may raise."""
    webhooks: str = WEBHOOKS
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        super().__init__(
            Webhooks(lambda: self.webhooks, clock=count(step=ADDRESSES_KEPT_SECONDS).__next__),
            mail_from="sla@example.com",
        )

    def deliver(self, notification: Notification, context: RenderContext) -> None:
        self.before(notification)
        with self._lock:
            self.sent.append((notification, context))

    def test(self, recipient: Recipient, context: RenderContext) -> str:
        return f"tried by {recipient.owner.name}" if context.dashboard_url else ""

    def take(self) -> list[tuple[str, list[str]]]:
        """What was delivered since: each owner, with the notices by kind and subject."""
        sent, self.sent = self.sent, []
        return [
            (one.recipient.owner.name, [name_notice(notice) for notice in one.notices]) for one, _ in sent
        ]


def name_notice(notice: Notice) -> str:
    about, kind = notice.incident or notice.folder, notice.kind.reason or notice.kind.word
    return f"{kind} {about.folder if about else notice.sender.name if notice.sender else ''}"


@dataclass
class Notifier:
    projection: Projection
    owners: Owners = field(default_factory=an_owners_file)
    post: Post = field(default_factory=Post)
    client: Any = None
    """The projection's where there is none."""
    retention: timedelta | None = None
    now: datetime = START
    left: float = 60.0

    def __post_init__(self) -> None:
        self.client = self.client or self.projection.client

    def build(self) -> NotificationSweep:
        """A process of its own."""
        return NotificationSweep(
            client=self.client,
            errors_table=ERRORS,
            senders_table=SENDERS,
            incidents_table=INCIDENTS,
            owners=self.owners,
            recipients=RecipientTable(self.client, MESSAGES),
            media=self.post,
            dashboard_url="https://sla.example.com",
            docs_url="docs",
            retention=self.retention,
            clock=lambda: self.now,
        )

    def sweep(self, minutes: float | None = None) -> SweepResult:
        """A sweep, this many minutes after the start."""
        if minutes is not None:
            self.now = START + timedelta(minutes=minutes)
        return self.build().run(lambda: self.left)

    def sweep_until(self, first: int, last: int) -> list[SweepResult]:
        return [self.sweep(minute) for minute in range(first, last + 1)]

    def items(self) -> list[dict[str, Any]]:
        client = self.projection.client
        in_memory = isinstance(client, MemoryTables)
        items = client.list_items(MESSAGES) if in_memory else client.scan(TableName=MESSAGES)["Items"]
        plain = [{name: next(iter(value.values())) for name, value in item.items()} for item in items]
        return sorted(plain, key=lambda item: (item["Subject"], item["Part"]))

    def log(self) -> list[tuple[str, str]]:
        """Owner and kind of each entry of the log, in order of time."""
        log = [item for item in self.items() if item["Subject"].startswith((INCIDENT_PREFIX, SENDER_PREFIX))]
        log.sort(key=lambda item: item["Part"])
        return [(item["Owner"], item["Kind"]) for item in log]
