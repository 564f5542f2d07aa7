"""100,000 live incidents, half of them one owner's: read and planned within the memory of the function."""

import subprocess
import sys
from typing import Final

import pytest

from contract.names import ROOT

MOST_MB: Final = 350
"""The function has 512."""
_CHILD: Final = """
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import MagicMock, patch

from contract.owners.model import Channel, ChannelKind, Owner, Owners, Rule
from handlers.notifications.plan import plan, record_delivery
from handlers.notifications.situation import OwnerFinder, read_situation
from store.dynamodb import dump_chunks
from store.incidents import IncidentTable
from store.notifications import RecipientState, list_recipients
from store.senders import SenderTable

NUMBER, AT = 100_000, "2026-11-26T08:00:00Z"


def items(_):
    for one in range(NUMBER):
        owner = one % 20 if one % 2 else 0
        texts = {
            "IncidentId": f"{one:032x}", "LastSeenRun": f"{one:032x}", "Owner": f"o{owner}", "Status": "open",
            "Sender": f"account-{one % 50}/files{one % 2000}", "SenderName": f"a{one % 50}/FILES{one % 2000}",
            "Folder": f"D:/{owner}/Partners/Partner of ours {one}/Inbound",
            "OldestCreation": AT, "OpenedAt": AT, "BreachedSince": AT, "LastSeenAt": AT,
            "LastSeenArrival": AT,
        }
        numbers = {"SLA": "20", "FileCount": "12", "PeakFileCount": "12"}
        yield {**{k: {"S": v} for k, v in texts.items()}, **{k: {"N": v} for k, v in numbers.items()}}


names = [f"o{n}" for n in range(20)]
channels = {name: (Channel(kind=ChannelKind.SLACK, targets=(name,)),) for name in names}
owners = Owners(
    owners={name: Owner(name=name, channels=channels[name]) for name in names},
    rules=tuple(Rule(owner=name, folder=f"D:/{name[1:]}/*", line=1) for name in names), default="o0",
)
now = datetime(2026, 11, 26, 8, 30, tzinfo=UTC)
nothing = {"query_states": lambda *_: (), "list_unreadable": lambda *_: {}}
with patch.object(IncidentTable, "query_live", items), patch.multiple(SenderTable, **nothing):
    situation, wrong = read_situation(MagicMock(), "senders", "incidents", OwnerFinder(owners), now, [])
later, told = replace(situation, now=now.replace(minute=35)), 0
for recipient in list_recipients(owners):
    due = plan(recipient, plan(recipient, RecipientState(), situation).state, later)
    for notification in due.notifications:
        state = record_delivery(due.state, notification, now)
        told += len(notification.notices)
    dump_chunks(state)
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(told, len(wrong), int(peak.split()[1]) // 1024)
"""


@pytest.mark.deep
def test_they_are_planned_in_the_functions_memory() -> None:
    child = subprocess.run(
        [sys.executable, "-c", _CHILD], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )
    assert child.returncode == 0, child.stderr
    told, wrong_owners, peak = map(int, child.stdout.split())
    assert (told, wrong_owners) == (100_000, 0)
    assert peak < MOST_MB, peak
