"""An update of one item, in DynamoDB's own words."""

from dataclasses import dataclass, field
from typing import Any, Final

Values = dict[str, Any]
"""Attributes in DynamoDB's form; None for one that the item must not have."""

MAX_WRITES: Final = 100
"""Items of one transaction (DynamoDB quotas)."""
_EMPTY: Final[Values] = {"L": []}


@dataclass(frozen=True, kw_only=True)
class Update:
    """What becomes of an item's attributes; all others stay as they are."""

    values: Values
    """What they are from now on."""
    add: Values = field(default_factory=dict)
    """Numbers to add."""
    append: Values = field(default_factory=dict)
    """Lists to add at the end of the one that is there, or is none yet."""
    if_still: Values = field(default_factory=dict)
    """What has to be so for anything to happen."""

    def arguments(self) -> dict[str, Any]:
        """Arguments of UpdateItem, or of an `Update` in a transaction."""
        return _Words().say(self)


@dataclass
class _Words:
    """The expressions, and the names and values that stand in them."""

    names: dict[str, str] = field(default_factory=dict)
    given: Values = field(default_factory=dict)
    clauses: dict[str, list[str]] = field(default_factory=dict)
    conditions: list[str] = field(default_factory=list)

    def say(self, update: Update) -> dict[str, Any]:
        for attribute, value in update.values.items():
            self._set(attribute, value)
        for attribute, value in update.append.items():
            name = self._name(attribute)
            appended = f"list_append(if_not_exists({name}, {self._give(_EMPTY)}), {self._give(value)})"
            self._clause("SET", f"{name} = {appended}")
        for attribute, value in update.add.items():
            self._clause("ADD", f"{self._name(attribute)} {self._give(value)}")
        for attribute, value in update.if_still.items():
            self._require(attribute, value)
        arguments: dict[str, Any] = {
            "UpdateExpression": " ".join(
                f"{action} {', '.join(parts)}" for action, parts in self.clauses.items()
            ),
            "ExpressionAttributeNames": self.names,
        }
        if self.given:
            arguments["ExpressionAttributeValues"] = self.given
        if self.conditions:
            arguments["ConditionExpression"] = " AND ".join(self.conditions)
        return arguments

    def _set(self, attribute: str, value: Any) -> None:
        name = self._name(attribute)
        if value is None:
            self._clause("REMOVE", name)
        else:
            self._clause("SET", f"{name} = {self._give(value)}")

    def _require(self, attribute: str, value: Any) -> None:
        name = self._name(attribute)
        same = f"attribute_not_exists({name})" if value is None else f"{name} = {self._give(value)}"
        self.conditions.append(same)

    def _clause(self, action: str, part: str) -> None:
        self.clauses.setdefault(action, []).append(part)

    def _name(self, attribute: str) -> str:
        name = f"#{len(self.names)}"
        self.names[name] = str(attribute)
        return name

    def _give(self, value: Any) -> str:
        name = f":{len(self.given)}"
        self.given[name] = value
        return name
