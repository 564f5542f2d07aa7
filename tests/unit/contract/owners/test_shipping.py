"""Owners in a function's package."""

import subprocess
import sys
from datetime import time, timedelta
from pathlib import Path

import pytest

from contract.owners import shipping
from contract.owners.model import Channel, ChannelKind, Escalation, Owner, Owners, QuietHours, Rule, Topic

OWNERS = Owners(
    owners={
        "orders": Owner(
            name="orders",
            channels=(
                Channel(kind=ChannelKind.MAIL, targets=("orders@example.com", "b@example.com"), line=4),
                Channel(kind=ChannelKind.SLACK, targets=("orders",), line=5),
            ),
            zone="Europe/Berlin",
            quiet_hours=(QuietHours(days=frozenset({0, 4, 2}), start=time(22), end=time(6, 30)),),
            told=frozenset({Topic.BEGIN, Topic.CLEARED}),
            escalations=(
                Escalation(
                    after=timedelta(minutes=90),
                    channels=(Channel(kind=ChannelKind.TEAMS, targets=("duty",), line=9),),
                ),
            ),
        ),
        "operations": Owner(name="operations", channels=()),
    },
    rules=(Rule(owner="orders", folder="D:\\Bestellungen für *", sender=None, line=12),),
    default="operations",
)


def test_what_was_shipped_arrives() -> None:
    loaded = shipping.load_owners(shipping.dump_owners(OWNERS))
    assert loaded == OWNERS
    assert loaded.owners["orders"].channels[1].line == 5


def test_the_same_owners_give_the_same_bytes_in_every_process() -> None:
    dump = (
        "from contract.owners.shipping import dump_owners;"
        "from tests.unit.contract.owners.test_shipping import OWNERS;"
        "print(dump_owners(OWNERS), end='')"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", dump],
            env={"PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            cwd=Path(__file__).parents[4],
            capture_output=True, check=True, text=True, encoding="utf-8",
        ).stdout
        for seed in ("1", "2", "3")
    }  # fmt: skip
    assert texts == {shipping.dump_owners(OWNERS)}


def test_a_package_without_owners(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shipped = tmp_path / "owners.json"
    monkeypatch.setattr(shipping, "_SHIPPED", shipped)
    assert shipping.read_shipped_owners() is None
    shipped.write_text(shipping.dump_owners(OWNERS), encoding="utf-8")
    assert shipping.read_shipped_owners() == OWNERS
