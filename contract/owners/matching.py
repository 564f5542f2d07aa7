"""Finds whom a folder or a sender belongs to."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from contract.folder_key import fold_path, folder_key, is_windows_path
from contract.owners.model import Match, Owners, Rule
from contract.owners.patterns import ANY, covers, fits


def find_owner(owners: Owners, folder: str, sender_name: str) -> Match:
    """Whom a folder of a sender belongs to: by the first rule that fits, else to the default owner.

    Args:
        owners: what the file says.
        folder: in any spelling.
        sender_name: as screens show it, `<user name>` or `<user name>/<run.sender>`.
    """
    key, windows, sender = _fold_sigma(folder_key(folder)), is_windows_path(folder), _fold_sender(sender_name)
    for rule in owners.rules:
        if _fits_folder(rule, key, windows=windows) and _fits_sender(rule, sender):
            return Match(owner=owners.owners[rule.owner], rule=rule)
    return Match(owner=owners.owners[owners.default], rule=None)


def find_sender_owner(owners: Owners, sender_name: str) -> Match:
    """Whom a sender itself belongs to, who is told when it is silent: by the rules that name no folder."""
    sender = _fold_sender(sender_name)
    for rule in owners.rules:
        if rule.folder is None and _fits_sender(rule, sender):
            return Match(owner=owners.owners[rule.owner], rule=rule)
    return Match(owner=owners.owners[owners.default], rule=None)


def list_owners(owners: Owners, folder: str) -> Iterator[Match]:
    """Whom a folder may belong to, by who sends it, in order; the last has it of all other senders."""
    key, windows = _fold_sigma(folder_key(folder)), is_windows_path(folder)
    for rule in owners.rules:
        if _fits_folder(rule, key, windows=windows):
            yield Match(owner=owners.owners[rule.owner], rule=rule)
            if rule.sender is None:
                return
    yield Match(owner=owners.owners[owners.default], rule=None)


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
    if not covers(_sender_pattern(before), _sender_pattern(rule)):
        return False
    if before.folder is None or rule.folder is None:
        return before.folder is None
    return all(
        covers(_folder_pattern(before.folder, windows=windows), _folder_pattern(rule.folder, windows=windows))
        for windows in ((True,) if is_windows_path(rule.folder) else (True, False))
    )


def _fits_folder(rule: Rule, key: str, *, windows: bool) -> bool:
    return rule.folder is None or fits(_folder_pattern(rule.folder, windows=windows), key)


def _fits_sender(rule: Rule, folded: str) -> bool:
    return rule.sender is None or fits(_sender_pattern(rule), folded)


def _sender_pattern(rule: Rule) -> str:
    return ANY if rule.sender is None else _fold_sender(rule.sender)


@lru_cache(maxsize=8192)
def _folder_pattern(pattern: str, *, windows: bool) -> str:
    """A pattern as it compares with the keys of drive and UNC paths, or with those of all others."""
    return _fold_sigma(fold_path(pattern) if windows else pattern)


@lru_cache(maxsize=8192)
def _fold_sender(text: str) -> str:
    return text.casefold()


def _fold_sigma(text: str) -> str:
    """Without the sigma of a word's end: what `lower` makes of one depends on what follows it."""
    return text.replace("\N{GREEK SMALL LETTER FINAL SIGMA}", "\N{GREEK SMALL LETTER SIGMA}")
