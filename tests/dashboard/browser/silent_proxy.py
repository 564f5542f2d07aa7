"""A road to a server on this machine that can go dead, as a network does: without a word."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

HOST = "127.0.0.1"
_CHUNK = 65_536


class SilentProxy:
    """Hands everything on, until it falls silent.

    From then on nothing passes, and no connection is closed either. With `speak`, new connections are
    served again. Those of before stay dead for ever.
    """

    def __init__(self, target_port: int) -> None:
        self._target = (HOST, target_port)
        self._silent = False
        self._age = 0
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]

    def silence(self) -> None:
        """Nothing is answered any more."""
        with self._lock:
            self._silent = True
            self._age += 1

    def speak(self) -> None:
        """Whoever connects from now on is answered."""
        self._silent = False

    def serve(self) -> None:
        """Accepts connections until `close`."""
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                self._keep(near)
                if not self._silent:
                    self._connect(near)

    def close(self) -> None:
        """Ends every connection."""
        self._end(self._listener)
        with self._lock:
            for one in self._open:
                self._end(one)

    def _connect(self, near: socket.socket) -> None:
        far = socket.create_connection(self._target)
        self._keep(far)
        for source, sink in ((near, far), (far, near)):
            threading.Thread(target=self._pump, args=(source, sink, self._age), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, age: int) -> None:
        with suppress(OSError):
            while chunk := source.recv(_CHUNK):
                if age == self._age:
                    sink.sendall(chunk)
            if age == self._age:
                sink.shutdown(socket.SHUT_WR)

    def _keep(self, one: socket.socket) -> None:
        with self._lock:
            self._open.append(one)

    @staticmethod
    def _end(one: socket.socket) -> None:
        # Closing alone would not wake the thread that waits there.
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()


@contextmanager
def serving(target_port: int) -> Iterator[SilentProxy]:
    """Serves the proxy on a free port of this machine."""
    proxy = SilentProxy(target_port)
    thread = threading.Thread(target=proxy.serve)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.close()
        thread.join()
