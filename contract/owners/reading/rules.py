"""Rules, and the names of owners in them."""

from collections.abc import Collection, Iterator
from difflib import get_close_matches

from yaml.nodes import Node

from contract.owners.matching import list_unreachable
from contract.owners.model import Rule
from contract.owners.patterns import MAX_PATTERN_CHARACTERS
from contract.owners.reading.yaml_file import YamlFile, line_of


def read_rules(file: YamlFile, node: Node | None, names: Collection[str]) -> tuple[Rule, ...]:
    """The rules of a list. One that nothing ever comes to is a problem: its author means something else.

    Args:
        file: where they stand.
        node: the list.
        names: of all owners.
    """
    rules = tuple(_read_each(file, node, names))
    for rule in rules[:-1]:
        if _is_for_everything(rule):
            file.add(
                rule.line,
                "this rule has neither a folder nor a sender, so it takes everything, and nothing ever comes "
                "to those after it. Say which folder or sender it is about, or put it last.",
            )
    for rule, before in list_unreachable(rules):
        if _is_for_everything(before):
            continue
        file.add(
            rule.line,
            f"nothing ever comes to this rule: whatever fits it, the one in line {before.line} takes. "
            "Put this one before that, or remove it.",
        )
    return rules


def read_owner_name(file: YamlFile, node: Node | None, what: str, names: Collection[str]) -> str | None:
    """The name of an owner that is in the file."""
    name = file.read_text(node, what) if node else None
    if node is not None and name is not None and name not in names:
        nearest = get_close_matches(name, names, n=1)
        meant = f"did you mean {nearest[0]}?" if nearest else "add it below owners."
        file.add(node, f"{what}: there is no owner {name!r}: {meant}")
    return name


def _read_each(file: YamlFile, node: Node | None, names: Collection[str]) -> Iterator[Rule]:
    for item in file.read_items(node, "rules"):
        before = len(file.problems)
        parts = file.read_mapping(item, "a rule", ("folder", "sender", "owner"), required=("owner",))
        folder = _read_pattern(file, parts.get("folder"), "folder of a rule")
        sender = _read_pattern(file, parts.get("sender"), "sender of a rule")
        right = len(file.problems) == before
        owner = read_owner_name(file, parts.get("owner"), "owner of a rule", names)
        # An owner that is not there is no reason to overlook what else the rule hides.
        if right and owner is not None:
            yield Rule(owner=owner, folder=folder, sender=sender, line=line_of(item))


def _is_for_everything(rule: Rule) -> bool:
    return rule.folder is None and rule.sender is None


def _read_pattern(file: YamlFile, node: Node | None, what: str) -> str | None:
    text = file.read_text(node, what) if node else None
    if node is not None and text is not None and len(text) > MAX_PATTERN_CHARACTERS:
        file.add(node, f"{what}: it has {len(text):,} characters: at most {MAX_PATTERN_CHARACTERS:,}.")
    return text
