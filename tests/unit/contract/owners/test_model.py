"""What tells channels from each other."""

from contract.owners.model import MAX_CHANNEL_KEY_CHARACTERS, Channel, ChannelKind


def mail(*addresses: str) -> Channel:
    return Channel(kind=ChannelKind.MAIL, targets=addresses)


def test_a_channel_is_the_same_in_whatever_order_and_line() -> None:
    assert mail("a@example.com", "b@example.com").key == "mail:a@example.com,b@example.com"
    assert mail("b@example.com", "a@example.com").key == mail("a@example.com", "b@example.com").key
    assert Channel(kind=ChannelKind.SLACK, targets=("a",), line=3) == Channel(
        kind=ChannelKind.SLACK, targets=("a",), line=4
    )


def test_many_addresses_fit_a_key_and_are_told_apart() -> None:
    many = [f"person-{number}@example.com" for number in range(50)]
    keys = {mail(*many).key, mail(*many[1:]).key, mail(*reversed(many)).key}
    assert len(keys) == 2
    assert all(len(key) <= MAX_CHANNEL_KEY_CHARACTERS for key in keys)
