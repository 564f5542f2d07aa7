"""What can go wrong with one call to DynamoDB, each as a fault that takes its virtual time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from botocore.exceptions import ConnectionClosedError, ConnectTimeoutError, ReadTimeoutError
from hypothesis import strategies as st

from handlers.file_sla_error import CONNECT_SECONDS, READ_SECONDS
from tests.stands.table_on_the_wire import Fault, Item, Put

_URL: Final = "https://dynamodb.test"
_EXCEPTION: Final = "com.amazonaws.dynamodb.v20120810#"


@dataclass
class Clock:
    """Time that passes only when someone waits; a function's life is `seconds` long."""

    seconds: float
    now: float = 0.0

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.now += seconds

    def get_remaining_time_in_millis(self) -> int:
        return int((self.seconds - self.now) * 1000)


@dataclass(frozen=True)
class Mishap:
    """One fault, as data that hypothesis can draw, shrink and print."""

    kind: str
    stored: float = 0.0
    """The share of the batch that is stored all the same."""
    seconds: float = 0.0
    """How long the call takes; a time-out takes its own time."""

    def on(self, clock: Clock) -> Fault:
        def fault(batch: list[Item], put: Put) -> tuple[int, object]:
            done = round(len(batch) * self.stored)
            put(batch[:done])
            clock.sleep(
                {"connect timeout": CONNECT_SECONDS, "read timeout": READ_SECONDS}.get(
                    self.kind, self.seconds
                )
            )
            match self.kind:
                case "unprocessed":
                    return 200, batch[done:]
                case "connect timeout":
                    raise ConnectTimeoutError(endpoint_url=_URL)
                case "read timeout":
                    raise ReadTimeoutError(endpoint_url=_URL)
                case "reset":
                    raise ConnectionClosedError(endpoint_url=_URL)
                case "not DynamoDB":
                    return 200, b"<html>a proxy's idea of an answer</html>"
                case "InternalServerError":
                    return 500, {"__type": _EXCEPTION + self.kind}
                case "ServiceUnavailable":
                    return 503, b"no JSON at all"
                case _:
                    return 400, {"__type": _EXCEPTION + self.kind, "message": "slow down"}

        return fault


_NOTHING_STORED: Final = (
    "connect timeout",
    "ThrottlingException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
)
_ANYTHING_STORED: Final = (
    "unprocessed",
    "read timeout",
    "reset",
    "not DynamoDB",
    "InternalServerError",
    "ServiceUnavailable",
)
KINDS: Final = (*_NOTHING_STORED, *_ANYTHING_STORED)
mishaps: st.SearchStrategy[Mishap] = st.one_of(
    st.builds(Mishap, st.sampled_from(_NOTHING_STORED), seconds=st.floats(0, READ_SECONDS)),
    st.builds(
        Mishap,
        st.sampled_from(_ANYTHING_STORED),
        stored=st.sampled_from([0.0, 0.3, 0.9, 1.0]),
        seconds=st.floats(0, READ_SECONDS),
    ),
)
schedules: st.SearchStrategy[Sequence[Mishap]] = st.lists(mishaps, max_size=25)
