"""What a report asks of AWS, counted and not timed."""

from collections.abc import Mapping, Sequence
from typing import Any

from bench.figures import Figure, counted
from bench.processes import fresh
from bench.workload.events import NAIVE, OURS, naive_event, our_event
from bench.workload.items import INDEXES, WRITE_UNIT_BYTES, item_bytes, units, write_units
from bench.workload.reports import SHAPES
from bench.workload.service import Service
from store.records import Attribute

# What the table's contract asks of a record; all else is our choice.
_FIXED = (
    Attribute.ERROR_ID,
    Attribute.FOLDER,
    Attribute.AFFECTED_DATE,
    Attribute.SLA,
    Attribute.FILES,
)


def measure(service: Service) -> list[Figure]:
    """Runs both handlers against the emulated account, once for each shape."""
    figures: list[Figure] = []
    for shape in SHAPES:
        ours = fresh.run(
            "calls", {"module": OURS, "event": our_event(shape, service.client_id)}, service.ours_environment
        )
        naive = fresh.run(
            "calls", {"module": NAIVE, "event": naive_event(shape, service)}, service.naive_environment
        )
        runs = sum(units(size, WRITE_UNIT_BYTES) for size in ours["run_bytes"])
        if ours["write_units"] != write_units(ours["items"]) + runs:
            raise RuntimeError("the emulator counts write units otherwise than the capacity model")
        least = _least_units(ours["items"])
        figures += [
            counted(f"AWS calls, {shape} files, vs naive", ours["calls"], naive["calls"], "calls"),
            counted(
                f"write units, {shape} files, vs naive", ours["write_units"], naive["write_units"], "units"
            ),
            counted(f"write units, {shape} files, vs least", ours["write_units"], least, "units"),
        ]
    return figures


def _least_units(items: Sequence[Mapping[str, Any]]) -> int:
    """The units for the fixed attributes' bytes, were each folder one record of any size."""
    folders: dict[str, int] = {}
    for item in items:
        folder = item[Attribute.FOLDER]["S"]
        # A further part adds nothing but its files.
        names = (Attribute.FILES,) if folder in folders else _FIXED
        size = item_bytes({name: item[name] for name in names})
        folders[folder] = folders.get(folder, 0) + size
    return (1 + INDEXES) * sum(units(size, WRITE_UNIT_BYTES) for size in folders.values())
