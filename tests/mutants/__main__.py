"""Command line of the mutation tests: `python -m tests.mutants [--seed N] [--number N] [--only PATH]`."""

import argparse
import os
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from tests.mutants.listing import Mutant, all_mutants, sample
from tests.mutants.tiers import TIERS
from tests.mutants.trial import RedUnmutatedError, Trial, Verdict

_ROOT = Path(__file__).parents[2]
_ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    """Tries a sample of mutants, and lists those that no test noticed."""
    options = _parser().parse_args()
    # A polite kill cleans up as Ctrl-C does, and Ctrl-C does so even where a shell has us ignore it.
    for end in _ENDS:
        signal.signal(end, _interrupt)
    every = [m for m in all_mutants(_ROOT, TIERS) if m.file.startswith(options.only)]
    chosen = sample(every, _ROOT, options.seed, options.number)
    print(f"{len(chosen)} of {len(every)} mutants, seed {options.seed}: {_kinds(chosen)}", flush=True)
    verdicts: list[Verdict] = []
    try:
        with Trial.of(_ROOT, options.processes) as trial:
            for verdict in trial.run(chosen):
                verdicts.append(verdict)
                _say(verdict, f"{len(verdicts)}/{len(chosen)}")
    except RedUnmutatedError as error:
        print(error)
        return 1
    except KeyboardInterrupt:
        print("Stopped; nothing is left behind.")
        _summarize(verdicts)
        return 130
    _summarize(verdicts)
    return 0


def _say(verdict: Verdict, count: str) -> None:
    fate = "killed  " if verdict.killed else "SURVIVED"
    mutant = verdict.mutant
    print(
        f"{count:>9} {fate} {verdict.seconds:4.0f} s  {mutant.file}:{mutant.line} ({mutant.kind})", flush=True
    )


def _summarize(verdicts: Sequence[Verdict]) -> None:
    survivors = [verdict.mutant for verdict in verdicts if not verdict.killed]
    for mutant in sorted(survivors, key=lambda survivor: (survivor.file, survivor.line)):
        diff = mutant.diff((_ROOT / mutant.file).read_text())
        print(f"\n{mutant.file}:{mutant.line} ({mutant.kind})\n{diff}")
    if verdicts:
        killed = len(verdicts) - len(survivors)
        print(f"\nkilled {killed} of {len(verdicts)} mutants: {killed / len(verdicts):.0%}")


def _kinds(mutants: Sequence[Mutant]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in Counter(m.kind for m in mutants).most_common())


def _interrupt(*_: object) -> NoReturn:
    # Once is enough: a second one would cut the cleaning up short.
    for end in _ENDS:
        signal.signal(end, signal.SIG_IGN)
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument(
        "--seed", type=int, default=1, help="another one, another sample (default: %(default)s)"
    )
    parser.add_argument("--number", type=int, default=120, help="how many mutants (default: %(default)s)")
    parser.add_argument("--only", default="", metavar="PATH", help="mutants of one file or folder")
    parser.add_argument(
        "--processes", type=int, default=os.cpu_count() or 1, help="how many at once (default: one a core)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
