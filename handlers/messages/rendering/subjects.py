"""The subject of a message: what a phone shows of it."""

from collections.abc import Sequence
from typing import Final

from handlers.messages.rendering.plain_ascii import to_ascii
from handlers.messages.rendering.shown import shorten

MAX_SUBJECT: Final = 99
"""Characters: Amazon SNS takes fewer than 100, of ASCII without controls (API reference, `Publish`)."""
_SERVER: Final = 24
"""Characters of a server's name; those of Windows have 15."""
_FOLDER: Final = 24
"""Characters of a path below which it is better to leave out something else."""
_COUNTS: Final = 64
"""Characters that the counts of a digest may take: the rest is for a place."""


def name_server(sender_name: str) -> str:
    """What people call a sender: what its script calls itself, or else its account."""
    return sender_name.rpartition("/")[2] or sender_name


def write_subject(before: str, folder: str | None, sender_name: str, after: str = "") -> str:
    r"""What happened, where, and the rest where there is room for it.

    Args:
        before: our own words, with what joins them to the place.
        folder: a path; None where it is the sender alone.
        sender_name: its whole name.
        after: our own words, in ASCII.
    """
    server = shorten(to_ascii(name_server(sender_name)), _SERVER)
    if folder is None:
        return cut_subject(f"{before}{server}{after}")
    path = to_ascii(folder)
    room = MAX_SUBJECT - len(f"{before} on {server}{after}")
    if room < min(_FOLDER, len(path)):
        room += len(after)
        after = ""
    return cut_subject(f"{before}{shorten(path, max(room, _FOLDER))} on {server}{after}")


def write_counts_subject(counts: Sequence[str], joint: str, folder: str, sender_name: str) -> str:
    """What happened how often, and one place of all where there is room for it.

    Args:
        counts: our own words, the most important first.
        joint: before the place.
        folder: a path; empty where no place is to be named.
        sender_name: its whole name.
    """
    counted = counts[0]
    for one in counts[1:]:
        if len(f"{counted}, {one}") > _COUNTS:
            counted += ", ..."
            break
        counted += f", {one}"
    if not folder:
        return cut_subject(counted)
    path, server = to_ascii(folder), shorten(to_ascii(name_server(sender_name)), _SERVER)
    whole = f"{counted}{joint}{path} on {server}"
    room = MAX_SUBJECT - len(f"{counted}{joint}")
    return whole if len(whole) <= MAX_SUBJECT else cut_subject(f"{counted}{joint}{shorten(path, room)}")


def cut_subject(subject: str) -> str:
    """The subject, or as much of it as there is room for."""
    return subject if len(subject) <= MAX_SUBJECT else f"{subject[: MAX_SUBJECT - 3].rstrip()}..."
