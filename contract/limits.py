"""The limits of requests, with the source of each."""

from datetime import timedelta
from typing import Final

MAX_EVENT_BYTES: Final = 6 * 1024 * 1024
"""Bytes of what a function is invoked with: a synchronous invocation's payload (AWS Lambda quotas)."""
EVENT_ALLOWANCE_BYTES: Final = 32 * 1024
"""Those of them that are left to what stands beside the body. The request line and all headers have at most
10,240 bytes (API Gateway quotas). The event holds them twice, as single and as multiple values, and the
token's claims a third time; its own keys and context are one or two thousand."""
MAX_REPORT_BYTES: Final = MAX_EVENT_BYTES - EVENT_ALLOWANCE_BYTES
"""Bytes of a report's body in the event, where it is text in JSON: what is escaped there counts twice."""
MAX_FOLDERS: Final = 10_000
"""Folders of one report, in `sla_error` and in `run.folders` alike: each of the first is a record, and all
must be written while the gateway waits."""
MIN_SLA_MINUTES: Final = 1
MAX_SLA_MINUTES: Final = 365 * 24 * 60
MAX_FOLDER_BYTES: Final = 1024
"""Bytes of UTF-8: DynamoDB's limit for a sort key, which `Folder` is in an index."""
MAX_FILENAME_CHARACTERS: Final = 1024
"""File systems end at 255 characters (NTFS, ext4) and object stores at 1,024 bytes (Amazon S3)."""
MAX_SENDER_CHARACTERS: Final = 64
"""Characters of `run.sender`; a computer's name has at most 63 (DNS labels)."""
MAX_CLIENT_CHARACTERS: Final = 256
"""Characters that are kept of `run.client`."""
MAX_INTERVAL_MINUTES: Final = 7 * 24 * 60
MAX_RUN_TIME: Final = timedelta(days=7)
"""Longest time from a run's start to the sending of its report, which may have waited in a spool."""
MAX_PARTS: Final = 1_000
"""Parts of one run, each a report of its own."""
MAX_ERROR_CHARACTERS: Final = 1024
"""Characters that are kept of why a folder could not be read."""
MAX_KEY_CHARACTERS: Final = 255
"""Characters of an idempotency key."""

MAX_SIGN_IN_BYTES: Final = 16 * 1024
"""Bytes of a sign-in's body, counted in the same way."""
MAX_SIGN_IN_CHARACTERS: Final = 4096
"""Longest text in a sign-in. Cognito's own limits: user name 128, password 256, refresh token 2,048."""
FIRST_PASSWORD_DAYS: Final = 7
"""For how long the first password of a user is good."""
ID_TOKEN_MINUTES: Final = 60
"""For how long the gateway takes a token that was issued, even if its user is disabled meanwhile."""
MIN_PASSWORD_CHARACTERS: Final = 14
"""Of a password, in which upper and lower case, digits and symbols have to be."""

MAX_ACTION_BYTES: Final = 32 * 1024
"""Bytes of an action's body, counted in the same way. The longest note, all escaped, takes 14,000."""
MAX_ACTION_ID_CHARACTERS: Final = 255
"""Characters of what an action names: an IncidentId has 32, a sender's key at most 101."""
MAX_NOTE_CHARACTERS: Final = 1_000
ACKNOWLEDGED_FOR: Final = timedelta(hours=8)
"""How long an acknowledgement without `until` holds."""
LONGEST_HOLD: Final = timedelta(days=7)
"""An acknowledgement or a snooze ends by itself, so that nothing is forgotten for good."""
SHORTEST_SNOOZE: Final = timedelta(hours=1)
HOLD_TOLERANCE: Final = timedelta(minutes=1)
"""By how much a request may miss these two: the caller's clock differs, and a request takes time."""
LONGEST_MAINTENANCE: Final = timedelta(days=31)
"""Longest maintenance window that is not weekly: what is gone for longer is retired."""
LONGEST_SERIES: Final = timedelta(days=366)
"""How long a weekly window goes on, and how far ahead one may begin."""
MAX_WINDOWS: Final = 300
"""Maintenance windows that are in force or to come; every sweep reads them all."""
MAX_HISTORY_ENTRIES: Final = 200
"""Entries of an incident's history."""
MAX_NOTES_BYTES: Final = 200_000
"""Bytes of all notes in an incident's history; above it no note is added. So a third of DynamoDB's 400 KB an
item stays free for what runs change, also where each character takes four bytes."""

SENDER_INCIDENTS: Final = 1_000
"""Live incidents of a sender, and those that it may open in a day: ten times a large server's folders."""
ACCOUNT_INCIDENTS: Final = 20_000
"""Live incidents of an account: ten times those of 2,000 servers of which every second has two."""
NEW_SENDERS: Final = 2_000
"""New senders of an account in a day: 2,000 servers brought in within ten days, times ten."""

MAX_LISTED_PROBLEMS: Final = 50
"""Problems that one answer names; the rest is counted."""
