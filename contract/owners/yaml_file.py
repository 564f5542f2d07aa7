"""Reads a YAML file value by value, so that every problem is reported with its line, all at once."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Final

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_NULL: Final = "tag:yaml.org,2002:null"
_KINDS: Final[Mapping[type[Node], str]] = {
    MappingNode: "keys and values",
    SequenceNode: "a list",
    ScalarNode: "one value",
}


@dataclass(frozen=True, order=True)
class Problem:
    """Something wrong in the file."""

    line: int
    """From 1 on."""
    text: str
    """What it is, and how to fix it."""


@dataclass(frozen=True)
class Place:
    """A value of a file. What cannot be used is a problem, and None or nothing to whoever asked for it."""

    problems: list[Problem]
    """Of the whole file."""
    what: str = "the file"
    """What the value is called in a problem."""
    node: Node | None = None
    """None where the file gives no such value, which is no problem."""

    @property
    def line(self) -> int:
        """The line that it begins in, from 1 on."""
        return self.node.start_mark.line + 1 if self.node else 1

    def add(self, text: str, line: int | None = None) -> None:
        """Something is wrong, here or in another line."""
        self.problems.append(Problem(line or self.line, text))

    def read_mapping(self, keys: Sequence[str], name: str, required: int = 0) -> dict[str, "Place"]:
        """The values of these keys, named as `{} of a rule` says. So many of the first are required."""
        found = {key: Place(self.problems, name.format(key)) for key in keys}
        if not isinstance(self._get(MappingNode), MappingNode):
            return found
        for key, value in self.read_entries():
            if key.what in found:
                found[key.what] = replace(found[key.what], node=value.node)
            else:
                meant = suggest(key.what, keys, f"it has {', '.join(keys)}.")
                key.add(f"{key.what!r} is no key of {self.what}: {meant}")
        for missing in keys[:required]:
            if found[missing].node is None:
                self.add(f"{self.what} has no {missing}: add it.")
        return found

    def read_entries(self) -> list[tuple["Place", "Place"]]:
        """Each key of a mapping, called by its text, with its value."""
        entries: dict[str, tuple[Place, Place]] = {}
        node = self._get(MappingNode)
        for key, value in node.value if node else ():
            place = Place(self.problems, f"a key of {self.what}", key)
            if (name := place.read_text()) is None:
                continue
            if name in entries:
                first = entries[name][0].line
                place.add(f"{name!r} is there twice, first in line {first}: keep one of them.")
                continue
            entries[name] = replace(place, what=name), replace(self, what=name, node=value)
        return list(entries.values())

    def read_items(self) -> list["Place"]:
        """The items of a list, each called as it is."""
        node = self._get(SequenceNode)
        return [replace(self, node=item) for item in node.value] if node else []

    def read_words(self, known: Collection[str]) -> Iterator[str]:
        """The items of a list that are among the known words."""
        for item in self.read_items():
            if (word := item.read_text()) is None:
                continue
            if word in known:
                yield word
            else:
                item.add(f"{self.what}: {word!r} is none of {', '.join(known)}.")

    def read_text(self) -> str | None:
        """One value as it is written, also where YAML would take it for something else: `no`, `22:00`."""
        node = self._get(ScalarNode)
        if node is None:
            return None
        text: str = node.value
        if _is_null(node) or not text:
            self.add(f"{self.what} has no value.")
            return None
        if any(ord(char) < ord(" ") for char in text):
            self.add(
                f"{self.what} is {text!r}, with a control character. Between double quotes, YAML reads \\n, "
                "\\t and the like as such: put it between single quotes."
            )
            return None
        return text

    def read_number(self, least: int, most: int) -> int | None:
        """A whole number within a range, both ends included."""
        text = self.read_text()
        if text is None:
            return None
        if not (text.isascii() and text.isdecimal() and least <= int(text) <= most):
            self.add(f"{self.what} is {text!r}: it must be a whole number from {least} to {most:,}.")
            return None
        return int(text)

    def _get(self, wanted: type[Node]) -> Node | None:
        if self.node is None or isinstance(self.node, wanted):
            return self.node
        given = "has no value" if _is_null(self.node) else f"is {_KINDS[type(self.node)]}"
        self.add(f"{self.what} {given}: it must be {_KINDS[wanted]}.")
        return None


def parse_yaml(text: str) -> Place:
    """The one document of a file; a place without a node, and the problem, where it has none."""
    file = Place([])
    try:
        node: Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        file.add(_explain(error), mark.line + 1 if mark else 1)
        return file
    except yaml.reader.ReaderError as error:
        code = f"U+{ord(text[error.position]):04X}"
        line = text.count("\n", 0, error.position) + 1
        file.add(f"holds the character {code}, which YAML does not take: remove it.", line)
        return file
    if node is None or _is_null(node):
        file.add("the file is empty.")
        return file
    return replace(file, node=node)


def suggest(text: str, known: Collection[str], otherwise: str) -> str:
    """The nearest of the known words, as a question; `otherwise` where none is near."""
    by_lower = {word.lower(): word for word in known}
    nearest = get_close_matches(text.lower(), by_lower, n=1)
    return f"did you mean {by_lower[nearest[0]]}?" if nearest else otherwise


def _is_null(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.tag == _NULL


_REMEDIES: Final = {
    r"'\t'": "indent with spaces, YAML takes no tabs",
    "unknown escape character": "put paths between single quotes, where a backslash is a backslash",
    "alias": "put a pattern that begins with * between quotes",
    "single document": "remove the line --- and what follows",
    "mapping values are not allowed": "put what holds a colon and a space between quotes",
}
"""How to fix what YAML's own reader says in these words."""


def _explain(error: yaml.MarkedYAMLError) -> str:
    said = " ".join(part for part in (error.context, error.problem) if part)
    remedies = [remedy for words, remedy in _REMEDIES.items() if words in said]
    return "; ".join([f"is no YAML: {said}", *remedies[:1]]) + "."
