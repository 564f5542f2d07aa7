"""Who is told: every channel of every owner, each once."""

from datetime import timedelta

from contract.owners.model import Channel, ChannelKind, Escalation, Owners
from handlers.messages.rules.recipients import list_recipients
from tests.messages.fixtures import an_owner

SLACK, TEAMS, MAIL = (
    Channel(kind=kind, targets=("a",)) for kind in (ChannelKind.SLACK, ChannelKind.TEAMS, ChannelKind.MAIL)
)
MINUTE = timedelta(minutes=1)


def test_each_channel_is_told_at_once_or_by_the_soonest_escalation() -> None:
    orders = an_owner(
        "orders",
        channels=(SLACK,),
        escalations=(
            Escalation(after=90 * MINUTE, channels=(TEAMS, MAIL)),
            Escalation(after=30 * MINUTE, channels=(SLACK, TEAMS)),
        ),
    )
    bank = an_owner("bank", channels=(SLACK, SLACK))
    owners = Owners(owners={"orders": orders, "bank": bank}, default="orders")
    assert [(one.key, one.after) for one in list_recipients(owners)] == [
        ("orders/slack:a", None),
        ("orders/teams:a", 30 * MINUTE),
        ("orders/mail:a", 90 * MINUTE),
        ("bank/slack:a", None),
    ]
