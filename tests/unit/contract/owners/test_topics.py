"""Topics that stand in for mail."""

from datetime import timedelta

from contract.owners.model import Channel, ChannelKind, Escalation, Owner
from contract.owners.topics import list_mail_topics, name_mail_topic


def channel(kind: ChannelKind, target: str) -> Channel:
    return Channel(kind=kind, targets=(target,))


def test_each_level_that_is_told_by_mail_has_a_topic_of_its_own() -> None:
    first, boss = channel(ChannelKind.MAIL, "a@example.com"), channel(ChannelKind.MAIL, "boss@example.com")
    slack = channel(ChannelKind.SLACK, "orders")
    owner = Owner(
        name="orders",
        channels=(slack, first),
        escalations=(
            Escalation(after=timedelta(minutes=30), channels=(slack,)),
            Escalation(after=timedelta(hours=2), channels=(boss,)),
        ),
    )
    assert dict(list_mail_topics(owner)) == {"orders": first, "orders_after_120": boss}
    assert name_mail_topic("orders", timedelta(hours=2)) == "orders_after_120"
