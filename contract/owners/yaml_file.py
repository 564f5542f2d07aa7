"""Reads a YAML file node by node, so that every problem is reported with its line, all at once."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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


@dataclass
class YamlFile:
    """A file that is being read. What cannot be used is a problem here, and None to whoever asked for it."""

    problems: list[Problem] = field(default_factory=list)

    def parse(self, text: str) -> Node | None:
        """The one document of a file; None where it has none."""
        try:
            node: Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.add(mark.line + 1 if mark else 1, _explain(error))
            return None
        except yaml.reader.ReaderError as error:
            code = f"U+{ord(text[error.position]):04X}"
            self.add(
                text.count("\n", 0, error.position) + 1,
                f"holds the character {code}, which YAML does not take: remove it.",
            )
            return None
        if node is None or _is_null(node):
            self.add(1, "the file is empty.")
            return None
        return node

    def add(self, place: Node | int, text: str) -> None:
        """Something is wrong, at a node or in a line."""
        self.problems.append(Problem(place if isinstance(place, int) else line_of(place), text))

    def read_mapping(
        self, node: Node, what: str, keys: Collection[str], *, required: Sequence[str] = ()
    ) -> dict[str, Node]:
        """The values of these keys, as far as they are given."""
        if not self._is(MappingNode, node, what):
            return {}
        values: dict[str, Node] = {}
        for key, name, value in self.read_entries(node, what):
            if name in keys:
                values[name] = value
                continue
            meant = suggest(name, keys, f"it has {', '.join(keys)}.")
            self.add(key, f"{name!r} is no key of {what}: {meant}")
        for name in required:
            if name not in values:
                self.add(node, f"{what} has no {name}: add it.")
        return values

    def read_entries(self, node: Node, what: str) -> list[tuple[Node, str, Node]]:
        """Each key of a mapping whose keys are names: its node, its text, and its value's node."""
        if not self._is(MappingNode, node, what):
            return []
        entries: dict[str, tuple[Node, str, Node]] = {}
        for key, value in node.value:
            name = self.read_text(key, f"a key of {what}")
            if name is None:
                continue
            if name in entries:
                first = line_of(entries[name][0])
                self.add(key, f"{name!r} is there twice, first in line {first}: keep one of them.")
                continue
            entries[name] = (key, name, value)
        return list(entries.values())

    def read_items(self, node: Node | None, what: str) -> list[Node]:
        """The items of a list; none where there is no such list."""
        if node is None or not self._is(SequenceNode, node, what):
            return []
        items: list[Node] = node.value
        return items

    def read_words(self, node: Node, what: str, known: Collection[str]) -> Iterator[str]:
        """The items of a list that are among the known words."""
        for item in self.read_items(node, what):
            word = self.read_text(item, what)
            if word is None:
                continue
            if word in known:
                yield word
            else:
                self.add(item, f"{what}: {word!r} is none of {', '.join(known)}.")

    def read_text(self, node: Node, what: str) -> str | None:
        """One value as it is written, also where YAML would take it for something else: `no`, `22:00`."""
        if not self._is(ScalarNode, node, what):
            return None
        text: str = node.value
        if _is_null(node) or not text:
            self.add(node, f"{what} has no value.")
            return None
        if any(ord(char) < ord(" ") for char in text):
            self.add(
                node,
                f"{what} is {text!r}, with a control character. Between double quotes, YAML reads \\n, \\t "
                "and the like as such: put it between single quotes.",
            )
            return None
        return text

    def read_number(self, node: Node, what: str, least: int, most: int) -> int | None:
        """A whole number within a range, both ends included."""
        text = self.read_text(node, what)
        if text is None:
            return None
        if not (text.isascii() and text.isdecimal() and least <= int(text) <= most):
            self.add(node, f"{what} is {text!r}: it must be a whole number from {least} to {most:,}.")
            return None
        return int(text)

    def _is(self, wanted: type[Node], node: Node, what: str) -> bool:
        if isinstance(node, wanted):
            return True
        if _is_null(node):
            self.add(node, f"{what} has no value: it must be {_KINDS[wanted]}.")
        else:
            self.add(node, f"{what} is {_KINDS[type(node)]}: it must be {_KINDS[wanted]}.")
        return False


def suggest(text: str, known: Collection[str], otherwise: str) -> str:
    """The nearest of the known words, as a question; `otherwise` where none is near."""
    nearest = get_close_matches(text, known, n=1)
    return f"did you mean {nearest[0]}?" if nearest else otherwise


def line_of(node: Node) -> int:
    """The line that a node begins in, from 1 on."""
    line: int = node.start_mark.line
    return line + 1


def _is_null(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.tag == _NULL


def _explain(error: yaml.MarkedYAMLError) -> str:
    said = " ".join(part for part in (error.context, error.problem) if part)
    return "; ".join((f"is no YAML: {said}", *_list_remedies(said))) + "."


def _list_remedies(said: str) -> Iterator[str]:
    if r"'\t'" in said:
        yield "indent with spaces, YAML takes no tabs"
    elif "unknown escape character" in said:
        yield "put paths between single quotes, where a backslash is a backslash"
    elif "alias" in said:
        yield "put a pattern that begins with * between quotes"
    elif "single document" in said:
        yield "remove the line --- and what follows"
    elif "mapping values are not allowed" in said:
        yield "put what holds a colon and a space between quotes"
