"""The wish of whoever is at the keyboard that things end."""

import signal

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Ending:
    """Notes Ctrl-C, a polite kill and the closing of the terminal, and interrupts nothing.

    An exception in the middle of whatever runs just then would leave things half done. So those
    who listen look here between their steps. They are heeded even where a shell has started us with
    a signal ignored.
    """

    def __init__(self) -> None:
        self.requested = False
        """Whether someone asked for the end."""

    def listen(self) -> None:
        """From here on the signals are noted."""
        for one in _SIGNALS:
            signal.signal(one, self._request)

    def _request(self, *_: object) -> None:
        self.requested = True

    def interrupt_instead(self) -> None:
        """Gives the signals over to a command that waits for one thing and may be cut short."""
        for one in _SIGNALS:
            signal.signal(one, signal.default_int_handler)
        if self.requested:
            raise KeyboardInterrupt
