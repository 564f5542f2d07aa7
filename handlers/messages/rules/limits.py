"""Every length of time and every count that the rules name."""

from datetime import timedelta
from typing import Final

SETTLED: Final = timedelta(minutes=2)
"""How long something has to be so before it is said: what ends sooner says nothing. Ends need not wait."""
BEGINNING_GAP: Final = timedelta(minutes=5)
"""After a message, the next beginning waits this long for others ..."""
BEGINNING_AT_MOST: Final = timedelta(minutes=1)
"""... but no longer than this once it is settled: three minutes in all."""
CHANGE_GAP: Final = timedelta(minutes=30)
"""The same for changes and ends ..."""
CHANGE_AT_MOST: Final = timedelta(minutes=30)
"""... which wait no longer than this since they were noticed."""

FIRST_REMINDER: Final = timedelta(hours=4)
NEXT_REMINDER: Final = timedelta(hours=24)

WORSE_TIMES: Final = 2
"""So many times the files, or the oldest one's wait, of what was said last, is worse ..."""
WORSE_GAP: Final = timedelta(hours=2)
"""... once so much time has passed since: behind a dead process every queue doubles, and doubles again."""
MUCH_WORSE_TIMES: Final = 10
"""So many times the files are told sooner."""

DIGEST_FROM: Final = 5
"""So many lines at once are one message."""

RETRIES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60))
"""Waits after the first, the second, ... failure; the last one from then on."""
DEAD_AFTER: Final = timedelta(hours=6)
"""A message that still fails so long after its first failure is given up."""

OVER_KEPT: Final = timedelta(days=8)
"""How long it is known that an end was told, so that what reopens is called so: no proof is older than
seven days (`handlers/incidents/rules.py`)."""
