"""Answers one event, and counts the calls to AWS and the write units that it took."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from botocore.handlers import BUILTIN_HANDLERS

from bench.processes.fresh import serve
from bench.workload.events import Context, load
from bench.workload.items import item_bytes
from store.records import Attribute


@dataclass
class Meter:
    """Counts what every client of this process does."""

    calls: int = 0
    write_units: float = 0
    items: list[Mapping[str, Any]] = field(default_factory=list)
    """The records that were written in batches."""
    run_bytes: list[int] = field(default_factory=list)
    """The sizes of the runs' items that were."""

    def attach(self) -> None:
        """Counts for every session that is made from now on."""
        BUILTIN_HANDLERS.append(("before-send", self._sent))
        for operation in ("PutItem", "BatchWriteItem"):
            BUILTIN_HANDLERS.append((f"provide-client-params.dynamodb.{operation}", self._asked))
            BUILTIN_HANDLERS.append((f"after-call.dynamodb.{operation}", self._answered))

    def _sent(self, **_: Any) -> None:
        self.calls += 1

    def _asked(self, params: dict[str, Any], **_: Any) -> dict[str, Any]:
        for requests in params.get("RequestItems", {}).values():
            items = [request["PutRequest"]["Item"] for request in requests]
            self.items += [item for item in items if Attribute.ERROR_ID in item]
            self.run_bytes += [item_bytes(item) for item in items if Attribute.ERROR_ID not in item]
        return {**params, "ReturnConsumedCapacity": "INDEXES"}

    def _answered(self, parsed: Mapping[str, Any], **_: Any) -> None:
        consumed = parsed["ConsumedCapacity"]
        for entry in consumed if isinstance(consumed, list) else [consumed]:
            self.write_units += entry["CapacityUnits"]


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """Takes `module` and `event`; gives a meter's counts."""
    meter = Meter()
    meter.attach()
    response = load(request["module"])(request["event"], Context)
    if response["statusCode"] != 200:
        raise RuntimeError(f"the report was refused: {response['body']}")
    return asdict(meter)


if __name__ == "__main__":
    serve(answer)
