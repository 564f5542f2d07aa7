"""Who would be notified of a folder or a sender, how, and by which rule."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from contract.moments import format_moment
from contract.owners.matching import find_owner, find_sender_owner, list_owners, quiet_until
from contract.owners.model import Match, Owner, Owners, Rule, Topic, list_channels, name_channel


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Who owns something."""

    what: str
    """Such as `D:\\Inbound of files-01`."""
    match: Match
    at: datetime

    @property
    def owner(self) -> Owner:
        """The owner."""
        return self.match.owner

    @property
    def quiet_until(self) -> datetime | None:
        """When the owner's quiet hours end; None outside them."""
        return quiet_until(self.owner, self.at)

    def to_document(self) -> dict[str, Any]:
        """For `--json`."""
        rule, until = self.match.rule, self.quiet_until
        return {
            "what": self.what,
            "owner": self.owner.name,
            "rule": {"line": rule.line, "folder": rule.folder, "sender": rule.sender} if rule else None,
            "channels": [
                {
                    "channel": name_channel(channel),
                    "after_minutes": after and after // timedelta(minutes=1),
                }
                for after, channel in list_channels(self.owner)
            ],
            "notify": [str(topic) for topic in Topic if topic in self.owner.told],
            "zone": self.owner.zone,
            "at": format_moment(self.at),
            "quiet_until": until and format_moment(until),
        }

    def to_lines(self, file_name: str) -> Iterator[str]:
        """For people."""
        yield f"{self.what}: {self.owner.name}, {_describe_rule(self.match.rule, file_name)}"
        at_once = [name_channel(channel) for channel in self.owner.channels]
        yield f"  at once    {'; '.join(at_once) or 'nobody is notified'}"
        for escalation in self.owner.escalations:
            names = "; ".join(map(name_channel, escalation.channels)) or "nobody is notified"
            yield f"  escalated  {names}, if nobody acknowledges it for {_describe_length(escalation.after)}"
        topics = [str(topic) for topic in Topic if topic in self.owner.told]
        wanted = "everything" if len(topics) == len(Topic) else ", ".join(topics) or "nothing"
        yield f"  notified   of {wanted}"
        yield f"  quiet      {self._describe_quiet()}"

    def _describe_quiet(self) -> str:
        until, zone = self.quiet_until, self.owner.zone
        now = f"{self.at.astimezone(self.owner.zone_info):%Y-%m-%d %H:%M}"
        if until is None:
            return f"not at {now} ({zone})"
        end = f"{until.astimezone(self.owner.zone_info):%Y-%m-%d %H:%M}"
        return f"at {now}, until {end} ({zone}): notified of ends alone"


def explain(owners: Owners, folder: str, sender: str | None, at: datetime) -> Sequence[Explanation]:
    """Who owns a folder.

    Args:
        owners: what the file says.
        folder: in any spelling.
        sender: its name, `<user name>` or `<user name>/<run.sender>`; with it, also who is notified when
            it is silent. None for the answer by sender.
        at: when.
    """
    at = at.replace(microsecond=0)
    if sender is None:
        matches = list(list_owners(owners, folder))
        others = "any other sender" if len(matches) > 1 else "any sender"
        return [
            Explanation(what=f"{folder} of {_describe_senders(match.rule, others)}", match=match, at=at)
            for match in matches
        ]
    return [
        Explanation(what=f"{folder} of {sender}", match=find_owner(owners, folder, sender), at=at),
        Explanation(what=f"{sender} itself", match=find_sender_owner(owners, sender), at=at),
    ]


def _describe_senders(rule: Rule | None, others: str) -> str:
    return f"senders {rule.sender}" if rule and rule.sender else others


def _describe_rule(rule: Rule | None, file_name: str) -> str:
    if rule is None:
        return "the default: no rule fits"
    patterns = [
        f"{name} {pattern}"
        for name, pattern in (("folder", rule.folder), ("sender", rule.sender))
        if pattern is not None
    ]
    return f"by the rule in {file_name}:{rule.line} ({', '.join(patterns) or 'for everything'})"


def _describe_length(length: timedelta) -> str:
    hours, minutes = divmod(length // timedelta(minutes=1), 60)
    return " ".join(part for part in (hours and f"{hours} h", minutes and f"{minutes} min") if part)
