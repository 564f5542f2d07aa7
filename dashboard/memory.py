"""How the process takes memory, and gives it back."""

import ctypes
from typing import Final

import pyarrow as pa

_M_MMAP_THRESHOLD: Final = -3
_M_ARENA_MAX: Final = -8
"""The parameters' numbers in glibc's malloc.h."""
_ARENAS: Final = 2
"""Each of many would keep what it once had, and only one thread at a time runs Python anyway."""
_LARGE_BYTES: Final = 256 * 1024


def return_large_memory() -> None:
    """Has memory that large arrays took go back to the system as soon as they are gone.

    glibc would keep it: each large array that is freed raises the size from which it asks the system
    (mallopt(3), M_MMAP_THRESHOLD), and what lies between smaller ones is never given back. Arrow keeps what
    it took as well. A month of records needs several times its size while it is computed, and for that
    moment alone. Where the C library is another one, nothing is changed.
    """
    pa.set_memory_pool(pa.system_memory_pool())
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
        mallopt(_M_ARENA_MAX, _ARENAS)


def return_small_memory() -> None:
    """Gives back what many small arrays took and left; it takes some milliseconds.

    They lie beside what is still in use, and glibc gives back the end of its memory alone (malloc_trim(3)).
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
