"""What tells channels from each other."""

import json
from datetime import time, timedelta

from contract.moments import Hours
from contract.owners import model
from contract.owners.model import (
    MAX_CHANNEL_KEY_CHARACTERS,
    Channel,
    ChannelKind,
    Escalation,
    Owner,
    Owners,
    Rule,
    Topic,
    list_mail_topics,
    name_mail_topic,
)


def mail(*addresses: str) -> Channel:
    return Channel(kind=ChannelKind.MAIL, targets=addresses)


def test_many_addresses_fit_a_key_and_are_told_apart() -> None:
    many = [f"person-{number}@example.com" for number in range(50)]
    keys = {mail(*many).key, mail(*many[1:]).key, mail(*reversed(many)).key}
    assert len(keys) == 2
    assert all(len(key) <= MAX_CHANNEL_KEY_CHARACTERS for key in keys)


MAIL = Channel(kind=ChannelKind.MAIL, targets=("orders@example.com", "b@example.com"), line=4)
SLACK = Channel(kind=ChannelKind.SLACK, targets=("orders",), line=5)
DUTY = Channel(kind=ChannelKind.TEAMS, targets=("duty",), line=9)
ORDERS = Owner(
    name="orders",
    channels=(MAIL, SLACK),
    zone="Europe/Berlin",
    quiet_hours=(Hours(days=frozenset({0, 4, 2}), start=time(22), end=time(6, 30), zone="Europe/Berlin"),),
    notify_on=frozenset({Topic.NEW, Topic.ENDED}),
    escalations=(Escalation(after=timedelta(minutes=90), channels=(DUTY,)),),
)
OWNERS = Owners(
    owners={"orders": ORDERS, "operations": Owner(name="operations", channels=())},
    rules=(Rule(owner="orders", folder="D:\\Bestellungen für *", sender=None, line=12),),
    default="operations",
)


def test_what_was_shipped_arrives() -> None:
    loaded = model.load_owners(model.dump_owners(OWNERS))
    assert loaded == OWNERS
    assert loaded.owners["orders"].channels[1].line == 5


def test_the_same_owners_give_the_same_bytes_in_every_process() -> None:
    """The order of a set differs from one to another."""
    [orders, _] = json.loads(model.dump_owners(OWNERS))["owners"].values()
    assert (orders["notify_on"], orders["quiet_hours"][0]["days"]) == (["ended", "new"], [0, 2, 4])


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
