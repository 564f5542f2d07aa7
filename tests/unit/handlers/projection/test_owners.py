"""Whom an incident belongs to, beside it in the table."""

from pathlib import Path

import pytest

from contract.owners import model
from contract.owners.model import Owner, Owners, Rule
from handlers import incident_projection
from tests.oracles.incidents.playing import run, stuck
from tests.projection import Projection

OWNERS = Owners(
    owners={name: Owner(name=name, channels=()) for name in ("operations", "orders", "bank")},
    rules=(
        Rule(owner="orders", folder="D:\\In*", sender="name of files", line=1),
        Rule(owner="bank", folder="d:/in*", line=2),
    ),
    default="operations",
)


def owners_of(projection: Projection) -> dict[str, str | None]:
    return {one["Sender"]: one.get("Owner") for one in projection.incidents()}


def test_an_incident_bears_the_owner_of_its_folder_and_sender(projection: Projection) -> None:
    owned = Projection(projection.client, owners=OWNERS)
    owned.report(
        run(0, stuck("D:\\Inbound", "x"), sender="files"),
        run(0, stuck("D:\\Inbound", "x"), sender="other"),
        run(0, stuck("E:\\Out", "x"), sender="third"),
    )
    assert owners_of(owned) == {"files": "orders", "other": "bank", "third": "operations"}


def test_whoever_does_not_know_the_owners_leaves_them(projection: Projection) -> None:
    inbound = stuck("D:\\Inbound", "x")
    projection.report(run(0, inbound, sender="files", has_run=True))
    assert owners_of(projection) == {"files": None}
    owned = Projection(projection.client, owners=OWNERS)
    owned.report(run(1, inbound, stuck("D:\\In\\2", "y"), sender="files", has_run=True))
    owned.report(run(2, sender="files", has_run=True))
    assert owners_of(owned) == {"files": "orders"}
    # A function of before the file was configured, or after it was taken away.
    projection.report(run(2.1, inbound, sender="files", has_run=True))
    assert owners_of(projection) == {"files": "orders"}
    assert {one["Status"] for one in projection.incidents()} == {"open", "cleared"}


def test_the_function_reads_the_owners_in_its_package(
    projection: Projection, environment: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shipped = tmp_path / model.SHIPPED_NAME
    shipped.write_text(model.dump_owners(OWNERS), encoding="utf-8")
    monkeypatch.setattr(model, "_SHIPPED", shipped)
    incident_projection.handler({"Records": projection.put(run(0, stuck("D:\\In", "x")))}, None)
    assert owners_of(projection) == {"account": "bank"}
