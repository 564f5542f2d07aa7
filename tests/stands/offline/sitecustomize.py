"""Denies every connection to anywhere but this machine, in each Python that has this folder on its path.

Python imports a module of this name when it starts, and child processes inherit PYTHONPATH. Each process
writes to the file that `LEDGER` names: a line when it starts, and one for each attempt.
"""

import errno
import json
import os
import sys
from typing import Any

LEDGER = "FILE_SLA_NETWORK_LEDGER"
_FILE = os.environ.get(LEDGER)
_HERE = frozenset({"127.0.0.1", "localhost"})
_ADDRESSES = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
"""Events whose second argument is the address; None if the socket is connected already."""
_NAMES = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})
"""Events whose first argument is a name to resolve."""


def _write(entry: dict[str, Any]) -> None:
    line = json.dumps({"pid": os.getpid(), **entry}) + "\n"
    # A single write to a file opened for appending: lines of several processes do not mix.
    file = os.open(str(_FILE), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(file, line.encode())
    os.close(file)


def _judge(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _ADDRESSES:
        address = arguments[1]
        # The address of a socket in the file system is a path.
        host = address[0] if isinstance(address, tuple) else None
    elif event in _NAMES:
        host = arguments[0]
    else:
        return
    text = host.decode() if isinstance(host, bytes) else host
    if text and text not in _HERE:
        _write({"denied": event, "host": str(text)})
        raise OSError(errno.ENETUNREACH, f"The test denies connections to {text}.")


if _FILE is not None:
    sys.addaudithook(_judge)
    _write({"started": sys.orig_argv})
