"""Every length of time and every count that the rules name."""

from datetime import timedelta
from typing import Final

SHORTEST_GAP: Final = timedelta(minutes=5)
LONGEST_GAP: Final = timedelta(hours=26)
"""A gap between two runs outside these two teaches nothing of the interval."""
GAPS: Final = 8
GAPS_FOR_A_MEDIAN: Final = 3
GAPS_WITHIN: Final = timedelta(days=7)
UNKNOWN_INTERVAL: Final = timedelta(minutes=60)
GRACE: Final = timedelta(minutes=5)
SHARED_PATIENCE: Final = timedelta(hours=25)

PROOF_HOLDS: Final = timedelta(days=7)
HASHES: Final = 16

EMPTIES_FOR_REGULAR: Final = 3
EMPTIES_WITHIN: Final = timedelta(days=7)
REGULAR_FOR: Final = timedelta(days=30)

RUNS_AN_ADDRESS: Final = 3
ADDRESSES_FOR_SHARED: Final = 2
ADDRESSES_WITHIN: Final = timedelta(days=7)
ADDRESSES_KEPT: Final = 8
"""Two that come often are enough, and the first to come keep their place: three hundred servers on
one account must not push each other out before any of them was seen three times."""

STRIKES_WITHIN: Final = timedelta(hours=24)
MIXED_UP_FOR: Final = timedelta(days=3)
STRUCK_AS_SHARED_FOR: Final = timedelta(days=7)

UNPROVEN_LAPSES: Final = timedelta(hours=24)
UNKNOWN_LAPSES: Final = timedelta(days=7)

SILENCES_WITHIN: Final = timedelta(days=14)
"""How long a silence that is over is remembered, from its end: two weeks show which hours recur."""
SILENCES_KEPT: Final = 20
"""The latest of them. One that is silent more often has no hours."""
LOOK_BACK: Final = timedelta(days=14)
"""No rule but the kind of a sender looks back further, so that a rebuild from the runs kept is right."""
