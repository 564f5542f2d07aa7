"""The provider, which tells what it was asked for and stumbles when it is told to."""

from collections import Counter
from collections.abc import Callable
from threading import Lock
from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2

from local.engine_provider.servicer import Provider
from local.engine_provider.values import to_dict, to_struct


class WatchedProvider(Provider):
    """Counts what it creates, and can be made to stumble before it does."""

    def __init__(self, endpoint_url: str) -> None:
        super().__init__(endpoint_url)
        self.created: Counter[str] = Counter()
        """How often each resource was created, by its URN."""
        self.found: dict[str, dict[str, Any]] = {}
        """What a refresh finds otherwise than it was, by the end of a URN."""
        self._lock = Lock()
        self._left = 0
        self._stumble: Callable[[], None] | None = None

    def stumble_after(self, creations: int, stumble: Callable[[], None]) -> None:
        """Calls `stumble` and fails in place of the creation that comes after this many."""
        self._left, self._stumble = creations, stumble

    def Create(self, request: Any, context: Any) -> Any:  # noqa: N802 - the protocol's name
        """Creates a resource, unless it is time to stumble."""
        if not request.preview and (stumble := self._count(request.urn)):
            stumble()
            context.abort(grpc.StatusCode.UNAVAILABLE, "the provider stumbled")
        return super().Create(request, context)

    def Read(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002 - the protocol's name and arguments
        """Finds a resource as it was, but for what it is told to find."""
        state = to_dict(request.properties)
        for end, found in self.found.items():
            if request.urn.endswith(end):
                state |= found
        return provider_pb2.ReadResponse(id=request.id, properties=to_struct(state), inputs=request.inputs)

    def _count(self, urn: str) -> Callable[[], None] | None:
        with self._lock:
            if self._stumble and self._left <= 0:
                stumble, self._stumble = self._stumble, None
                return stumble
            self._left -= 1
            self.created[urn] += 1
            return None
