"""Which owner a folder or sender belongs to, and when an owner's quiet hours are.

In a pattern `*` is any text, `?` one character, and nothing else is special, for paths hold brackets.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from contract.folders import fold_path, folder_key, is_windows_path
from contract.owners.model import Match, Owner, Owners, Rule

ANY: Final = "*"
ONE: Final = "?"
MAX_PATTERN_CHARACTERS: Final = 1024
"""A folder has at most as many bytes (`contract.limits.MAX_FOLDER_BYTES`)."""


def fits(pattern: str, text: str) -> bool:
    """Whether a pattern describes the whole of a text.

    The time it takes is at worst proportional to the product of the two lengths: names come from outside.
    """
    return _compile(pattern, one=".").fullmatch(text) is not None


def covers(wide: str, narrow: str) -> bool:
    """Whether `wide` fits all that `narrow` fits. It may answer no wrongly, but never yes."""
    # Read as a text, a `*` of the narrow one may stand for anything, so that only a `*` takes it.
    return _compile(wide, one=r"[^*]").fullmatch(narrow) is not None


@lru_cache(maxsize=8192)
def _compile(pattern: str, *, one: str) -> re.Pattern[str]:
    first, *others = (
        "".join(one if char == ONE else re.escape(char) for char in part) for part in _split(pattern)
    )
    if not others:
        return re.compile(first, re.DOTALL)
    # The first place at which a part between two `*` occurs leaves most to the rest: none is tried again.
    between = "".join(f"(?>.*?{part})" for part in others[:-1])
    return re.compile(f"{first}{between}.*{others[-1]}", re.DOTALL)


def _split(pattern: str) -> list[str]:
    """The parts between the `*` of a pattern; several `*` in a row are one."""
    parts = pattern.split(ANY)
    return [part for index, part in enumerate(parts) if part or index in (0, len(parts) - 1)]


def fits_folder(pattern: str, folder: str) -> bool:
    """Whether a rule's pattern fits a folder, in any spelling."""
    return fits(_folder_pattern(pattern, windows=is_windows_path(folder)), _fold_sigma(folder_key(folder)))


def fits_sender(pattern: str, sender_name: str) -> bool:
    """Whether a rule's pattern fits a sender, by the name that screens show."""
    return fits(pattern.casefold(), sender_name.casefold())


def find_owner(owners: Owners, folder: str, sender_name: str) -> Match:
    """Whom a folder, in any spelling, of a sender belongs to, whose name is the one that screens show.

    It is the owner of the first rule that fits, else the default owner.
    """
    sender = sender_name.casefold()
    return next(
        one for one in list_owners(owners, folder) if one.rule is None or _fits_sender(one.rule, sender)
    )


def find_sender_owner(owners: Owners, sender_name: str) -> Match:
    """The owner of a sender itself, who is notified of its silence: by the rules that name no folder."""
    sender = sender_name.casefold()
    fitting = (rule for rule in owners.rules if rule.folder is None and _fits_sender(rule, sender))
    return _match(owners, next(fitting, None))


def list_owners(owners: Owners, folder: str) -> Iterator[Match]:
    """Whom a folder may belong to, by who sends it, in order; the last has it of all other senders."""
    key, windows = _fold_sigma(folder_key(folder)), is_windows_path(folder)
    for rule in owners.rules:
        if rule.folder is None or fits(_folder_pattern(rule.folder, windows=windows), key):
            yield _match(owners, rule)
            if rule.sender is None:
                return
    yield _match(owners, None)


def _match(owners: Owners, rule: Rule | None) -> Match:
    return Match(owner=owners.owners[rule.owner if rule else owners.default], rule=rule)


def list_unreachable(rules: Sequence[Rule]) -> Iterator[tuple[Rule, Rule]]:
    """Rules that nothing ever comes to, each with one before it that fits all that it fits.

    A rule without a folder is also of senders themselves, so that only another such one can hide it.
    """
    for index, rule in enumerate(rules):
        for before in rules[:index]:
            if _hides(before, rule):
                yield rule, before
                break


def _hides(before: Rule, rule: Rule) -> bool:
    if not covers((before.sender or ANY).casefold(), (rule.sender or ANY).casefold()):
        return False
    if before.folder is None or rule.folder is None:
        return before.folder is None
    return all(
        covers(_folder_pattern(before.folder, windows=windows), _folder_pattern(rule.folder, windows=windows))
        for windows in ((True,) if is_windows_path(rule.folder) else (True, False))
    )


def _fits_sender(rule: Rule, folded: str) -> bool:
    return rule.sender is None or fits(rule.sender.casefold(), folded)


@lru_cache(maxsize=8192)
def _folder_pattern(pattern: str, *, windows: bool) -> str:
    """A pattern as it compares with the keys of drive and UNC paths, or with those of all others."""
    return _fold_sigma(fold_path(pattern) if windows else pattern)


def _fold_sigma(text: str) -> str:
    """Without the sigma of a word's end: what `lower` makes of one depends on what follows it."""
    return text.replace("\N{GREEK SMALL LETTER FINAL SIGMA}", "\N{GREEK SMALL LETTER SIGMA}")


_FURTHEST: Final = timedelta(days=14)
"""Where the search for an end stops: whoever is quiet at all hours of the week is so for ever."""


def is_quiet(owner: Owner, now: datetime) -> bool:
    """Whether a moment lies in an owner's quiet hours."""
    return quiet_until(owner, now) is not None


def quiet_until(owner: Owner, now: datetime) -> datetime | None:
    """When the quiet hours end that a moment lies in, in UTC; None where it lies in none.

    Hours that overlap or touch are one stretch. Where it has no end, one two weeks ahead is given.
    """
    until = now
    while until - now < _FURTHEST:
        stretches = (next(hours.windows(until)) for hours in owner.quiet_hours)
        ends = [end for begin, end in stretches if begin <= until]
        if not ends:
            break
        until = max(ends)
    return until.astimezone(UTC) if until > now else None
