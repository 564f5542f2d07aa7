"""Attributes that are put back into items of the live table, which hold more beside them."""

from functools import partial

from ops.restore.outcome import Item, Outcome
from ops.restore.target import Target


def merge_attributes(target: Target, item: Item, alive: Item) -> Outcome:
    """Puts an item's attributes back where the live item, `alive`, has none of them."""
    was, known = _select(target, item), _select(target, alive)
    if not was or was == known:
        return Outcome.THERE
    if known and not target.overwrite:
        return Outcome.DIFFERS
    return _set(target, was, alive, Outcome.OVERWRITTEN if known else Outcome.PUT_BACK)


def _select(target: Target, item: Item) -> Item:
    return {name: item[name] for name in target.what.attributes if name in item}


def _set(target: Target, was: Item, alive: Item, outcome: Outcome) -> Outcome:
    names = {name: f"#a{number}" for number, name in enumerate(target.what.attributes)}
    values = {name: f":a{number}" for number, name in enumerate(was)}
    update = "SET " + ", ".join(f"{names[name]} = {values[name]}" for name in was)
    if gone := [placeholder for name, placeholder in names.items() if name not in was]:
        update += " REMOVE " + ", ".join(gone)
    version = target.what.attributes[0]
    before = {":before": alive[version]} if version in alive else {}
    unchanged = f"{names[version]} = :before" if before else f"attribute_not_exists({names[version]})"
    write = partial(
        target.client.update_item,
        TableName=target.table,
        Key={key: alive[key] for key in target.what.keys},
        UpdateExpression=update,
        # The key too: an update would make the item, had somebody deleted it meanwhile.
        ConditionExpression=f"attribute_exists(#key) AND {unchanged}",
        ExpressionAttributeNames={
            "#key": target.what.keys[0],
            **{placeholder: name for name, placeholder in names.items()},
        },
        ExpressionAttributeValues={
            **{placeholder: was[name] for name, placeholder in values.items()},
            **before,
        },
    )
    return target.attempt(write, outcome)
