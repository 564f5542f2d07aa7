"""Names that a deployed stack depends on: a change of one replaces what bears it.

A moved file or a renamed class must change none of them. Where one has to change, its resource gets
an alias (`pulumi.Alias`), and the snapshot is written anew with `python -m tests.infra.test_names`.
"""

import json
from pathlib import Path

from tests.hardening.conftest import ALL_ON
from tests.infra.conftest import Program, declare

SNAPSHOT = Path(__file__).with_name("names.json")


def collect_names(program: Program) -> dict[str, str | None]:
    """What AWS calls each resource, where the program says so, by URN."""
    return {urn: program.physical_names.get(urn) for urn in sorted(program.registrations)}


def test_no_resource_changes_its_name() -> None:
    assert collect_names(declare(**ALL_ON)) == json.loads(SNAPSHOT.read_text())


def test_type_tokens_tell_concern_and_class(program: Program) -> None:
    components = {
        urn.split("::")[2].split("$")[-1]
        for urn, registration in program.registrations.items()
        if not registration.custom
    }
    assert components == {
        "file-sla:api:ApiRoute",
        "file-sla:api:ApiStage",
        "file-sla:api:RestApi",
        "file-sla:functions:DeadLetters",
        "file-sla:functions:Function",
        "file-sla:functions:IncidentProjection",
        "file-sla:functions:RouteFunctions",
        "file-sla:functions:Sweep",
        "file-sla:identity:Identity",
        "file-sla:monitoring:Monitoring",
        "file-sla:owners:OwnerChannels",
        "file-sla:tables:FileSlaErrors",
        "file-sla:tables:FileSlaIncidents",
        "file-sla:tables:FileSlaNotifications",
        "file-sla:tables:FileSlaRuns",
        "file-sla:tables:FileSlaSenders",
    }


if __name__ == "__main__":
    SNAPSHOT.write_text(json.dumps(collect_names(declare(**ALL_ON)), indent=2) + "\n")
