"""The program as a whole: its outputs, its provider, its resources' names, and what each key changes.

A deployed stack depends on names: a change of one replaces what bears it. A moved file or a renamed class
must change none of them. Where one has to change, its resource gets an alias (`pulumi.Alias`), and the
snapshot is written anew with `python -m tests.infra.test_program`.
"""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from components.manifest import WATCHED
from contract.manifest import read_manifest
from local.program import config_schema
from ops.cost import ALARMS
from tests.infra.conftest import ALL_ON, Program, declare
from tests.infra.flips import APART, FLIPS, INSTEAD, TOGETHER

SNAPSHOT: Final = Path(__file__).with_name("names.json")
TABLES: Final = {"errors-table", "runs-table", "senders-table", "incidents-table", "notifications-table"}


def test_the_manifest_has_every_resource_that_the_doctor_watches(all_on: Program) -> None:
    declared = read_manifest(all_on.exports["manifest"])
    watched = [one.type.rpartition(":")[2] for one in all_on.resources if one.type in WATCHED]
    assert sorted(one.kind for one in declared) == sorted(watched)
    assert {kind.rpartition(":")[2] for kind in WATCHED} == set(watched)
    # So many are in the bill that `file-sla cost` reckons; each is ten cents.
    assert watched.count("MetricAlarm") == pytest.approx(ALARMS, abs=5)
    [alarm] = [one.settings for one in declared if one.settings.get("Name") == "file-sla-dev/auth-latency"]
    assert (alarm["Threshold"], alarm["TreatMissingData"]) == (5000, "notBreaching")


def test_every_resource_is_made_by_the_provider_that_tags_and_named_once(program: Program) -> None:
    strangers = [one for one in program.resources if one.type[:4] == "aws:" and "::aws::" not in one.provider]
    assert strangers == []
    declared = [(resource.type, resource.name) for resource in program.resources]
    assert len(declared) == len(set(declared))


def test_the_users_configuration_of_aws_reaches_the_provider_and_tags_stand_beside_ours() -> None:
    config: dict[str, Any] = {
        "assumeRoles": [{"roleArn": "arn:aws:iam::123456789012:role/deploy"}],
        "allowedAccountIds": ["123456789012"],
        "maxRetries": 7,
        "useFipsEndpoint": True,
        "defaultTags": {"tags": {"CostCentre": "4711", "Project": "x"}},
    }
    given = {f"aws:{key}": json.dumps(value) for key, value in config.items()}
    provider = declare(**given, **{"aws:profile": "12345"}).one("aws")
    assert (provider["region"], provider["profile"]) == ("us-east-1", "12345")
    config["defaultTags"]["tags"] |= {"Project": "file-sla", "Stack": "dev", "ManagedBy": "pulumi"}
    assert {key: _read(provider[key]) for key in config} == config


def _read(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def collect_names() -> dict[str, str | None]:
    """What AWS calls each resource, where the program says so, by URN."""
    program = declare(**ALL_ON)
    return {urn: program.physical_names.get(urn) for urn in sorted(program.registrations)}


def test_no_resource_changes_its_name() -> None:
    assert collect_names() == json.loads(SNAPSHOT.read_text())


def test_the_longest_names_fit(tmp_path: Path) -> None:
    """Of a topic, and of every role in the longest stack and region."""
    name = "o" * 64
    file = tmp_path / "owners.yaml"
    file.write_text(
        f"default: {name}\nowners:\n  {name}:\n    channels: []\n"
        f"    escalate: [{{after_minutes: 10080, channels: [mail: a@example.com]}}]\n"
    )
    program = declare("s" * 24, **{"ownersFile": str(file), "backupDays": 7, "aws:region": "ap-southeast-2"})
    [topic] = [one["name"] for one in program.inputs("Topic") if "-owner-" in one["name"]]
    assert topic.endswith(f"-owner-{name}_after_10080")
    assert len(topic) <= 256  # CreateTopic
    roles = [role["name"] for role in program.inputs("Role") if "name" in role]
    assert "notify" in " ".join(roles)
    assert max(map(len, roles)) <= 64  # IAM


def _claimed(program: Program, *types: str) -> set[tuple[str, str]]:
    """The names that a stack takes in its region, or in all regions where there are types of that kind."""
    names = {
        (resource.type, str(given))
        for resource in program.resources
        if (given := resource.inputs.get("name") or resource.inputs.get("dashboardName"))
        # Names within an API, a user pool, a plan or a domain of the stack's own are in nobody's way.
        and not resource.type.startswith(
            ("aws:apigateway", "aws:cognito/userGroup", "aws:backup/sel", "aws:route53")
        )
    }
    return {name for name in names if not types or name[0].endswith(types)}


def test_a_second_stack_has_to_name_its_tables_alone_anew() -> None:
    first, second = declare(**ALL_ON), declare("dev-eu", **{**ALL_ON, "domainName": "eu.example.com"})
    common = _claimed(first) & _claimed(second)
    assert common == {("aws:dynamodb/table:Table", first.one("Table", name)["name"]) for name in TABLES}
    # One space for all regions of an account: IAM's roles, and CloudWatch dashboards.
    elsewhere = declare(**{"backupDays": 400, "aws:region": "eu-central-1"})
    anywhere = _claimed(first, ":Role", ":Dashboard")
    assert anywhere
    assert not anywhere & _claimed(elsewhere)


def test_every_key_is_flipped_to_another_value_than_its_default_with_a_mark_of_its_own() -> None:
    schema = config_schema()
    assert FLIPS.keys() == schema.keys()
    assert [key for key, flip in FLIPS.items() if flip.value == schema[key]["default"]] == []
    for keys in (TOGETHER, APART):
        marks = [(FLIPS[key].resource, FLIPS[key].input, FLIPS[key].variable) for key in keys]
        assert len(set(marks)) == len(marks)


@pytest.mark.parametrize("key", FLIPS)
def test_a_key_has_its_effect(key: str, by_default: Program, other_values: Program) -> None:
    flip = FLIPS[key]
    defaults = {name: entry["default"] for name, entry in config_schema().items()}
    before, after = by_default, other_values
    if key in INSTEAD:
        before, after = other_values, declare(**defaults | TOGETHER | INSTEAD | {flip.instead: ""})
    elif flip.needs:
        # Beside the key that it needs, whose own effect is in both.
        before = other_values
        after = declare(**defaults | TOGETHER | {name: APART[name] for name in APART if FLIPS[name].needs})
    elif flip.apart:
        after = declare(**defaults | {name: APART[name] for name in APART if not FLIPS[name].needs})
    old, new = (
        {one.name: one.inputs for one in declared.resources}.get(flip.resource)
        for declared in (before, after)
    )
    if not flip.input:
        assert (old is None) != (new is None)
        return
    assert old is not None
    assert new is not None
    values = [
        one[flip.input]["variables"][flip.variable] if flip.variable else str(one.get(flip.input))
        for one in (old, new)
    ]
    assert values[0] != values[1]


if __name__ == "__main__":
    SNAPSHOT.write_text(json.dumps(collect_names(), indent=2) + "\n")
