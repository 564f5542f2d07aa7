"""What a process gives back, told by the system that it runs on."""

import ctypes
import subprocess
import sys

import pytest

from contract.names import ROOT

MEGABYTE = 2**20
# In a process of its own: how this one takes memory is not changed, and nothing else frees any meanwhile.
SCRIPT = """
import numpy as np, psutil, pyarrow as pa, pyarrow.compute as pc
from dashboard.memory import return_large_memory, return_small_memory

return_large_memory()
one = pa.array(np.arange({numbers}))
held = [pc.add(one, number) for number in range({arrays})]
del held[::2]
full = psutil.Process().memory_info().rss
{give_back}
print(full - psutil.Process().memory_info().rss)
"""


def _given_back(**how: object) -> int:
    """How many bytes the process holds less after it gave back."""
    script = SCRIPT.format(**how)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return int(done.stdout)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="not the C library of GNU")
def test_small_arrays_between_others_that_are_held_are_given_back_when_told() -> None:
    # 64 MB, of which every other 16 KB are free.
    small = {"numbers": 2_048, "arrays": 4_096}
    assert _given_back(**small, give_back="") < 4 * MEGABYTE
    assert _given_back(**small, give_back="return_small_memory()") > 16 * MEGABYTE
