"""A sweep over all recipients, from what runs told to what owners hear."""

from contract.incidents import IncidentAttribute
from tests.incidents.playing import listing, stuck
from tests.messenger import Messenger

INBOUND, PAYMENTS = "D:\\Inbound", "E:\\Payments"
BOTH = [INBOUND, PAYMENTS]


def test_who_owns_a_folder_hears_of_it_and_of_its_end(messenger: Messenger) -> None:
    messenger.projection.report(listing(0, BOTH, stuck(INBOUND, "a"), stuck(PAYMENTS, "b")))
    messenger.sweep_until(0, 1)
    assert messenger.post.take() == []
    messenger.sweep(2)
    assert sorted(messenger.post.take()) == [
        ("bank", [f"begin {PAYMENTS}"]), ("orders", [f"begin {INBOUND}"])
    ]  # fmt: skip
    messenger.sweep_until(3, 29)
    assert messenger.post.take() == []
    messenger.projection.report(listing(0.5, BOTH, stuck(PAYMENTS, "b")))
    messenger.sweep_until(30, 64)
    assert messenger.post.take() == [("orders", [f"cleared {INBOUND}"])]
    assert messenger.log() == [("orders", "begin"), ("bank", "begin"), ("orders", "cleared")] or (
        messenger.log() == [("bank", "begin"), ("orders", "begin"), ("orders", "cleared")]
    )


def test_a_first_sweep_over_many_old_incidents_is_one_digest(messenger: Messenger) -> None:
    folders = [f"D:\\In\\{number:03}" for number in range(200)]
    messenger.projection.report(listing(0, folders, *(stuck(folder, "a") for folder in folders)))
    messenger.sweep_until(600, 610)
    [(owner, lines)] = messenger.post.take()
    assert (owner, len(lines)) == ("orders", 200)
    assert len(messenger.log()) == 200
    messenger.sweep_until(611, 620)
    assert messenger.post.take() == []


def test_a_sweep_with_nothing_to_say_writes_nothing(messenger: Messenger) -> None:
    messenger.projection.report(listing(0, BOTH, stuck(INBOUND, "a")))
    messenger.sweep_until(0, 5)
    before = messenger.items()
    for minute in range(6, 30):
        messenger.sweep(minute)
    assert messenger.items() == before


def test_incidents_bear_the_owner_that_the_rules_find_now(messenger: Messenger) -> None:
    messenger.projection.report(listing(0, BOTH, stuck(INBOUND, "a"), stuck(PAYMENTS, "b")))
    messenger.sweep(0)
    owners = {
        item[IncidentAttribute.FOLDER]: item[IncidentAttribute.OWNER]
        for item in messenger.projection.incidents()
    }
    assert owners == {INBOUND: "orders", PAYMENTS: "bank"}
