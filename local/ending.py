"""Requests to end: Ctrl-C, a termination signal, a closed terminal."""

import signal

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Ending:
    """Notes that someone asked for the end, and interrupts nothing.

    An exception in the middle of a step would leave it half done, so commands look here between their steps.
    Signals count even if a shell started us with them ignored.
    """

    def __init__(self) -> None:
        self.requested = False
        """Whether someone asked for the end."""

    def listen(self) -> None:
        """Notes signals from now on."""
        for one in _SIGNALS:
            signal.signal(one, self._request)

    def _request(self, *_: object) -> None:
        self.requested = True

    def interrupt_instead(self) -> None:
        """Lets signals interrupt, for a command that waits for one thing and may be cut short."""
        for one in _SIGNALS:
            signal.signal(one, signal.default_int_handler)
        if self.requested:
            raise KeyboardInterrupt
