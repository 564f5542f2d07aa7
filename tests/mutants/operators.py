"""The mistakes that are made: those of cosmic-ray that say something, and two that it lacks.

Of a comparison's seven alternatives only the neighbour and the opposite are tried, and no type is mutated:
the others are noticed by any test, and would make the share killed look better than it is.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from cosmic_ray.ast import get_ast
from cosmic_ray.plugins import get_operator

Position = tuple[tuple[int, int], tuple[int, int]]


class Operator(Protocol):
    """What cosmic-ray asks of an operator; nodes are parso's, which has no types for them."""

    def mutation_positions(self, node: Any) -> Iterator[Position]:
        """Where in this node it can change something."""

    def mutate(self, node: Any, index: int, /) -> Any:
        """The node to put in its place."""


class ReturnNothing:
    """`return None` in place of what was to be returned."""

    def mutation_positions(self, node: Any) -> Iterator[Position]:
        """The value of a return statement."""
        if node.type == "return_stmt" and node.children[1].get_code(include_prefix=False) != "None":
            yield (node.children[1].start_pos, node.children[1].end_pos)

    def mutate(self, node: Any, _index: int, /) -> Any:
        """The same statement with another value."""
        return _with_second(node, " None")


class TurnFilter:
    """Takes in what a comprehension's condition leaves out, and the other way round."""

    def mutation_positions(self, node: Any) -> Iterator[Position]:
        """The condition of a comprehension."""
        if node.type == "comp_if":
            yield (node.children[1].start_pos, node.children[1].end_pos)

    def mutate(self, node: Any, _index: int, /) -> Any:
        """The same condition, negated."""
        return _with_second(node, f" not ({node.children[1].get_code(include_prefix=False)})")


def _with_second(node: Any, code: str) -> Any:
    node.children[1] = get_ast(code)
    return node


def _core(*names: str) -> dict[str, Operator]:
    return {name: get_operator(f"core/{name}")() for name in names}


OPERATORS: Mapping[str, Mapping[str, Operator]] = {
    "compare": _core(
        *(
            f"ReplaceComparisonOperator_{change}"
            for change in (
                "Lt_LtE",
                "LtE_Lt",
                "Gt_GtE",
                "GtE_Gt",
                "Eq_NotEq",
                "NotEq_Eq",
                "Is_IsNot",
                "IsNot_Is",
            )
        )
    ),
    "arithmetic": _core(
        *(
            f"ReplaceBinaryOperator_{change}"
            for change in ("Add_Sub", "Sub_Add", "Mul_FloorDiv", "Div_Mul", "FloorDiv_Mul", "Mod_Mul")
        ),
        "ReplaceUnaryOperator_USub_UAdd",
    ),
    "boolean": _core(
        "ReplaceTrueWithFalse",
        "ReplaceFalseWithTrue",
        "ReplaceAndWithOr",
        "ReplaceOrWithAnd",
        "ReplaceUnaryOperator_Delete_Not",
    ),
    "number": _core("NumberReplacer"),
    "return": {"ReturnNothing": ReturnNothing()},
    "if-condition": {**_core("AddNot"), "TurnFilter": TurnFilter()},
}
