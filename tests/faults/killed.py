"""The end of a process."""


class KilledError(BaseException):
    """It ends where it is: nothing catches this but the test."""
