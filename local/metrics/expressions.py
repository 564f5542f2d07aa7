"""CloudWatch metric math, as much of it as the alarms use: arithmetic, comparisons, IF and FILL.

The emulator evaluates none. The syntax of these expressions is Python's too, so Python parses them.
"""

import ast
import operator
from collections.abc import Callable, Mapping

Value = float | None
"""A datapoint; None where there is none."""

_OPERATORS: dict[type[ast.AST], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
}


class UnknownExpressionError(Exception):
    """An expression uses what is not known here."""

    def __init__(self, expression: str) -> None:
        super().__init__(f"The local stack cannot evaluate {expression!r}; see {__name__}.")


def evaluate(expression: str, values: Mapping[str, Value]) -> Value:
    """The value of an expression at one point in time.

    Args:
        expression: such as `IF(whole >= 1, 100 * part / whole, 0)`.
        values: the datapoints by the ids that the expression uses.

    Raises:
        UnknownExpressionError: it is not made of what is known here.
    """

    def value_of(node: ast.AST) -> Value:
        match node:
            case ast.Constant(value=int() | float() as number):
                return number
            case ast.Name(id=name) if name in values:
                return values[name]
            case (
                ast.BinOp(left=left, op=op, right=right)
                | ast.Compare(left=left, ops=[op], comparators=[right])
            ) if type(op) in _OPERATORS:
                return _apply(_OPERATORS[type(op)], value_of(left), value_of(right))
            case ast.Call(func=ast.Name(id="IF"), args=[condition, yes, no]):
                holds = value_of(condition)
                return None if holds is None else value_of(yes if holds else no)
            case ast.Call(func=ast.Name(id="FILL"), args=[series, filler]):
                found = value_of(series)
                return value_of(filler) if found is None else found
        raise UnknownExpressionError(expression)

    return value_of(ast.parse(expression, mode="eval").body)


def _apply(operation: Callable[[float, float], float], left: Value, right: Value) -> Value:
    if left is None or right is None:
        return None
    try:
        return operation(left, right)
    except ZeroDivisionError:
        return None
