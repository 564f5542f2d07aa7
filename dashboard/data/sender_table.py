"""The table FileSlaSenders: one method an access pattern, each naming its index."""

from collections.abc import Iterable, Sequence

from contract.words import SenderState
from dashboard.data.queries import Item, Queries, Query
from dashboard.data.recent import Recent
from dashboard.data.sender import (
    OF_DEEDS,
    SENDER_ATTRIBUTES,
    Fleet,
    Refusal,
    Sender,
    SenderDeed,
    update_fleet,
)
from store.senders import ACT_PREFIX, OWN_PART, REFUSED_PART, REFUSED_STATE, SenderAttribute, SenderIndex


class SenderTable:
    """Senders, as one analyst may see them. Safe to share between threads.

    Every method raises what `translate_aws_errors` does.

    Args:
        queries: what the analyst may query.
        table_name: what DynamoDB calls the table.
        recent: what anybody read of it in the last seconds.
    """

    def __init__(self, queries: Queries, table_name: str, recent: Recent) -> None:
        self._queries = queries
        self._table_name = table_name
        self._recent = recent

    def list_all(self) -> Fleet:
        """Every sender, without what is shown of one alone, in no particular order."""
        # All that the index has: it holds what a page shows, and refuses to be asked for more.
        queries = [
            Query(table=self._table_name, index=SenderIndex.STATE, equal={SenderAttribute.STATE: state})
            for state in (*SenderState, REFUSED_STATE)
        ]
        fleet = self._recent.get((self._table_name, "all"), lambda: _read_fleet(self._queries.run(*queries)))
        return update_fleet(fleet, self._recent.list_noted(self._table_name))

    def read(self, key: str) -> tuple[Sender | None, Refusal | None]:
        """One sender in full: itself, and its last refused report."""
        question = (self._table_name, "one", key)
        return self._recent.get(question, lambda: self._read(key)).find(key)

    def list_deeds(self, key: str) -> Sequence[SenderDeed]:
        """What people did to a sender."""
        query = Query(
            table=self._table_name,
            equal={SenderAttribute.SENDER: key},
            between=(SenderAttribute.PART, ACT_PREFIX, f"{ACT_PREFIX}~"),
            attributes=OF_DEEDS,
            consistent=True,
        )
        return self._recent.get(
            (self._table_name, "deeds", key),
            lambda: list(map(SenderDeed.model_validate, self._queries.run(query))),
        )

    def reread(self, key: str) -> None:
        """Has everything asked anew, and knows how this one is now before the index does.

        Call it once somebody has acted on it, so that whoever did sees it at once.
        """
        self._recent.forget()
        sender, _ = self._read(key).find(key)
        if sender is not None:
            self._recent.note(self._table_name, key, sender)

    def _read(self, key: str) -> Fleet:
        query = Query(
            table=self._table_name,
            equal={SenderAttribute.SENDER: key},
            # The parts between hold what only the projection reads: lists, sets, what people did.
            between=(SenderAttribute.PART, REFUSED_PART, OWN_PART),
            attributes=SENDER_ATTRIBUTES,
            # Whoever has just acted on it wants to see that.
            consistent=True,
        )
        return _read_fleet(self._queries.run(query))


def _read_fleet(items: Iterable[Item]) -> Fleet:
    senders: dict[str, Sender] = {}
    refusals: dict[str, Refusal] = {}
    for item in items:
        state = item.get(SenderAttribute.STATE)
        if state == REFUSED_STATE:
            refusals[item[SenderAttribute.SENDER]] = Refusal.model_validate(item)
        # A sender that was only marked to be folded has none yet.
        elif state is not None:
            # It may change its state between two queries, and then is in both.
            senders[item[SenderAttribute.SENDER]] = Sender.model_validate(item)
    return Fleet(senders=list(senders.values()), refusals=refusals)
