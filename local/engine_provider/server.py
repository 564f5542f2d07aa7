"""The server through which the engine talks to the provider."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from local.engine_provider.servicer import Provider
from local.processes import HOST

_WORKERS: Final = 16
_MAX_MESSAGE_BYTES: Final = 400 * 1024 * 1024
"""What the engine itself allows."""


def start_server(provider: Provider) -> tuple[grpc.Server, int]:
    """Serves the provider on a free port of the loopback interface, and returns the server and the port."""
    options: list[tuple[str, Any]] = [("grpc.max_receive_message_length", _MAX_MESSAGE_BYTES)]
    server = grpc.server(ThreadPoolExecutor(max_workers=_WORKERS), options=options)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    port = server.add_insecure_port(f"{HOST}:0")
    server.start()
    return server, port
