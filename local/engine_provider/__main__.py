"""Serves the provider until the engine ends it.

FILE_SLA_EMULATOR=http://127.0.0.1:4566 python -m local.engine_provider

The engine starts it as an executable called `pulumi-resource-aws`, and reads the port from the first
line of its output.
"""

import os

from local.engine_provider import ENDPOINT_VARIABLE
from local.engine_provider.server import start_server
from local.engine_provider.servicer import Provider

if __name__ == "__main__":
    server, port = start_server(Provider(os.environ[ENDPOINT_VARIABLE]))
    print(port, flush=True)
    server.wait_for_termination()
