"""What a run was measured on, in a few words."""

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path
from typing import Final

import psutil

_CPUINFO: Final = Path("/proc/cpuinfo")


def describe_machine() -> str:
    """Processors, memory, and the versions of what the measured code stands on."""
    cores, gigabytes = os.cpu_count(), psutil.virtual_memory().total / 2**30
    release = ".".join(platform.release().split(".")[:2])
    return (
        f"{cores} cores of {_name_processor()}, {gigabytes:.0f} GB, {platform.system()} {release}, "
        f"Python {platform.python_version()}, ministack {version('ministack')}"
    )


def _name_processor() -> str:
    told = _CPUINFO.read_text() if _CPUINFO.exists() else ""
    name = re.search(r"^model name\s*:\s*(.+)$", told, re.MULTILINE)
    return re.sub(r"\((R|TM)\)", "", name[1]) if name else platform.machine()
