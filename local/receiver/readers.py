"""Whose a channel is, found from what arrived over it."""

from dataclasses import dataclass

from contract.owners.model import Channel, ChannelKind, Owner, Owners
from contract.owners.topics import list_mail_topics


@dataclass(frozen=True)
class Readers:
    """The owners of a stack, by their channels."""

    owners: Owners | None
    """None where nobody is told anything."""

    @property
    def names(self) -> tuple[str, ...]:
        """Of all owners, as their file has them."""
        return () if self.owners is None else tuple(self.owners.owners)

    def of(self, kind: ChannelKind, *targets: str) -> tuple[str, ...]:
        """Who reads what arrives at all of these targets."""
        channel = Channel(kind=kind, targets=targets)
        return tuple(
            owner.name
            for owner in (self.owners.owners.values() if self.owners else ())
            if channel.key in {one.key for one in _channels(owner)}
        )

    def of_topic(self, name: str) -> tuple[str, ...]:
        """Who reads what is published to a topic: an owner's in the stack, or one that the file names."""
        return tuple(
            owner.name
            for owner in (self.owners.owners.values() if self.owners else ())
            if name in _named_topics(owner) or name.endswith(_own_topics(owner))
        )


def _named_topics(owner: Owner) -> set[str]:
    named = (channel for channel in _channels(owner) if channel.kind is ChannelKind.SNS)
    return {target.rpartition(":")[2] for channel in named for target in channel.targets}


def _own_topics(owner: Owner) -> tuple[str, ...]:
    """What the names of the topics end with that the stack has for an owner."""
    return tuple(f"-owner-{name}" for name, _ in list_mail_topics(owner))


def _channels(owner: Owner) -> tuple[Channel, ...]:
    later = (channel for escalation in owner.escalations for channel in escalation.channels)
    return (*owner.channels, *later)
