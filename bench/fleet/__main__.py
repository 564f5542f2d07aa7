"""Prints what the rules say of each fleet, beside what is true."""

import argparse
import random
from collections.abc import Callable
from typing import Final

from bench.fleet.called import told
from bench.fleet.judge import Verdict
from bench.fleet.variants import LENGTH, VARIANTS, Variant
from bench.fleet.world import WEEK

COLUMNS: Final[tuple[tuple[str, Callable[[Verdict], str]], ...]] = (
    ("breaches seen", lambda one: f"{one.seen:,}"),
    ("never seen", lambda one: f"{one.unseen:,}"),
    ("open after the end, median", lambda one: f"{one.after(50):.0f} min"),
    ("95 %", lambda one: f"{one.after(95):.0f} min"),
    ("called unknown", lambda one: f"{one.unknown_minutes / one.breach_minutes:.1%}"),
    ("merged", lambda one: f"{one.merged}"),
    ("over 6 h apart", lambda one: f"{one.merged_long_ago}"),
    ("split", lambda one: f"{one.split}"),
    ("false clearings", lambda one: f"{one.false_clearings:,} of {one.clearings:,}"),
    ("silences false / true", lambda one: f"{one.false_silences} / {one.true_silences}"),
    ("unknown while well, a server", lambda one: f"{one.well_unknown_minutes / 60 / one.servers:.1f} h"),
)


def judged(variant: Variant, seed: int, length: float) -> Verdict:
    """What was called of a fleet against what was true of it."""
    chance = random.Random(f"{variant.name}{seed}")  # noqa: S311 - a simulation
    verdict = Verdict(servers=variant.servers)
    for number, servers in enumerate(variant.senders(chance, length)):
        runs = [run for server in servers for run in server.runs(chance, str(number), length)]
        verdict.judge(servers, told(runs, variant.settings, length), length)
    return verdict


def main() -> None:
    """One row a fleet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--weeks", type=float, default=LENGTH / WEEK)
    parser.add_argument("--only", default="", help="fleets with this in their name")
    options = parser.parse_args()
    print("| fleet | " + " | ".join(name for name, _ in COLUMNS) + " |")
    print("|---" * (len(COLUMNS) + 1) + "|")
    for variant in VARIANTS:
        if options.only in variant.name:
            verdict = judged(variant, options.seed, options.weeks * WEEK)
            cells = [variant.name, *(shown(verdict) for _, shown in COLUMNS)]
            print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
